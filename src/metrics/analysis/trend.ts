import { straightLine } from './straight-line.js';

export const TRENDS = ['positive', 'negative', 'none'] as const;

export type Trend = (typeof TRENDS)[number];

/** Over the whole time a trend moves the values by at least this share of their range. */
const MIN_CHANGE = 0.001;
/** The 97.5 % quantile of the standard normal distribution: p < 0.05 for either direction. */
const QUANTILE = 1.96;

/** Whether values scaled to 0 .. 1 rise or fall: the least-squares slope where chance has it with p < 0.05. */
export function trendOf(values: Float64Array, placeOf?: (index: number) => number): Trend {
  const { slope, slopeError, change, count } = straightLine(values, placeOf);
  if (!(Math.abs(change) >= MIN_CHANGE)) return 'none';
  if (Math.abs(slope) <= studentQuantile(count - 2) * slopeError) return 'none';
  return slope > 0 ? 'positive' : 'negative';
}

/** The 97.5 % quantile of Student's t distribution, by Cornish and Fisher's expansion. */
function studentQuantile(freedom: number): number {
  const z = QUANTILE;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
