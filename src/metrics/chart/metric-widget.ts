import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { TimeRange } from '../../cloudwatch/time-range.js';
import { isoTime } from '../../cloudwatch/iso-time.js';

/** A line across a chart: at a value, or at a moment. */
export type ChartLine =
  { readonly value: number; readonly label: string } | { readonly time: Date; readonly label: string };

export interface Chart {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly period: number;
  readonly range: TimeRange;
  readonly region: string;
  readonly queries: readonly MetricDataQuery[];
  readonly lines: readonly ChartLine[];
}

/** The text GetMetricWidgetImage takes (CloudWatch: Metric Widget Structure and Syntax). */
export function metricWidget({ title, width, height, period, range, region, queries, lines }: Chart): string {
  return JSON.stringify({
    view: 'timeSeries',
    title,
    width,
    height,
    period,
    region,
    timezone: '+0000',
    start: isoTime(range.start),
    end: isoTime(range.end),
    metrics: queries.map(toRow),
    annotations: {
      horizontal: lines.flatMap((line) => ('value' in line ? [{ value: line.value, label: line.label }] : [])),
      vertical: lines.flatMap((line) => ('time' in line ? [{ value: isoTime(line.time), label: line.label }] : [])),
    },
  });
}

function toRow({ Id, Label, Expression, MetricStat, ReturnData, AccountId, Period }: MetricDataQuery): unknown[] {
  const options = { id: Id, label: Label, visible: ReturnData !== false, accountId: AccountId };
  if (MetricStat?.Metric === undefined) return [{ ...options, expression: Expression, period: Period }];
  const { Namespace, MetricName, Dimensions = [] } = MetricStat.Metric;
  return [
    Namespace,
    MetricName,
    ...Dimensions.flatMap(({ Name, Value }) => [Name, Value]),
    { ...options, stat: MetricStat.Stat, period: MetricStat.Period },
  ];
}
