import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../../test/support/cpu.js';
import {
  CONDITIONS,
  gaussian,
  NOISES,
  noiseSeries,
  PERIODS_SECONDS,
  randomFrom,
  seasonalSeries,
  SHAPES,
} from '../../demo/bench/seasonality-series.js';
import { analyzePoints } from './metric-analysis.js';
import type { MetricPoint } from './metric-grid.js';

const MONDAY_MS = Date.UTC(2026, 10, 2);
const DAY_SECONDS = 86_400;

const seasonOf = (points: readonly MetricPoint[]): number => analyzePoints(points).seasonality_seconds;
const series = (days: number, stepSeconds: number, valueAt: (second: number) => number): MetricPoint[] =>
  Array.from({ length: (days * DAY_SECONDS) / stepSeconds }, (_, step) => ({
    timeMs: MONDAY_MS + step * stepSeconds * 1_000,
    value: valueAt(step * stepSeconds),
  }));
const wave = (second: number, period: number): number => Math.sin((2 * Math.PI * second) / period);
const noise = randomFrom(11);

/** How many of these series, one of each shape, are told their period. */
function right(period: number, resolution: number, conditions: readonly string[]): { right: number; total: number } {
  const found = conditions.flatMap((name) =>
    Object.keys(SHAPES).map((shape) => seasonOf(seasonalSeries(period, resolution, shape, CONDITIONS[name]!, 5))),
  );
  return { right: found.filter((seconds) => seconds === period).length, total: found.length };
}

describe('findSeasonality', () => {
  it.each(PERIODS_SECONDS)('finds a season of %d s at 5 minutes, 19 times in 20 at least', (period) => {
    const score = right(period, 300, Object.keys(CONDITIONS));
    expect(score.right / score.total).toBeGreaterThanOrEqual(0.95);
  });

  it.each(PERIODS_SECONDS)('finds a season of %d s at 1 minute, also without the last point', (period) => {
    const score = right(period, 60, ['no last point', 'all of these']);
    expect(score.right).toBe(score.total);
  });

  it.each(Object.keys(NOISES))('finds no season in %s', (kind) => {
    const found = Array.from({ length: 20 }, (_, seed) => seasonOf(noiseSeries(kind, seed % 5 === 0 ? 60 : 300, seed)));
    expect(found.filter((seconds) => seconds !== 0)).toEqual([]);
  });

  it.each([
    [1, 86_400],
    [0.8, 86_400],
    [0.3, 604_800],
    [0, 604_800],
  ])('takes a daily metric whose weekends reach %d of its days as repeating every %d s', (weekend, expected) => {
    const points = series(14, 300, (second) => {
      const height = Math.floor(second / DAY_SECONDS) % 7 >= 5 ? weekend : 1;
      return height * Math.max(0, wave(second, DAY_SECONDS)) + 0.1 * gaussian(noise);
    });
    expect(seasonOf(points)).toBe(expected);
  });

  it('keeps to the day where an hourly job adds little', () => {
    const points = series(14, 300, (second) => (second % 3_600 === 0 ? 1 : 0) + 3 * wave(second, DAY_SECONDS));
    expect(seasonOf(points)).toBe(86_400);
  });

  it('finds a day in a slow walk that the day rides on', () => {
    let level = 0;
    const points = series(14, 300, (second) => {
      level = 0.99 * level + 0.1 * gaussian(noise);
      return level + wave(second, DAY_SECONDS);
    });
    expect(seasonOf(points)).toBe(86_400);
  });

  it.each([2, 3, 7])('finds a day in %d days', (days) => {
    const points = series(days, 300, (second) => wave(second, DAY_SECONDS) + 0.4 * gaussian(noise));
    expect(seasonOf(points)).toBe(86_400);
  });

  it('does not call one day a season', () => {
    expect(seasonOf(series(1, 300, (second) => wave(second, DAY_SECONDS)))).toBe(0);
  });

  it('does not take a jump in the middle for a week', () => {
    for (const day of [6.5, 7, 7.25, 7.44]) {
      expect(seasonOf(series(14, 300, (second) => (second < day * DAY_SECONDS ? 0 : 8)))).toBe(0);
    }
  });

  it('does not take recurring gaps in a rising line for a season', () => {
    const rising = series(14, 300, (second) => second / DAY_SECONDS + 0.001 * gaussian(noise));
    expect(seasonOf(rising.filter(({ timeMs }) => (timeMs / 3_600_000) % 24 > 4))).toBe(0);
  });

  it('does not depend on unit, level or the week', () => {
    const periods = fc.constantFrom(...PERIODS_SECONDS);
    const factors = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const weeks = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(periods, factors, fc.boolean(), fc.integer({ min: -1_000, max: 1_000 }), weeks, (period, ...by) => {
        const [factor, negative, shift, week] = by;
        const points = seasonalSeries(period, 300, 'sine', CONDITIONS['noise 1']!, 3);
        const changed = points.map(({ timeMs, value }) => ({
          timeMs: timeMs + week * 7 * DAY_SECONDS * 1_000,
          value: (negative ? -1 : 1) * factor * (value + shift),
        }));
        const [before, after] = [analyzePoints(points), analyzePoints(changed)];
        expect(after.seasonality_seconds).toBe(before.seasonality_seconds);
        expect(after.seasonality_strength).toBeCloseTo(before.seasonality_strength, 5);
      }),
      { numRuns: 25 },
    );
  });

  it('takes less than 200 ms of CPU for fourteen days by the minute', async () => {
    const points = seasonalSeries(86_400, 60, 'sine', CONDITIONS['noise 1']!, 1);
    expect(points).toHaveLength(20_160);
    expect(await medianCpuMs(async () => analyzePoints(points))).toBeLessThan(200);
  });
});
