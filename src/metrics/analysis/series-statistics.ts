/** How values are spread. */
export interface SeriesStatistics {
  readonly min: number;
  readonly max: number;
  /** Of the population. */
  readonly std_deviation: number;
  /** Standard deviation for each unit of the average; null around an average of 0. */
  readonly coefficient_of_variation: number | null;
  readonly median: number;
}

/** Statistics of finite values, at least one; every result is finite. */
export function seriesStatistics(values: readonly number[]): SeriesStatistics {
  const sorted = Float64Array.from(values).sort();
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  // Shares of the largest value, so that the squares of large values do not overflow.
  const size = Math.max(Math.abs(min), Math.abs(max)) || 1;
  const mean = sorted.reduce((sum, value) => sum + value / size, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value / size - mean) ** 2, 0) / sorted.length;
  const deviation = min === max ? 0 : Math.sqrt(variance);
  const variation = deviation / Math.abs(mean);
  return {
    min,
    max,
    std_deviation: deviation * size,
    coefficient_of_variation: Number.isFinite(variation) ? variation : null,
    median: quantile(sorted, 0.5),
  };
}

/** A quantile of ascending values, at least one, interpolated between neighbours. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  const place = (ascending.length - 1) * share;
  const [below, above] = [ascending[Math.floor(place)]!, ascending[Math.ceil(place)]!];
  const weight = place - Math.floor(place);
  // Clamped: halves of the smallest numbers are 0.
  return Math.min(above, Math.max(below, below * (1 - weight) + above * weight));
}
