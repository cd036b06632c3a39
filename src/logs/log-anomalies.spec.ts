import type { Anomaly } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { anomaly, concerns, toAnomaly } from './log-anomalies.js';

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop';
const at = (time: string): number => Date.parse(`2026-11-21T${time}:00Z`);
const RANGE = { start: new Date(at('10:00')), end: new Date(at('11:00')) };
const FOUND = {
  anomalyDetectorArn: 'arn:aws:logs:us-east-1:111111111111:anomaly-detector:d',
  logGroupArnList: [`${ARN}:*`],
  firstSeen: at('10:10'),
  lastSeen: at('10:20'),
  description: 'more errors',
  patternString: 'error <*>',
  histogram: { [at('10:10')]: 3 },
  logSamples: [
    { timestamp: at('10:10'), message: 'error 1' },
    { timestamp: at('10:11'), message: 'error 2' },
  ],
} as unknown as Anomaly;

describe('concerns', () => {
  it.each([
    ['10:10', '10:20', true],
    ['09:00', '10:00', true],
    ['11:00', '12:00', true],
    ['09:00', '12:00', true],
    ['09:00', '09:59', false],
    ['11:01', '12:00', false],
  ])('an anomaly from %s to %s overlaps the hour from 10:00: %s', (first, last, overlaps) => {
    expect(concerns({ ...FOUND, firstSeen: at(first), lastSeen: at(last) }, ARN, RANGE)).toBe(overlaps);
  });

  it('looks at the log group itself, not at one whose name begins alike', () => {
    expect(concerns({ ...FOUND, logGroupArnList: [`${ARN}-2`] }, ARN, RANGE)).toBe(false);
  });
});

describe('toAnomaly', () => {
  it('shows times as ISO 8601 and one sample', () => {
    const shown = anomaly.parse(toAnomaly(FOUND));
    expect(shown).toMatchObject({ firstSeen: '2026-11-21T10:10:00Z', lastSeen: '2026-11-21T10:20:00Z' });
    expect(shown.histogram).toEqual({ '2026-11-21T10:10:00Z': 3 });
    expect(shown.logSamples).toEqual([{ timestamp: '2026-11-21T10:10:00Z', message: 'error 1' }]);
  });
});
