import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsFault } from '../operation.js';
import { distributionStatistic, needsValues, parseStatistic } from './statistic.js';

const oneToTen = { values: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], weights: Array.from({ length: 10 }, () => 1) };
const over = (name: string, distribution = oneToTen): number | undefined =>
  distributionStatistic(parseStatistic(name, 'Stat'), distribution);

describe('parseStatistic', () => {
  it.each(['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'])('%s needs no single values', (name) => {
    expect(needsValues(parseStatistic(name, 'Stat'))).toBe(false);
  });

  it.each(['p99', 'p99.9', 'p0', 'p100', 'P50', 'tm95', 'tc90', 'ts10', 'wm98', 'IQM', 'TM(10%:90%)', 'TS(:80%)'])(
    '%s needs single values',
    (name) => {
      expect(needsValues(parseStatistic(name, 'Stat'))).toBe(true);
    },
  );

  it.each(['', 'AVG', 'average', 'p', 'p101', 'p-1', 'TM(90%:10%)', 'TM(10%:101%)', 'median'])(
    'refuses %j and names the parameter',
    (name) => {
      expect(() => parseStatistic(name, 'Some.Stat')).toThrow(AwsFault);
      expect(() => parseStatistic(name, 'Some.Stat')).toThrow(/Some\.Stat/);
    },
  );
});

describe('distributionStatistic', () => {
  it.each([
    ['p0', 1],
    ['p10', 1],
    ['p50', 5],
    ['p90', 9],
    ['p91', 10],
    ['p100', 10],
    ['tm90', 5],
    ['tc90', 9],
    ['ts90', 45],
    ['TM(20%:80%)', 5.5],
    ['IQM', 5.5],
    ['wm90', 5.4],
  ])('%s of 1 to 10 is %d', (name, expected) => {
    expect(over(name)).toBeCloseTo(expected, 9);
  });

  it('counts a value as often as its weight says', () => {
    const skewed = { values: [100, 1], weights: [1, 99] };
    expect(over('p99', skewed)).toBe(1);
    expect(over('p99.5', skewed)).toBe(100);
  });

  it('has no value without samples', () => {
    expect(over('p99', { values: [], weights: [] })).toBeUndefined();
  });

  it('never leaves the range of the values and never falls with a higher percentile', () => {
    const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (values, a, b) => {
        const distribution = { values, weights: values.map(() => 1) };
        const low = over(`p${Math.min(a, b)}`, distribution)!;
        const high = over(`p${Math.max(a, b)}`, distribution)!;
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });
});
