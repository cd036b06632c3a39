import { compareValues, formatValue, toNumber, type Value } from './value.js';

/** Gathers the values of one group; `at` is the record's time in milliseconds, when it has one. */
export interface Accumulator {
  add(value: Value, at: number | undefined): void;
  result(): Value;
}

export interface AggregateFunction {
  readonly arity: readonly [least: number, most: number];
  /** `parameter` is the constant second argument (`pct`). */
  create(parameter: number | undefined): Accumulator;
}

/** By lower-case name. `count` without argument (or `*`) counts records. */
export const AGGREGATE_FUNCTIONS: ReadonlyMap<string, AggregateFunction> = new Map<string, AggregateFunction>([
  ['count', { arity: [0, 1], create: () => count() }],
  ['count_distinct', { arity: [1, 1], create: () => countDistinct() }],
  ['sum', { arity: [1, 1], create: () => ofNumbers((values) => values.reduce((sum, value) => sum + value, 0)) }],
  ['avg', { arity: [1, 1], create: () => ofNumbers(mean) }],
  ['stddev', { arity: [1, 1], create: () => ofNumbers(standardDeviation) }],
  ['min', { arity: [1, 1], create: () => extreme(-1) }],
  ['max', { arity: [1, 1], create: () => extreme(1) }],
  ['pct', { arity: [2, 2], create: (percent = 50) => ofNumbers((values) => percentile(values, percent)) }],
  ['median', { arity: [1, 1], create: () => ofNumbers((values) => percentile(values, 50)) }],
  ['earliest', { arity: [1, 1], create: () => byTime(-1) }],
  ['latest', { arity: [1, 1], create: () => byTime(1) }],
]);

/** Linear interpolation between the two nearest ranks; `values` is not empty. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? 0;
  const high = sorted[Math.ceil(rank)] ?? low;
  return low + (high - low) * (rank - Math.floor(rank));
}

function count(): Accumulator {
  let records = 0;
  return {
    add: (value) => {
      if (value !== undefined) records += 1;
    },
    result: () => records,
  };
}

function countDistinct(): Accumulator {
  const seen = new Set<string>();
  return {
    add: (value) => {
      if (value !== undefined) seen.add(formatValue(value));
    },
    result: () => seen.size,
  };
}

/** Values that are not numbers are left out; no number at all gives no result. */
function ofNumbers(summarise: (values: readonly number[]) => number): Accumulator {
  const values: number[] = [];
  return {
    add: (value) => {
      const number = toNumber(value);
      if (number !== undefined) values.push(number);
    },
    result: () => (values.length === 0 ? undefined : summarise(values)),
  };
}

function extreme(direction: 1 | -1): Accumulator {
  let best: Value;
  return {
    add: (value) => {
      if (best === undefined || (compareValues(value, best) ?? 0) * direction > 0) best = value;
    },
    result: () => best,
  };
}

function byTime(direction: 1 | -1): Accumulator {
  let best: Value;
  let bestAt: number | undefined;
  return {
    add: (value, at) => {
      if (value === undefined || at === undefined) return;
      if (bestAt !== undefined && (at - bestAt) * direction <= 0) return;
      best = value;
      bestAt = at;
    },
    result: () => best,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardDeviation(values: readonly number[]): number {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
}
