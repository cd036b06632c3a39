import { describe, expect, it } from 'vitest';
import { type Joining, oneTemplate } from './one-template.js';

const NETWORK = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Name: { Type: String, Description: of the network }
Resources:
  Net: { Type: Net }
Outputs:
  NetId: { Value: !Ref Net }
`;
const SERVICE = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Name: { Type: String, Description: of the service }
  NetId: { Type: String }
Conditions:
  HasNet: !Not [!Equals [!Ref NetId, '']]
Resources:
  Log: { Type: Log, Condition: HasNet, Text: !Sub 'in \${NetId} of \${Name}' }
  # Said why.
  Run: { Type: Run, Net: !Ref NetId, Log: !If [HasNet, !Ref Log, none] }
`;
const JOINING: Joining = {
  description: 'Both',
  comment: ' Made.',
  wires: { NetId: '!Ref Net' },
  settled: ['HasNet'],
  withoutOutputs: ['NetId'],
};

describe('oneTemplate', () => {
  it('joins the sections, puts what one part tells the other in its place, and decides what is settled', () => {
    expect(oneTemplate([NETWORK, SERVICE], JOINING)).toBe(`# Made.

AWSTemplateFormatVersion: '2010-09-09'
Description: Both

Parameters:
  Name: { Type: String, Description: of the network }

Resources:
  Net: { Type: Net }
  Log: { Type: Log, Text: !Sub 'in \${Net} of \${Name}' }
  # Said why.
  Run: { Type: Run, Net: !Ref Net, Log: !Ref Log }
`);
  });

  it('refuses two resources of one name, and a list within a text', () => {
    expect(() => oneTemplate([NETWORK, NETWORK], JOINING)).toThrow('Two templates have Resources.Net');
    expect(() => oneTemplate([SERVICE], { ...JOINING, wires: { NetId: '[!Ref A, !Ref B]' } })).toThrow(
      'NetId cannot stand',
    );
  });
});
