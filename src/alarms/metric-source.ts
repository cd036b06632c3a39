import type { MetricAlarm, MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';

/** One metric or expression among those of an alarm. */
export const alarmMetric = z.object({
  id: z.string().describe('How expressions name it.'),
  expression: z.string().optional().describe('Metric math or SQL.'),
  namespace: z.string().optional().describe('Namespace.'),
  metric_name: z.string().optional().describe('Metric.'),
  dimensions: z.record(z.string(), z.string()).optional().describe('Dimensions.'),
  statistic: z.string().optional().describe('Statistic.'),
  period: z.number().optional().describe('Seconds.'),
  account_id: z.string().optional().describe('Account of the metric, if another.'),
});

/** What an alarm compares where that is not one metric with one number; spread into output schemas. */
export const sourceFields = {
  extended_statistic: z.string().nullable().describe('Percentile or trimmed statistic it watches.'),
  expression: z
    .string()
    .nullable()
    .describe('Metric math or query (Metrics Insights, PromQL, Logs Insights) it watches.'),
  metrics: z.array(alarmMetric).nullable().describe('Metrics and expressions behind expression or anomaly_band.'),
  anomaly_band: z.string().nullable().describe('Anomaly detection band it compares with.'),
};

/** What a metric alarm watches. */
export interface MetricSource {
  readonly stat?: MetricStat;
  /** Statistic, percentile or trimmed statistic. */
  readonly statistic: string | null;
  /** Seconds; of several metrics the longest. */
  readonly period: number | null;
  readonly fields: {
    extended_statistic: string | null;
    expression: string | null;
    metrics: z.output<typeof alarmMetric>[] | null;
    anomaly_band: string | null;
  };
}

const SIMPLE: ReadonlySet<string> = new Set(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']);

/**
 * What a metric alarm watches: a metric by its own members or as the one query that returns data, an expression over
 * several, a band of anomaly detection (ThresholdMetricId), or PromQL.
 */
export function metricSource(alarm: MetricAlarm): MetricSource {
  const queries = alarm.Metrics ?? [];
  const band = queries.find(({ Id }) => Id !== undefined && Id === alarm.ThresholdMetricId);
  const watched = queries.find((query) => query !== band && query.ReturnData !== false);
  const stat = queries.length === 0 ? ownStat(alarm) : watched?.MetricStat;
  const statistic = stat?.Stat ?? null;
  const promql = alarm.EvaluationCriteria?.PromQLCriteria?.Query;
  return {
    stat,
    statistic,
    period: alarm.Period ?? longestPeriod(queries) ?? null,
    fields: {
      extended_statistic: statistic === null || SIMPLE.has(statistic) ? null : statistic,
      expression: watched?.Expression ?? promql ?? null,
      metrics: isPlain(queries) ? null : queries.map(toAlarmMetric),
      anomaly_band: band?.Expression ?? null,
    },
  };
}

/** Whether the other fields tell it all. */
function isPlain(queries: readonly MetricDataQuery[]): boolean {
  return queries.length === 0 || (queries.length === 1 && queries[0]?.AccountId === undefined);
}

function ownStat(alarm: MetricAlarm): MetricStat | undefined {
  const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic } = alarm;
  if (MetricName === undefined) return undefined;
  return { Metric: { Namespace, MetricName, Dimensions }, Period, Stat: Statistic ?? ExtendedStatistic };
}

/** An alarm on an expression has the periods of its metrics. */
function longestPeriod(queries: readonly MetricDataQuery[]): number | undefined {
  const periods = queries.flatMap(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? []);
  return periods.length === 0 ? undefined : Math.max(...periods);
}

function toAlarmMetric(query: MetricDataQuery): z.output<typeof alarmMetric> {
  const { Id, Expression, MetricStat: stat, Period, AccountId } = query;
  const dimensions = (stat?.Metric?.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value] as const);
  return {
    id: Id ?? '',
    ...(Expression !== undefined && { expression: Expression }),
    ...(stat !== undefined && {
      namespace: stat.Metric?.Namespace ?? '',
      metric_name: stat.Metric?.MetricName ?? '',
      dimensions: Object.fromEntries(dimensions),
      statistic: stat.Stat ?? '',
    }),
    ...((stat?.Period ?? Period) !== undefined && { period: stat?.Period ?? Period }),
    ...(AccountId !== undefined && { account_id: AccountId }),
  };
}
