import { z } from 'zod';
import { densityRatio, type MetricPoint, publishingPeriodSeconds, toGrid } from './metric-grid.js';
import { findSeasonality } from './seasonality.js';
import { seriesStatistics } from './series-statistics.js';
import { type Trend, TRENDS, trendOf } from './trend.js';
import { winsorized } from './winsorized.js';

/** Sparser than this, points have no rhythm that could be told from their gaps. */
const MIN_DENSITY = 0.5;

/** What the values of a metric say of themselves. */
export const metricAnalysis = z.object({
  data_points_found: z.int(),
  seasonality_seconds: z
    .number()
    .describe('0 (none), 900, 3600, 21600, 86400 or 604800: the shortest that explains it.'),
  seasonality_strength: z.number().describe('Share of the variance that is seasonal, 0 to 1.'),
  trend: z.enum(TRENDS).describe('Of the values without the season.'),
  statistics: z
    .object({
      min: z.number(),
      max: z.number(),
      std_deviation: z.number(),
      coefficient_of_variation: z.number().nullable().describe('Null around an average of 0.'),
      median: z.number(),
    })
    .nullable()
    .describe('Null without data.'),
  data_quality: z.object({
    total_points: z.int(),
    density_ratio: z.number().nullable().describe('Share of the expected points that are there.'),
    publishing_period_seconds: z.number().nullable(),
  }),
  message: z.string(),
});

export type MetricAnalysis = z.output<typeof metricAnalysis>;

/** Analyses points in ascending order of time; points without a finite value are left out. */
export function analyzePoints(given: readonly MetricPoint[]): MetricAnalysis {
  const points = given.filter(({ value }) => Number.isFinite(value));
  const statistics = points.length === 0 ? null : seriesStatistics(points.map(({ value }) => value));
  const seen = { data_points_found: given.length, statistics };
  if (points.length < 2) {
    return {
      ...seen,
      ...WITHOUT_RHYTHM,
      data_quality: { total_points: points.length, density_ratio: null, publishing_period_seconds: null },
      message:
        given.length === 0 ? 'No metric data available for analysis' : 'Insufficient valid data points for analysis',
    };
  }
  const periodSeconds = publishingPeriodSeconds(points);
  const density = densityRatio(points, periodSeconds);
  return {
    ...seen,
    ...rhythmOf(points, periodSeconds, density),
    data_quality: { total_points: points.length, density_ratio: density, publishing_period_seconds: periodSeconds },
    message: 'Metric analysis completed successfully',
  };
}

type Rhythm = Pick<MetricAnalysis, 'seasonality_seconds' | 'seasonality_strength' | 'trend'>;

const WITHOUT_RHYTHM: Rhythm = { seasonality_seconds: 0, seasonality_strength: 0, trend: 'none' };

function rhythmOf(points: readonly MetricPoint[], periodSeconds: number, density: number): Rhythm {
  const grid = density > MIN_DENSITY ? toGrid(points, periodSeconds) : undefined;
  if (grid === undefined) return { ...WITHOUT_RHYTHM, trend: trendOfPoints(points) };
  const { seconds, strength, deseasonalised } = findSeasonality(grid);
  return { seasonality_seconds: seconds, seasonality_strength: strength, trend: trendOf(deseasonalised) };
}

function trendOfPoints(points: readonly MetricPoint[]): Trend {
  const startMs = points[0]!.timeMs;
  const values = winsorized(Float64Array.from(points, ({ value }) => value));
  return trendOf(values, (index) => (points[index]!.timeMs - startMs) / 1_000);
}
