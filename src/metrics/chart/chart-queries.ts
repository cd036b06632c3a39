import type { MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { InvalidInput } from '../../errors.js';
import { metricNameText, metricText, namespaceText } from '../metric-fields.js';
import { apiStatistic } from '../metric-statistic.js';

/** A metric to draw. */
export const chartMetric = z.strictObject({
  namespace: namespaceText,
  metric_name: metricNameText,
  dimensions: z
    .array(z.strictObject({ name: metricText(255), value: metricText(1_024) }))
    .max(30, 'must be at most 30 dimensions')
    .nullish(),
  statistic: z
    .string()
    .regex(/^[A-Za-z0-9.():%]{1,64}$/, 'must be a CloudWatch statistic, e.g. Average or p99')
    .nullish()
    .describe('Default Average.'),
  label: metricText(255).nullish(),
});

/** Metric math to draw over the metrics, which it knows as m1, m2 and so on. */
export const chartExpression = z.strictObject({
  expression: z.string().min(1, 'must not be empty').max(2_048, 'must not be longer than 2048 characters'),
  label: metricText(255).nullish(),
});

export interface ChartSource {
  readonly metrics?: readonly z.output<typeof chartMetric>[] | null;
  readonly expressions?: readonly z.output<typeof chartExpression>[] | null;
}

/** The queries behind a chart: m1, m2 … for the metrics in order, e1, e2 … for the expressions. */
export function chartQueries({ metrics, expressions }: ChartSource, period: number): readonly MetricDataQuery[] {
  const drawn = (metrics ?? []).map(({ namespace, metric_name, dimensions, statistic, label }, index) => ({
    Id: `m${index + 1}`,
    Label: label ?? undefined,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric_name,
        Dimensions: (dimensions ?? []).map(({ name, value }) => ({ Name: name, Value: value })),
      },
      Stat: apiStatistic(statistic ?? 'Average'),
      Period: period,
    },
  }));
  const computed = (expressions ?? []).map(({ expression, label }, index) => ({
    Id: `e${index + 1}`,
    Label: label ?? undefined,
    Expression: expression,
    Period: period,
  }));
  return [...drawn, ...computed];
}

/**
 * The queries an alarm watches, at the chart's period.
 * @throws InvalidInput for an alarm that has no metric of its own
 */
export function alarmQueries(alarm: MetricAlarm, period: number): readonly MetricDataQuery[] {
  const { Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic, Metrics } = alarm;
  if (Metrics !== undefined && Metrics.length > 0) return Metrics.map((query) => atPeriod(query, period));
  if (Namespace === undefined || MetricName === undefined) {
    throw new InvalidInput('alarm_name', 'is an alarm without a metric of its own; chart the metrics it depends on');
  }
  const Stat = ExtendedStatistic ?? Statistic ?? 'Average';
  return [{ Id: 'm1', MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Stat, Period: period } }];
}

function atPeriod(query: MetricDataQuery, period: number): MetricDataQuery {
  if (query.MetricStat !== undefined) return { ...query, MetricStat: { ...query.MetricStat, Period: period } };
  return { ...query, Period: period };
}
