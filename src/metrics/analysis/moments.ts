/** What a series is around; NaN values count as not there. */
export interface Moments {
  readonly count: number;
  /** NaN without values. */
  readonly mean: number;
  /** Of the population. */
  readonly variance: number;
}

/** Mean and variance of the values that are there, by Welford's method. */
export function moments(values: Float64Array): Moments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count += 1;
    const deviation = value - mean;
    mean += deviation / count;
    squares += deviation * (value - mean);
  }
  return count === 0 ? { count, mean: Number.NaN, variance: 0 } : { count, mean, variance: squares / count };
}
