import { AwsFault } from '../operation.js';

/** One of CloudWatch's statistics, parsed: `trim` covers p, tm, tc, ts, wm and IQM. */
export type Statistic =
  | { readonly kind: 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount' }
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'tm' | 'tc' | 'ts' | 'wm'; readonly fromPercent: number; readonly untilPercent: number };

/** Values observed in one period; the weight of the same index is the number of samples the value stands for. */
export interface Distribution {
  readonly values: number[];
  readonly weights: number[];
}

const SIMPLE = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'] as const;

/**
 * The statistic a caller named: `Average`, `p99`, `p99.9`, `tm95`, `TM(10%:90%)`, `IQM` and so on.
 * @throws AwsFault InvalidParameterValueException for anything else
 */
export function parseStatistic(text: string, parameter: string): Statistic {
  const simple = SIMPLE.find((name) => name === text);
  if (simple) return { kind: simple };
  if (text === 'IQM') return { kind: 'tm', fromPercent: 25, untilPercent: 75 };
  const short = /^(p|tm|tc|ts|wm)(\d{1,2}(?:\.\d{0,10})?|100)$/i.exec(text);
  if (short) {
    const kind = short[1]!.toLowerCase();
    const percent = Number(short[2]);
    return kind === 'p'
      ? { kind: 'percentile', percent }
      : { kind: kind as 'tm', fromPercent: 0, untilPercent: percent };
  }
  const long = /^(tm|tc|ts|wm)\((\d{1,3}(?:\.\d+)?)?%?:(\d{1,3}(?:\.\d+)?)?%\)$/i.exec(text);
  const fromPercent = Number(long?.[2] ?? 0);
  const untilPercent = Number(long?.[3] ?? 100);
  if (long && fromPercent < untilPercent && untilPercent <= 100) {
    return { kind: long[1]!.toLowerCase() as 'tm', fromPercent, untilPercent };
  }
  throw new AwsFault(
    'InvalidParameterValueException',
    `The value ${text} for parameter ${parameter} is not supported.`,
  );
}

/** Whether the statistic needs the single values and not only count, sum, minimum and maximum. */
export function needsValues(statistic: Statistic): boolean {
  return !SIMPLE.some((name) => name === statistic.kind);
}

/** A statistic over single values; undefined without samples. Percentiles are nearest-rank. */
export function distributionStatistic(statistic: Statistic, unsorted: Distribution): number | undefined {
  if (unsorted.values.length === 0) return undefined;
  const sorted = sortedByValue(unsorted);
  const total = sorted.weights.reduce((sum, weight) => sum + weight, 0);
  if (statistic.kind === 'percentile') return valueAtRank(sorted, (statistic.percent / 100) * total);
  if (!('fromPercent' in statistic)) return undefined;
  return trimmed(statistic.kind, sorted, (statistic.fromPercent / 100) * total, (statistic.untilPercent / 100) * total);
}

function sortedByValue({ values, weights }: Distribution): Distribution {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  return { values: order.map((index) => values[index]!), weights: order.map((index) => weights[index]!) };
}

/** Ranks are sums of fractional weights: a rank this close to a boundary lies on it. */
const RANK_TOLERANCE = 1e-9;

function valueAtRank({ values, weights }: Distribution, rank: number): number {
  let passed = 0;
  for (let index = 0; index < values.length; index += 1) {
    passed += weights[index]!;
    if (passed >= rank - RANK_TOLERANCE) return values[index]!;
  }
  return values.at(-1)!;
}

function trimmed(kind: 'tm' | 'tc' | 'ts' | 'wm', sorted: Distribution, from: number, until: number): number {
  let passed = 0;
  let count = 0;
  let sum = 0;
  for (const [index, value] of sorted.values.entries()) {
    const weight = sorted.weights[index]!;
    const kept = Math.max(0, Math.min(passed + weight, until) - Math.max(passed, from));
    passed += weight;
    count += kept;
    sum += kept * value;
  }
  switch (kind) {
    case 'tc':
      return count;
    case 'ts':
      return sum;
    case 'tm':
      return sum / count;
    case 'wm':
      return (sum + from * valueAtRank(sorted, from) + (passed - until) * valueAtRank(sorted, until)) / passed;
  }
}
