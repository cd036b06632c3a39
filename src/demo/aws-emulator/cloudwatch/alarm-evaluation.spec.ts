import { describe, expect, it } from 'vitest';
import type { AlarmState, MetricAlarmDefinition } from './alarm.js';
import { evaluateAt } from './alarm-evaluation.js';

const AT = new Date('2026-11-21T10:05:04Z');
const BOUNDARY = new Date('2026-11-21T10:05:00Z').getTime();
const alarm: MetricAlarmDefinition = {
  kind: 'metric',
  name: 'a',
  description: 'two of three',
  createdAt: AT,
  queries: [{ Id: 'm1', MetricStat: { Metric: {}, Stat: 'Sum', Period: 60 } }],
  periodSeconds: 60,
  comparison: 'GreaterThanThreshold',
  threshold: 5,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  treatMissingData: 'missing',
};

/** The values of the last periods, newest first; undefined is missing. */
function next(values: (number | undefined)[], state: AlarmState, rest: Partial<MetricAlarmDefinition> = {}) {
  const known = values.flatMap((value, index) =>
    value === undefined ? [] : [[BOUNDARY - (index + 1) * 60_000, value] as const],
  );
  return evaluateAt({ ...alarm, ...rest }, new Map(known), BOUNDARY, state, AT);
}

describe('evaluateAt', () => {
  it.each<[string, (number | undefined)[], AlarmState]>([
    ['two of three breach', [6, 1, 6], 'ALARM'],
    ['one of three breaches', [6, 1, 1], 'OK'],
    ['a value on the threshold does not breach', [5, 5, 5], 'OK'],
    ['what is missing does not breach', [6, undefined, undefined], 'OK'],
    ['nothing is known', [undefined, undefined, undefined], 'INSUFFICIENT_DATA'],
  ])('%s', (_, values, expected) => {
    const from: AlarmState = expected === 'ALARM' ? 'OK' : 'ALARM';
    expect(next(values, from)).toMatchObject({ from, to: expected, at: AT });
    expect(next(values, expected)).toBeUndefined();
  });

  it.each<[MetricAlarmDefinition['treatMissingData'], AlarmState | undefined]>([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['ignore', undefined],
  ])('treats missing data as %s', (treatMissingData, expected) => {
    const from: AlarmState = expected === 'OK' ? 'ALARM' : 'OK';
    expect(next([undefined, undefined, undefined], from, { treatMissingData })?.to).toBe(expected);
  });

  it.each<[MetricAlarmDefinition['comparison'], AlarmState]>([
    ['GreaterThanOrEqualToThreshold', 'ALARM'],
    ['LessThanOrEqualToThreshold', 'ALARM'],
    ['LessThanThreshold', 'OK'],
  ])('compares with %s', (comparison, expected) => {
    expect(next([5, 5, 5], expected === 'OK' ? 'ALARM' : 'OK', { comparison })?.to).toBe(expected);
  });

  it('words the reason as CloudWatch does', () => {
    expect(next([6.5, 1, 7], 'OK')!.reason('eu-west-1').text).toBe(
      'Threshold Crossed: 2 out of the last 3 datapoints [6.5 (21/11/26 10:04:00), 7.0 (21/11/26 10:02:00)] ' +
        'were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).',
    );
    expect(
      next([undefined, undefined, undefined], 'ALARM', { treatMissingData: 'notBreaching' })!.reason('x').text,
    ).toBe(
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching].',
    );
  });
});
