import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../demo/bench/seasonality-series.js';
import { analyzePoints, metricAnalysis } from './metric-analysis.js';
import { SEASONS_SECONDS } from './seasonality.js';

const START_MS = Date.UTC(2026, 10, 2);
const minutely = (values: readonly number[]) =>
  values.map((value, minute) => ({ timeMs: START_MS + minute * 60_000, value }));

describe('analyzePoints', () => {
  it('says so when there is nothing', () => {
    expect(analyzePoints([])).toEqual({
      data_points_found: 0,
      seasonality_seconds: 0,
      seasonality_strength: 0,
      trend: 'none',
      statistics: null,
      data_quality: { total_points: 0, density_ratio: null, publishing_period_seconds: null },
      message: 'No metric data available for analysis',
    });
  });

  it.each([[[5]], [[Number.NaN, 5]], [[Number.POSITIVE_INFINITY, Number.NaN]]])(
    'says so when %j leaves too few values',
    (values) => {
      const analysis = analyzePoints(minutely(values));
      expect(analysis).toMatchObject({
        data_points_found: values.length,
        seasonality_seconds: 0,
        message: 'Insufficient valid data points for analysis',
      });
      expect(analysis.statistics?.median).toBe(values.find(Number.isFinite));
    },
  );

  it('describes values and how they are published', () => {
    expect(analyzePoints(minutely([2, 4, 4, 4, 5, 5, 7, 9]))).toMatchObject({
      data_points_found: 8,
      statistics: { min: 2, max: 9, std_deviation: 2, coefficient_of_variation: 0.4, median: 4.5 },
      data_quality: { total_points: 8, density_ratio: 1, publishing_period_seconds: 60 },
      message: 'Metric analysis completed successfully',
    });
  });

  it('looks for no season in points that are mostly missing, and still finds their trend', () => {
    const random = randomFrom(3);
    const rising = minutely(Array.from({ length: 5_000 }, (_, minute) => minute)).filter(() => random() < 0.3);
    expect(analyzePoints(rising).data_quality).toMatchObject({ publishing_period_seconds: 60 });
    expect(analyzePoints(rising)).toMatchObject({ seasonality_seconds: 0, trend: 'positive' });
  });

  it('answers finite numbers for whatever is published', () => {
    const values = fc.oneof(fc.double(), fc.double({ min: -1e3, max: 1e3 }), fc.constantFrom(0, 1, 1.7e308, 5e-324));
    const gaps = fc.oneof(fc.constant(60_000), fc.integer({ min: 1, max: 1e10 }), fc.constantFrom(1_000, 300_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(gaps, values), { maxLength: 400 }), (steps) => {
        let timeMs = START_MS;
        const points = steps.map(([gap, value]) => ({ timeMs: (timeMs += gap), value }));
        const analysis = metricAnalysis.parse(analyzePoints(points));
        expect([0, ...SEASONS_SECONDS]).toContain(analysis.seasonality_seconds);
        expect(analysis.seasonality_strength).toBeGreaterThanOrEqual(0);
        expect(analysis.seasonality_strength).toBeLessThanOrEqual(1);
        const { statistics } = analysis;
        if (statistics !== null) expect(statistics.min).toBeLessThanOrEqual(statistics.median);
      }),
    );
  });
});
