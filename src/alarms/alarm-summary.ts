import type { CompositeAlarm, DescribeAlarmsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';

const name = z.string().describe('Name.');
const description = z.string().nullable().describe('Description.');
const state = z.string().describe('ALARM.');
const reason = z.string().describe('Why it is in this state.');
const updated = z.string().nullable().describe('When its state was last updated, ISO 8601.');

/** A metric alarm in a list. */
export const metricAlarmSummary = z.object({
  alarm_name: name,
  alarm_description: description,
  state_value: state,
  state_reason: reason,
  metric_name: z.string().describe('Empty for alarms on an expression.'),
  namespace: z.string().describe('Empty for alarms on an expression.'),
  dimensions: z
    .array(z.object({ Name: z.string().describe('Dimension.'), Value: z.string().describe('Value.') }))
    .describe('Dimensions of the metric.'),
  statistic: z.string().nullable().describe('Statistic or percentile it watches.'),
  threshold: z.number().nullable().describe('Null for anomaly detection.'),
  comparison_operator: z.string().describe('How value and threshold are compared.'),
  state_updated_timestamp: updated,
  alarm_type: z.literal('MetricAlarm').describe('Kind of alarm.'),
});

/** A composite alarm in a list. */
export const compositeAlarmSummary = z.object({
  alarm_name: name,
  alarm_description: description,
  state_value: state,
  state_reason: reason,
  alarm_rule: z.string().describe('Rule over other alarms.'),
  state_updated_timestamp: updated,
  alarm_type: z.literal('CompositeAlarm').describe('Kind of alarm.'),
});

export type AlarmSummary = z.output<typeof metricAlarmSummary> | z.output<typeof compositeAlarmSummary>;

/** The alarms of one page of DescribeAlarms, composite ones first. */
export function toSummaries({
  CompositeAlarms = [],
  MetricAlarms = [],
}: DescribeAlarmsOutput): readonly AlarmSummary[] {
  return [...CompositeAlarms.map(toCompositeSummary), ...MetricAlarms.map(toMetricSummary)];
}

function toMetricSummary(alarm: MetricAlarm): z.output<typeof metricAlarmSummary> {
  return {
    ...commonPart(alarm),
    metric_name: alarm.MetricName ?? '',
    namespace: alarm.Namespace ?? '',
    dimensions: (alarm.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value })),
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? null,
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? '',
    alarm_type: 'MetricAlarm',
  };
}

function toCompositeSummary(alarm: CompositeAlarm): z.output<typeof compositeAlarmSummary> {
  return { ...commonPart(alarm), alarm_rule: alarm.AlarmRule ?? '', alarm_type: 'CompositeAlarm' };
}

function commonPart(alarm: MetricAlarm | CompositeAlarm): {
  alarm_name: string;
  alarm_description: string | null;
  state_value: string;
  state_reason: string;
  state_updated_timestamp: string | null;
} {
  return {
    alarm_name: alarm.AlarmName ?? '',
    alarm_description: alarm.AlarmDescription ?? null,
    state_value: alarm.StateValue ?? '',
    state_reason: alarm.StateReason ?? '',
    state_updated_timestamp: alarm.StateUpdatedTimestamp === undefined ? null : isoTime(alarm.StateUpdatedTimestamp),
  };
}
