import { describe, expect, it } from 'vitest';
import { withPolicy } from './policies-in-template.js';

const TEMPLATE = `Resources:
  Role:
    Properties:
      # Kept.
      Trust: {}
      Policies:
        - Name: read
          Document:
            Old: true

  Other: 1 # kept too
`;
const POLICY = JSON.stringify({ Version: '2012-10-17', Who: '${WHO}', What: 'arn:aws:logs:*:${ACCOUNT}:*' });
const PLACEHOLDERS = { '${WHO}': 'Caller', '${ACCOUNT}': 'AWS::AccountId' };

describe('withPolicy', () => {
  it('puts a policy where another stands and leaves everything else as it is', () => {
    const path = ['Resources', 'Role', 'Properties', 'Policies', 0, 'Document'];
    const text = withPolicy(TEMPLATE, path, POLICY, PLACEHOLDERS);
    expect(text).toBe(
      TEMPLATE.replace(
        '            Old: true',
        `            Version: '2012-10-17'
            Who: !Ref Caller
            What: !Sub arn:\${AWS::Partition}:logs:*:\${AWS::AccountId}:*`,
      ),
    );
    expect(withPolicy(text, path, POLICY, PLACEHOLDERS)).toBe(text);
  });

  it('puts a policy where nothing stands yet', () => {
    const text = withPolicy(TEMPLATE, ['Resources', 'Role', 'Properties', 'Trust'], '{"Statement":[]}', {});
    expect(text).toContain('      # Kept.\n      Trust:\n        Statement: []\n      Policies:');
  });

  it('names a place that the template does not have, and a placeholder nobody knows', () => {
    expect(() => withPolicy(TEMPLATE, ['Resources', 'Group', 'Properties'], '{}', {})).toThrow(
      'Resources.Group.Properties',
    );
    expect(() => withPolicy(TEMPLATE, ['Resources', 'Role', 'Properties', 'Trust'], POLICY, {})).toThrow('${WHO}');
  });
});
