import type { CompositeAlarm, DescribeAlarmsOutput, LogAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** An alarm of DescribeAlarms and its kind. */
export type NamedAlarm =
  | { readonly kind: 'MetricAlarm'; readonly alarm: MetricAlarm }
  | { readonly kind: 'CompositeAlarm'; readonly alarm: CompositeAlarm }
  | { readonly kind: 'LogAlarm'; readonly alarm: LogAlarm };

/** The alarms of a page. */
export function namedAlarms(page: DescribeAlarmsOutput): readonly NamedAlarm[] {
  return [
    ...(page.CompositeAlarms ?? []).map((alarm) => ({ kind: 'CompositeAlarm', alarm }) as const),
    ...(page.MetricAlarms ?? []).map((alarm) => ({ kind: 'MetricAlarm', alarm }) as const),
    ...(page.LogAlarms ?? []).map((alarm) => ({ kind: 'LogAlarm', alarm }) as const),
  ];
}
