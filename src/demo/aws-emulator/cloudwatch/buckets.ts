import { type Distribution, distributionStatistic, needsValues, type Statistic } from './statistic.js';

/** A pre-aggregated data point (PutMetricData's StatisticValues). */
export interface StatisticSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Where a metric puts its samples when it is asked for a time range. */
export interface SampleSink {
  /** `weight` is the number of samples of that value. */
  add(timeMs: number, value: number, weight: number): void;
  addSet(timeMs: number, set: StatisticSet): void;
}

/** Samples of one or more metrics in period-aligned buckets: the first starts at or before `fromMs`. */
export class Buckets implements SampleSink {
  readonly startMs: number;
  readonly length: number;
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private readonly minima: Float64Array;
  private readonly maxima: Float64Array;
  private readonly distributions: Distribution[] | undefined;
  /** Buckets with a set of several different values, of which no percentile can be told. */
  private readonly opaque = new Set<number>();

  constructor(
    fromMs: number,
    untilMs: number,
    private readonly periodMs: number,
    private readonly statistic: Statistic,
  ) {
    this.startMs = Math.floor(fromMs / periodMs) * periodMs;
    this.length = Math.max(0, Math.ceil((untilMs - this.startMs) / periodMs));
    this.counts = new Float64Array(this.length);
    this.sums = new Float64Array(this.length);
    this.minima = new Float64Array(this.length).fill(Infinity);
    this.maxima = new Float64Array(this.length).fill(-Infinity);
    this.distributions = needsValues(statistic)
      ? Array.from({ length: this.length }, () => ({ values: [], weights: [] }))
      : undefined;
  }

  get endMs(): number {
    return this.startMs + this.length * this.periodMs;
  }

  add(timeMs: number, value: number, weight: number): void {
    const index = this.indexOf(timeMs);
    if (index === undefined || weight <= 0) return;
    this.counts[index]! += weight;
    this.sums[index]! += value * weight;
    if (value < this.minima[index]!) this.minima[index] = value;
    if (value > this.maxima[index]!) this.maxima[index] = value;
    const distribution = this.distributions?.[index];
    distribution?.values.push(value);
    distribution?.weights.push(weight);
  }

  addSet(timeMs: number, set: StatisticSet): void {
    if (set.minimum === set.maximum) return this.add(timeMs, set.minimum, set.sampleCount);
    const index = this.indexOf(timeMs);
    if (index === undefined) return;
    this.counts[index]! += set.sampleCount;
    this.sums[index]! += set.sum;
    this.minima[index] = Math.min(this.minima[index]!, set.minimum);
    this.maxima[index] = Math.max(this.maxima[index]!, set.maximum);
    this.opaque.add(index);
  }

  /** The statistic of every bucket that has samples, oldest first. */
  datapoints(): [timeMs: number, value: number][] {
    const points: [number, number][] = [];
    for (let index = 0; index < this.length; index += 1) {
      const value = this.valueOf(index);
      if (value !== undefined) points.push([this.startMs + index * this.periodMs, value]);
    }
    return points;
  }

  private valueOf(index: number): number | undefined {
    const count = this.counts[index]!;
    if (count === 0) return undefined;
    switch (this.statistic.kind) {
      case 'SampleCount':
        return withoutRoundingError(count);
      case 'Sum':
        return withoutRoundingError(this.sums[index]!);
      case 'Average':
        return this.sums[index]! / count;
      case 'Minimum':
        return this.minima[index];
      case 'Maximum':
        return this.maxima[index];
      default:
        return this.distributionValue(index);
    }
  }

  private distributionValue(index: number): number | undefined {
    const distribution = this.distributions?.[index];
    return distribution && !this.opaque.has(index) ? distributionStatistic(this.statistic, distribution) : undefined;
  }

  private indexOf(timeMs: number): number | undefined {
    const index = Math.floor((timeMs - this.startMs) / this.periodMs);
    return index >= 0 && index < this.length ? index : undefined;
  }
}

/** Seeded samples carry fractional weights that add up to whole numbers. */
function withoutRoundingError(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
