import { describe, expect, it } from 'vitest';
import { densityRatio, publishingPeriodSeconds, toGrid } from './metric-grid.js';

const at = (...seconds: readonly number[]) => seconds.map((second) => ({ timeMs: second * 1_000, value: second }));

describe('publishingPeriodSeconds', () => {
  it.each([
    ['the most frequent gap', [0, 60, 120, 180, 600], 60],
    ['the shorter of two', [0, 60, 360], 60],
    ['whole minutes where it is close', [0, 298, 596, 894], 300],
    ['seconds where it is close', [0, 5.2, 10.4, 15.6], 5],
    ['an hour at most', [0, 3_610, 7_220], 3_600],
    ['as it is otherwise', [0, 7, 14, 21], 7],
    ['a day as it is', [0, 86_400, 172_800], 86_400],
  ])('is %s', (_case, seconds, expected) => {
    expect(publishingPeriodSeconds(at(...seconds))).toBe(expected);
  });
});

describe('densityRatio', () => {
  it.each([
    [[0, 60, 120, 180], 1],
    [[0, 60, 240, 300], 0.5],
    [[0], 1],
  ])('of %j is %d', (seconds, expected) => {
    expect(densityRatio(at(...seconds), 60)).toBe(expected);
  });
});

describe('toGrid', () => {
  it('leaves gaps empty and takes points a little off as on the grid', () => {
    expect(toGrid(at(0, 61, 240), 60)).toEqual({
      startMs: 0,
      stepMs: 60_000,
      values: Float64Array.of(0, 61, Number.NaN, Number.NaN, 240),
    });
  });

  it('makes no grid of points far apart', () => {
    expect(toGrid(at(0, 60, 1e9), 60)).toBeUndefined();
    expect(toGrid(at(0, 0), 0)).toBeUndefined();
  });
});
