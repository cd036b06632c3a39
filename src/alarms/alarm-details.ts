import type { CompositeAlarm, LogAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { actionFields, actionsOf, type MutedBy, suppressionFields, suppressionOf } from './alarm-actions.js';
import { metricSource, sourceFields } from './metric-source.js';
import type { NamedAlarm } from './named-alarm.js';

/** One alarm as get_alarm_history shows it. */
export const alarmDetails = z.object({
  alarm_name: z.string().describe('Name.'),
  alarm_description: z.string().nullable().describe('Description.'),
  alarm_type: z.string().describe('MetricAlarm, CompositeAlarm, LogAlarm or Unknown.'),
  current_state: z.string().describe('OK, ALARM, INSUFFICIENT_DATA or Unknown.'),
  metric_name: z.string().nullable().describe('Metric, for metric alarms.'),
  namespace: z.string().nullable().describe('Namespace, for metric alarms.'),
  dimensions: z.array(z.record(z.string(), z.string())).describe('One {name: value} a dimension.'),
  threshold: z.number().nullable().describe('Null for anomaly detection, PromQL and composite alarms.'),
  comparison_operator: z.string().nullable().describe('How value and threshold are compared.'),
  evaluation_periods: z.number().nullable().describe('Periods or query results looked at.'),
  period: z.number().nullable().describe('Seconds.'),
  statistic: z.string().nullable().describe('Statistic or percentile it watches.'),
  alarm_rule: z.string().nullable().describe('Rule, for composite alarms.'),
  ...sourceFields,
  ...actionFields,
  ...suppressionFields,
});

export type AlarmDetails = z.output<typeof alarmDetails>;

const NOTHING_KNOWN: Omit<AlarmDetails, 'alarm_name' | 'alarm_type' | 'current_state' | 'alarm_description'> = {
  metric_name: null,
  namespace: null,
  dimensions: [],
  threshold: null,
  comparison_operator: null,
  evaluation_periods: null,
  period: null,
  statistic: null,
  alarm_rule: null,
  extended_statistic: null,
  expression: null,
  metrics: null,
  anomaly_band: null,
  actions_enabled: null,
  alarm_actions: [],
  muted_by: null,
  actions_suppressor: null,
  actions_suppressed_by: null,
  actions_suppressed_reason: null,
};

const UNKNOWN_MUTES: MutedBy = () => null;

/** What is known of an alarm by this name; of one that was not found that it was not, or why nobody looked. */
export function detailsOf(
  name: string,
  named: NamedAlarm | undefined,
  { mutedBy = UNKNOWN_MUTES, missing = 'Alarm not found' }: { mutedBy?: MutedBy; missing?: string } = {},
): AlarmDetails {
  if (named === undefined) {
    return {
      ...NOTHING_KNOWN,
      alarm_name: name,
      alarm_description: missing,
      alarm_type: 'Unknown',
      current_state: 'Unknown',
    };
  }
  const { kind, alarm } = named;
  return {
    ...NOTHING_KNOWN,
    alarm_name: name,
    alarm_description: alarm.AlarmDescription ?? null,
    alarm_type: kind,
    current_state: alarm.StateValue ?? 'Unknown',
    ...actionsOf(alarm, mutedBy),
    ...ownPart(named),
  };
}

function ownPart(named: NamedAlarm): Partial<AlarmDetails> {
  switch (named.kind) {
    case 'MetricAlarm':
      return metricPart(named.alarm);
    case 'CompositeAlarm':
      return compositePart(named.alarm);
    case 'LogAlarm':
      return logPart(named.alarm);
  }
}

function metricPart(alarm: MetricAlarm): Partial<AlarmDetails> {
  const { stat, statistic, period, fields } = metricSource(alarm);
  return {
    metric_name: stat?.Metric?.MetricName ?? null,
    namespace: stat?.Metric?.Namespace ?? null,
    dimensions: (stat?.Metric?.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ [Name]: Value })),
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? null,
    evaluation_periods: alarm.EvaluationPeriods ?? null,
    period,
    statistic,
    ...fields,
  };
}

function compositePart(alarm: CompositeAlarm): Partial<AlarmDetails> {
  return { alarm_rule: alarm.AlarmRule ?? null, ...suppressionOf(alarm) };
}

function logPart(alarm: LogAlarm): Partial<AlarmDetails> {
  return {
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? null,
    evaluation_periods: alarm.QueryResultsToEvaluate ?? null,
    expression: alarm.ScheduledQueryConfiguration?.QueryString ?? null,
  };
}
