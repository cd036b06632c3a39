import type { ComparisonOperator, MetricDataQuery } from '@aws-sdk/client-cloudwatch';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface AlarmBase {
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
  /** SNS topic to notify of ALARM. */
  readonly topic?: string;
  /** Default: true. */
  readonly actionsEnabled?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What is compared with what, and how often. */
export interface Evaluation {
  /**
   * One MetricStat, or an expression of which exactly one query returns data. A Metrics Insights query with GROUP BY
   * makes an alarm of several time series, each a contributor.
   */
  readonly queries: readonly MetricDataQuery[];
  readonly periodSeconds: number;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

export interface MetricAlarmDefinition extends AlarmBase, Evaluation {
  readonly kind: 'metric';
}

/** An alarm on a scheduled query; its queries read the metric that counts what the query would find. */
export interface LogAlarmDefinition extends AlarmBase, Evaluation {
  readonly kind: 'log';
  readonly query: string;
  readonly logGroups: readonly string[];
  /** What is computed of each result, e.g. `count(*)`. */
  readonly aggregation: string;
}

export interface CompositeAlarmDefinition extends AlarmBase {
  readonly kind: 'composite';
  readonly rule: string;
  /** The alarm during whose ALARM this one's actions are suppressed. */
  readonly suppressor?: string;
}

export type AlarmDefinition = MetricAlarmDefinition | LogAlarmDefinition | CompositeAlarmDefinition;

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
