import { moments } from './moments.js';
import { straightLine } from './straight-line.js';

/** The share of a cycle that must be there for its average to stand for it. */
const MIN_COVERAGE = 0.75;

/**
 * The values less the average of the `span` steps around each, which a season of that length leaves unchanged. NaN at
 * both ends and where too little of the cycle is there.
 */
export function withoutMovingAverage(given: Float64Array, span: number): Float64Array {
  // Where gaps recur, the average around a step is not that of its middle, and a slope would seem to repeat with them.
  const { slope, start } = straightLine(given);
  const values = given.map((value, index) => value - start - slope * index);
  const sums = new Float64Array(values.length + 1);
  const counts = new Float64Array(values.length + 1);
  values.forEach((value, index) => {
    const known = !Number.isNaN(value);
    sums[index + 1] = sums[index]! + (known ? value : 0);
    counts[index + 1] = counts[index]! + (known ? 1 : 0);
  });
  return values.map((value, index) => {
    const from = index - Math.floor(span / 2);
    const until = from + span;
    if (from < 0 || until > values.length) return Number.NaN;
    const count = counts[until]! - counts[from]!;
    return count < MIN_COVERAGE * span ? Number.NaN : value - (sums[until]! - sums[from]!) / count;
  });
}

/** The values less the straight line from each cycle of `span` steps to the next, which a season cannot bend. */
export function withoutSlope(values: Float64Array, span: number): Float64Array {
  const rises = values.subarray(span).map((value, index) => value - values[index]!);
  const { count, mean } = moments(rises);
  const slope = count === 0 ? 0 : mean / span;
  return values.map((value, index) => value - slope * index);
}

/** The variance that is left around the one jump that explains most. */
export function varianceAroundJump(values: Float64Array): number {
  const { count, mean, variance } = moments(values);
  let explained = 0;
  let sum = 0;
  let before = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value - mean;
    before += 1;
    if (before < count) explained = Math.max(explained, (sum * sum) / before + (sum * sum) / (count - before));
  }
  return variance - explained / Math.max(1, count);
}
