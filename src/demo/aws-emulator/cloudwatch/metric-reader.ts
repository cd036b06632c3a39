import { Buckets } from './buckets.js';
import type { TimeSeries } from './math-values.js';
import { type InsightsQuery, statisticOf } from './metrics-insights.js';
import type { MetricId, MetricSeries, MetricStore } from './metric-store.js';
import { oldestKeptMs } from './retention.js';
import { parseStatistic } from './statistic.js';

/** The time range of a request; `untilMs` is exclusive. */
export interface QueryWindow {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly nowMs: number;
}

export interface StatisticQuery {
  readonly metric: MetricId;
  readonly stat: string;
  readonly periodSeconds: number;
  readonly unit?: string;
}

/** The statistic of one metric in period-aligned points; an unknown metric has none. */
export function readStatistic(store: MetricStore, query: StatisticQuery, window: QueryWindow): TimeSeries {
  const series = store.find(query.metric);
  const { stat, periodSeconds, unit } = query;
  return read(series ? [series] : [], { label: query.metric.name, stat, periodSeconds, unit }, window);
}

/** The series of a Metrics Insights query: one a group, ordered and limited as the query says. */
export function readInsights(
  store: MetricStore,
  query: InsightsQuery,
  periodSeconds: number,
  window: QueryWindow,
): TimeSeries[] {
  const groups = new Map<string, MetricSeries[]>();
  for (const series of store.all().filter(({ id }) => matches(id, query))) {
    const label = query.groupBy.map((name) => dimensionOf(series.id, name)).join(' ') || query.metricName;
    groups.set(label, [...(groups.get(label) ?? []), series]);
  }
  const stat = statisticOf(query.aggregate);
  const results = [...groups]
    .map(([label, members]) => ({ members, series: read(members, { label, stat, periodSeconds }, window) }))
    .filter(({ series }) => series.points.size > 0);
  const { orderBy } = query;
  if (!orderBy) return results.slice(0, query.limit).map(({ series }) => series);
  const direction = orderBy.descending ? -1 : 1;
  return results
    .map((result) => ({ ...result, rank: overall(result.members, statisticOf(orderBy.aggregate), window) }))
    .sort((a, b) => direction * (a.rank - b.rank))
    .slice(0, query.limit)
    .map(({ series }) => series);
}

function read(
  members: readonly MetricSeries[],
  query: { readonly label: string; readonly stat: string; readonly periodSeconds: number; readonly unit?: string },
  window: QueryWindow,
): TimeSeries {
  const periodMs = query.periodSeconds * 1000;
  const alignedMs = Math.floor(window.fromMs / periodMs) * periodMs;
  const keptMs = Math.ceil(oldestKeptMs(query.periodSeconds, window.nowMs) / periodMs) * periodMs;
  // Points may lie up to two hours in the future; nothing can lie beyond.
  const untilMs = Math.min(window.untilMs, window.nowMs + 2 * 3_600_000);
  const statistic = parseStatistic(query.stat, 'Stat');
  const buckets = new Buckets(Math.max(alignedMs, keptMs), untilMs, periodMs, statistic);
  for (const member of members) {
    member.collect(buckets.startMs, buckets.endMs, window.nowMs, buckets, query.unit);
  }
  return { label: query.label, periodMs, points: new Map(buckets.datapoints()) };
}

/** The statistic over the whole window, for ordering. */
function overall(members: readonly MetricSeries[], stat: string, window: QueryWindow): number {
  const spanMs = Math.max(1, window.untilMs - window.fromMs);
  const buckets = new Buckets(0, 1, spanMs, parseStatistic(stat, 'Stat'));
  const sink = {
    add: (_timeMs: number, value: number, weight: number) => buckets.add(0, value, weight),
    addSet: (_timeMs: number, set: Parameters<Buckets['addSet']>[1]) => buckets.addSet(0, set),
  };
  for (const member of members) member.collect(window.fromMs, window.untilMs, window.nowMs, sink);
  return buckets.datapoints()[0]?.[1] ?? 0;
}

function matches(id: MetricId, query: InsightsQuery): boolean {
  if (id.namespace !== query.namespace || id.name !== query.metricName) return false;
  const { schema } = query;
  if (schema && !(schema.length === id.dimensions.length && schema.every((name) => dimensionOf(id, name) !== ''))) {
    return false;
  }
  if (query.groupBy.some((name) => dimensionOf(id, name) === '')) return false;
  return query.conditions.every(({ dimension, equals, value }) => (dimensionOf(id, dimension) === value) === equals);
}

function dimensionOf(id: MetricId, name: string): string {
  return id.dimensions.find((dimension) => dimension.name === name)?.value ?? '';
}
