import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAxis } from './value-axis.js';

describe('valueAxis', () => {
  it.each([
    [0, 10, [0, 2, 4, 6, 8, 10]],
    [3, 97, [0, 20, 40, 60, 80, 100]],
    [95.2, 97.1, [95, 95.5, 96, 96.5, 97, 97.5]],
    [-4, 4, [-4, -2, 0, 2, 4]],
    [0.0012, 0.0049, [0, 0.001, 0.002, 0.003, 0.004, 0.005]],
    [5, 5, [0, 1, 2, 3, 4, 5]],
    [0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [-3, -3, [-3, -2, -1, 0].map((tick) => tick)],
  ])('marks %d to %d at round numbers', (low, high, ticks) => {
    expect(valueAxis(low, high, 5).ticks.map((tick) => tick + 0)).toEqual(ticks);
  });

  it('begins at zero for counts, and marks only whole ones', () => {
    expect(valueAxis(90, 95, 5, true).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(valueAxis(0, 2, 6, true).ticks).toEqual([0, 1, 2]);
  });

  it('holds every value between few ticks in order', () => {
    const value = fc.double({ min: -1e280, max: 1e280, noNaN: true }).map((one) => (Math.abs(one) < 1e-280 ? 0 : one));
    fc.assert(
      fc.property(value, value, fc.integer({ min: 2, max: 12 }), fc.boolean(), (a, b, count, counts) => {
        const [low, high] = counts ? [0, Math.round(Math.abs(a))] : [Math.min(a, b), Math.max(a, b)];
        const { min, max, ticks } = valueAxis(low, high, count, counts);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(count + 3);
        const rounding = 1e-8 * Math.max(Math.abs(low), Math.abs(high));
        expect(min).toBeLessThanOrEqual(low + rounding);
        expect(max).toBeGreaterThanOrEqual(high - rounding);
        expect(ticks).toEqual([...new Set(ticks)].sort((x, y) => x - y));
      }),
      { numRuns: 1_000 },
    );
  });
});
