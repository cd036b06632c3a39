import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computedThreshold } from './computed-threshold.js';

const alarm = {
  comparisonOperator: 'GreaterThanThreshold' as const,
  statistic: 'Average',
  period: 300,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
};
const below = { ...alarm, comparisonOperator: 'LessThanThreshold' as const };
const spread = Array.from({ length: 1_000 }, (_, index) => 20 + (index % 100) / 10);

describe('computedThreshold', () => {
  it('lies above what was usual, with room, and says what it comes from', () => {
    const { value, justification } = computedThreshold(spread, alarm);
    expect(value).toBe(32.8);
    expect(justification).toBe(
      'Computed from 1,000 points (Average over 300 s) of the last 14 days: their median is 24.95, nearly all are at or below 29.8, and the threshold leaves room beyond that. The alarm would have fired 0 times.',
    );
  });

  it('lies below for an alarm on low values', () => {
    expect(computedThreshold(spread, below).value).toBe(17.6);
  });

  it('does not fall below zero where the metric never did', () => {
    const low = Array.from({ length: 200 }, (_, index) => 4 + index);
    expect(computedThreshold(low, below).value).toBeCloseTo(2.99, 2);
  });

  it('stays reachable for a percentage', () => {
    const busy = Array.from({ length: 200 }, (_, index) => 40 + (index % 55));
    expect(computedThreshold(busy, alarm, 'Percent').value).toBe(97);
    expect(computedThreshold([...busy, ...busy.map(() => 100)], alarm, 'Percent')).toMatchObject({ value: null });
  });

  it('takes what a metric reaches when it is not zero', () => {
    const rare = Array.from({ length: 1_000 }, (_, index) => (index === 500 ? 12 : 0));
    expect(computedThreshold(rare, alarm).value).toBeGreaterThan(0);
  });

  it.each([
    ['nothing but zero', Array.from({ length: 100 }, () => 0), alarm, /never rose above 0/],
    ['a fall to zero', Array.from({ length: 100 }, (_, index) => index), below, null],
    ['zero at the bottom', Array.from({ length: 100 }, (_, index) => Math.max(0, index - 10)), below, /down to 0/],
    ['too little', [1, 2, 3], alarm, /only 3 points/],
    ['no numbers', Array.from({ length: 100 }, () => Number.NaN), alarm, /only 0 points/],
  ])('is null rather than 0 for %s', (_case, values, of, why) => {
    const computed = computedThreshold(values, of);
    expect(computed.value).not.toBe(0);
    if (why !== null) expect(computed).toEqual({ value: null, justification: expect.stringMatching(why) });
  });

  it('counts how often the alarm would have begun', () => {
    const bursts = Array.from({ length: 2_000 }, (_, index) => (index % 1_000 < 3 ? 100 : index % 2));
    expect(computedThreshold(bursts, alarm).justification).toContain('fired 2 times');
    const single = Array.from({ length: 2_000 }, (_, index) => (index % 1_000 === 5 ? 100 : index % 2));
    expect(computedThreshold(single, alarm).justification).toContain('fired 0 times');
  });

  it('lies beyond nearly all values, is finite and never 0', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 50, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.boolean(), (given, high) => {
        const { value } = computedThreshold(given, high ? alarm : below);
        if (value === null) return;
        expect(Number.isFinite(value)).toBe(true);
        expect(value).not.toBe(0);
        const beyond = given.filter((one) => (high ? one > value : one < value));
        expect(beyond.length).toBeLessThanOrEqual(Math.ceil(given.length * 0.02));
      }),
    );
  });
});
