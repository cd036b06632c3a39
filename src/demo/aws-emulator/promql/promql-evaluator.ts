import { type Aggregation, type Expression, type RangeFunction } from './promql-parser.js';
import { badData } from './promql-parser.js';
import { type Labels, matches, type PromqlSeries } from './promql-series.js';

/** One series of an instant vector. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A value counts for five minutes. */
const LOOKBACK_MS = 5 * 60_000;

/** Evaluates one expression at several times, reading every series once. */
export class Evaluator {
  readonly #values = new Map<PromqlSeries, ReadonlyMap<number, number>>();

  constructor(
    private readonly series: readonly PromqlSeries[],
    private readonly window: { readonly startMs: number; readonly endMs: number; readonly nowMs: number },
  ) {}

  at(expression: Expression, timeMs: number): Sample[] {
    switch (expression.kind) {
      case 'number':
        return [{ labels: {}, value: expression.value }];
      case 'selector':
        if (expression.rangeMs !== undefined) throw badData('invalid expression type "range vector"');
        return this.#select(expression, timeMs, LOOKBACK_MS, (values) => values.at(-1));
      case 'call': {
        const { of, name } = expression;
        if (of.kind !== 'selector' || of.rangeMs === undefined) throw badData(`${name} expects a range vector`);
        const { rangeMs } = of;
        return this.#select(of, timeMs, rangeMs, (values) => overTime(name, values, rangeMs)).map(withoutName);
      }
      case 'aggregate':
        return aggregate(expression.name, expression.by, this.at(expression.of, timeMs));
    }
  }

  #select(
    { matchers }: Extract<Expression, { kind: 'selector' }>,
    timeMs: number,
    spanMs: number,
    reduce: (values: readonly number[]) => number | undefined,
  ): Sample[] {
    return this.series.flatMap((one) => {
      if (!matches(one.labels, matchers)) return [];
      const points = [...this.#valuesOf(one, spanMs)].filter(([at]) => at > timeMs - spanMs && at <= timeMs);
      const value = reduce(points.map(([, point]) => point));
      return value === undefined ? [] : [{ labels: one.labels, value }];
    });
  }

  #valuesOf(series: PromqlSeries, spanMs: number): ReadonlyMap<number, number> {
    const known = this.#values.get(series);
    if (known !== undefined) return known;
    const { startMs, endMs, nowMs } = this.window;
    const values = series.values(startMs - spanMs, endMs + 1, nowMs);
    this.#values.set(series, values);
    return values;
  }
}

function withoutName({ labels: { __name__: _name, ...labels }, value }: Sample): Sample {
  return { labels, value };
}

function overTime(name: RangeFunction, values: readonly number[], rangeMs: number): number | undefined {
  if (values.length === 0) return undefined;
  switch (name) {
    case 'rate':
      return total(values) / (rangeMs / 1000);
    case 'increase':
    case 'sum_over_time':
      return total(values);
    case 'avg_over_time':
      return total(values) / values.length;
    case 'min_over_time':
      return Math.min(...values);
    case 'max_over_time':
      return Math.max(...values);
  }
}

function aggregate(name: Aggregation, by: readonly string[], samples: readonly Sample[]): Sample[] {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const { labels, value } of samples) {
    const kept = Object.fromEntries(by.flatMap((label) => (labels[label] ? [[label, labels[label]]] : [])));
    const group = groups.get(JSON.stringify(kept)) ?? { labels: kept, values: [] };
    group.values.push(value);
    groups.set(JSON.stringify(kept), group);
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, value: combined(name, values) }));
}

function combined(name: Aggregation, values: readonly number[]): number {
  switch (name) {
    case 'sum':
      return total(values);
    case 'avg':
      return total(values) / values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'count':
      return values.length;
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
