import type { ComparisonOperator, MetricDataQuery } from '@aws-sdk/client-cloudwatch';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface AlarmBase {
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
  /** SNS topic to notify of ALARM. */
  readonly topic?: string;
}

export interface MetricAlarmDefinition extends AlarmBase {
  readonly kind: 'metric';
  /** One MetricStat, or metric math of which exactly one query returns data. */
  readonly queries: readonly MetricDataQuery[];
  readonly periodSeconds: number;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

export interface CompositeAlarmDefinition extends AlarmBase {
  readonly kind: 'composite';
  readonly rule: string;
}

export type AlarmDefinition = MetricAlarmDefinition | CompositeAlarmDefinition;

/** Why an alarm is in its state, as StateReason and StateReasonData tell it. */
export interface StateReason {
  readonly text: string;
  /** Absent before the first evaluation. */
  readonly data?: object;
}

/** A change of state. The reason of a composite alarm names ARNs, hence the Region. */
export interface Transition {
  readonly at: Date;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: (region: string) => StateReason;
}

/** The ARN of an alarm, or of all with the name `*`. */
export function alarmArn(region: string, accountId: string, name: string): string {
  return `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;
}
