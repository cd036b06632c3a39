import type { CompositeAlarm, DescribeAlarmsOutput, LogAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { consoleLink } from '../cloudwatch/console-link.js';
import { isoTime } from '../cloudwatch/iso-time.js';
import { actionFields, actionsOf, type MutedBy, suppressionFields, suppressionOf } from './alarm-actions.js';
import { metricSource, sourceFields } from './metric-source.js';

const common = {
  alarm_name: z.string().describe('Name.'),
  alarm_description: z.string().nullable().describe('Description.'),
  state_value: z.string().describe('OK, ALARM or INSUFFICIENT_DATA.'),
  state_reason: z.string().describe('Why it is in this state.'),
  state_updated_timestamp: z.string().nullable().describe('When its state was last updated, ISO 8601.'),
  ...actionFields,
  console_url: z.string().describe('The alarm in the CloudWatch console.'),
};

const threshold = z.number().nullable().describe('Null for anomaly detection and PromQL.');
const comparison = z.string().describe('How value and threshold are compared.');
const evaluationState = z.string().nullable().describe('What is wrong with its evaluation, if anything.');

/** A metric alarm in a list. */
export const metricAlarmSummary = z.object({
  ...common,
  metric_name: z.string().describe('Empty for alarms on an expression.'),
  namespace: z.string().describe('Empty for alarms on an expression.'),
  dimensions: z
    .array(z.object({ Name: z.string().describe('Dimension.'), Value: z.string().describe('Value.') }))
    .describe('Dimensions of the metric.'),
  statistic: z.string().nullable().describe('Statistic or percentile it watches.'),
  threshold,
  comparison_operator: comparison,
  ...sourceFields,
  evaluation_state: evaluationState,
  alarm_type: z.literal('MetricAlarm').describe('Kind of alarm.'),
});

/** A composite alarm in a list. */
export const compositeAlarmSummary = z.object({
  ...common,
  alarm_rule: z.string().describe('Rule over other alarms.'),
  ...suppressionFields,
  alarm_type: z.literal('CompositeAlarm').describe('Kind of alarm.'),
});

/** An alarm on a scheduled Logs Insights query, in a list. */
export const logAlarmSummary = z.object({
  ...common,
  query_string: z.string().describe('Logs Insights query it runs.'),
  log_groups: z.array(z.string()).describe('Log groups it queries.'),
  aggregation: z.string().describe('What is computed of the results.'),
  schedule: z.string().describe('How often it runs.'),
  threshold,
  comparison_operator: comparison,
  evaluation_state: evaluationState,
  alarm_type: z.literal('LogAlarm').describe('Kind of alarm.'),
});

export type AlarmSummary =
  z.output<typeof metricAlarmSummary> | z.output<typeof compositeAlarmSummary> | z.output<typeof logAlarmSummary>;

/** The lists of alarms an answer gives, by kind; spread into output schemas. */
export const alarmLists = {
  metric_alarms: z.array(metricAlarmSummary).describe('Metric alarms.'),
  composite_alarms: z.array(compositeAlarmSummary).describe('Composite alarms.'),
  log_alarms: z.array(logAlarmSummary).describe('Alarms on log queries.'),
};

/** What is known about alarms besides the alarms themselves. */
export interface AlarmSurroundings {
  readonly region: string;
  readonly mutedBy: MutedBy;
}

/** The values of `alarmLists`, each in the order of the items. */
export function byKind(items: readonly AlarmSummary[]): {
  metric_alarms: z.output<typeof metricAlarmSummary>[];
  composite_alarms: z.output<typeof compositeAlarmSummary>[];
  log_alarms: z.output<typeof logAlarmSummary>[];
} {
  return {
    metric_alarms: items.filter((alarm) => alarm.alarm_type === 'MetricAlarm'),
    composite_alarms: items.filter((alarm) => alarm.alarm_type === 'CompositeAlarm'),
    log_alarms: items.filter((alarm) => alarm.alarm_type === 'LogAlarm'),
  };
}

/** The alarms of one page of DescribeAlarms: composite ones first, then metric and log alarms. */
export function toSummaries(page: DescribeAlarmsOutput, around: AlarmSurroundings): readonly AlarmSummary[] {
  const { CompositeAlarms = [], MetricAlarms = [], LogAlarms = [] } = page;
  return [
    ...CompositeAlarms.map((alarm) => toCompositeSummary(alarm, around)),
    ...MetricAlarms.map((alarm) => toMetricSummary(alarm, around)),
    ...LogAlarms.map((alarm) => toLogSummary(alarm, around)),
  ];
}

function toMetricSummary(alarm: MetricAlarm, around: AlarmSurroundings): z.output<typeof metricAlarmSummary> {
  const { stat, statistic, fields } = metricSource(alarm);
  return {
    ...commonPart(alarm, around),
    metric_name: stat?.Metric?.MetricName ?? '',
    namespace: stat?.Metric?.Namespace ?? '',
    dimensions: (stat?.Metric?.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value })),
    statistic,
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? '',
    ...fields,
    evaluation_state: alarm.EvaluationState ?? null,
    alarm_type: 'MetricAlarm',
  };
}

function toCompositeSummary(alarm: CompositeAlarm, around: AlarmSurroundings): z.output<typeof compositeAlarmSummary> {
  return {
    ...commonPart(alarm, around),
    alarm_rule: alarm.AlarmRule ?? '',
    ...suppressionOf(alarm),
    alarm_type: 'CompositeAlarm',
  };
}

function toLogSummary(alarm: LogAlarm, around: AlarmSurroundings): z.output<typeof logAlarmSummary> {
  const query = alarm.ScheduledQueryConfiguration;
  return {
    ...commonPart(alarm, around),
    query_string: query?.QueryString ?? '',
    log_groups: [...(query?.LogGroupIdentifiers ?? [])],
    aggregation: query?.AggregationExpression ?? '',
    schedule: query?.ScheduleConfiguration?.ScheduleExpression ?? '',
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? '',
    evaluation_state: alarm.EvaluationState ?? null,
    alarm_type: 'LogAlarm',
  };
}

function commonPart(alarm: MetricAlarm | CompositeAlarm | LogAlarm, { region, mutedBy }: AlarmSurroundings) {
  const name = alarm.AlarmName ?? '';
  return {
    alarm_name: name,
    alarm_description: alarm.AlarmDescription ?? null,
    state_value: alarm.StateValue ?? '',
    state_reason: alarm.StateReason ?? '',
    state_updated_timestamp: alarm.StateUpdatedTimestamp === undefined ? null : isoTime(alarm.StateUpdatedTimestamp),
    ...actionsOf(alarm, mutedBy),
    console_url: alarmLink(region, name),
  };
}

/** The address of an alarm in the console, whatever its name holds. */
export function alarmLink(region: string, name: string): string {
  return consoleLink(region, { kind: 'alarm', name: name.toWellFormed() });
}
