import type { CompositeAlarm, DescribeAlarmsOutput, LogAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';

/** One alarm as get_alarm_history shows it. */
export const alarmDetails = z.object({
  alarm_name: z.string().describe('Name.'),
  alarm_description: z.string().nullable().describe('Description.'),
  alarm_type: z.string().describe('MetricAlarm, CompositeAlarm, LogAlarm or Unknown.'),
  current_state: z.string().describe('OK, ALARM, INSUFFICIENT_DATA or Unknown.'),
  metric_name: z.string().nullable().describe('Metric, for metric alarms.'),
  namespace: z.string().nullable().describe('Namespace, for metric alarms.'),
  dimensions: z.array(z.record(z.string(), z.string())).describe('One {name: value} a dimension.'),
  threshold: z.number().nullable().describe('Null for anomaly detection and composite alarms.'),
  comparison_operator: z.string().nullable().describe('How value and threshold are compared.'),
  evaluation_periods: z.number().nullable().describe('Periods looked at.'),
  period: z.number().nullable().describe('Seconds.'),
  statistic: z.string().nullable().describe('Statistic or percentile it watches.'),
  alarm_rule: z.string().nullable().describe('Rule, for composite alarms.'),
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
};

/** Looks alarms up by name in one answer of DescribeAlarms; a name it lacks is an alarm not found. */
export function detailsIn(answer: DescribeAlarmsOutput): (name: string) => AlarmDetails {
  const known = new Map(
    [
      ...(answer.MetricAlarms ?? []).map(ofMetricAlarm),
      ...(answer.CompositeAlarms ?? []).map(ofCompositeAlarm),
      ...(answer.LogAlarms ?? []).map(ofLogAlarm),
    ].map((details) => [details.alarm_name, details]),
  );
  return (name) => known.get(name) ?? notFound(name);
}

function notFound(name: string): AlarmDetails {
  return {
    ...NOTHING_KNOWN,
    alarm_name: name,
    alarm_description: 'Alarm not found',
    alarm_type: 'Unknown',
    current_state: 'Unknown',
  };
}

function ofMetricAlarm(alarm: MetricAlarm): AlarmDetails {
  return {
    ...NOTHING_KNOWN,
    ...commonPart(alarm),
    alarm_type: 'MetricAlarm',
    metric_name: alarm.MetricName ?? null,
    namespace: alarm.Namespace ?? null,
    dimensions: (alarm.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ [Name]: Value })),
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? null,
    evaluation_periods: alarm.EvaluationPeriods ?? null,
    period: alarm.Period ?? periodOfExpression(alarm) ?? null,
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? null,
  };
}

function ofCompositeAlarm(alarm: CompositeAlarm): AlarmDetails {
  return {
    ...NOTHING_KNOWN,
    ...commonPart(alarm),
    alarm_type: 'CompositeAlarm',
    alarm_rule: alarm.AlarmRule ?? null,
  };
}

function ofLogAlarm(alarm: LogAlarm): AlarmDetails {
  return {
    ...NOTHING_KNOWN,
    ...commonPart(alarm),
    alarm_type: 'LogAlarm',
    threshold: alarm.Threshold ?? null,
    comparison_operator: alarm.ComparisonOperator ?? null,
  };
}

function commonPart(
  alarm: MetricAlarm | CompositeAlarm | LogAlarm,
): Pick<AlarmDetails, 'alarm_name' | 'alarm_description' | 'current_state'> {
  return {
    alarm_name: alarm.AlarmName ?? '',
    alarm_description: alarm.AlarmDescription ?? null,
    current_state: alarm.StateValue ?? 'Unknown',
  };
}

/** An alarm on an expression has the periods of its metrics. */
function periodOfExpression({ Metrics = [] }: MetricAlarm): number | undefined {
  const periods = Metrics.flatMap(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? []);
  return periods.length === 0 ? undefined : Math.max(...periods);
}
