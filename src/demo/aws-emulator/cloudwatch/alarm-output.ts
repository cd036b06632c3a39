import type { CompositeAlarm, LogAlarm, MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { OperationContext } from '../operation.js';
import { type AlarmDefinition, alarmArn, type AlarmState, type LogAlarmDefinition, type StateReason } from './alarm.js';
import { type Alarm, stateOf } from './alarm-store.js';
import { parseStatistic } from './statistic.js';

type Caller = Pick<OperationContext, 'region' | 'accountId'>;

/** What every alarm has before its first evaluation. */
const UNCHECKED: StateReason = { text: 'Unchecked: Initial alarm creation' };
const WAIT_SECONDS = 120;

/** A metric alarm as DescribeAlarms shows it; undefined for another kind. */
export function metricAlarmOutput(alarm: Alarm, caller: Caller): MetricAlarm | undefined {
  const { definition } = alarm;
  if (definition.kind !== 'metric') return undefined;
  return {
    ...common(alarm, caller),
    ...watched(definition.queries),
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Threshold: definition.threshold,
    ComparisonOperator: definition.comparison,
    TreatMissingData: definition.treatMissingData,
  };
}

/** A log alarm as DescribeAlarms shows it; undefined for another kind. */
export function logAlarmOutput(alarm: Alarm, caller: Caller): LogAlarm | undefined {
  const { definition } = alarm;
  if (definition.kind !== 'log') return undefined;
  return {
    ...common(alarm, caller),
    ScheduledQueryConfiguration: scheduledQuery(definition, caller),
    QueryResultsToEvaluate: definition.evaluationPeriods,
    QueryResultsToAlarm: definition.datapointsToAlarm,
    Threshold: definition.threshold,
    ComparisonOperator: definition.comparison,
    TreatMissingData: definition.treatMissingData,
  };
}

/** A composite alarm as DescribeAlarms shows it; undefined for another kind. */
export function compositeAlarmOutput(
  alarm: Alarm,
  caller: Caller,
  stateNamed: (alarm: string) => AlarmState | undefined,
): CompositeAlarm | undefined {
  const { definition } = alarm;
  if (definition.kind !== 'composite') return undefined;
  return { ...common(alarm, caller), AlarmRule: definition.rule, ...suppression(definition.suppressor, stateNamed) };
}

/** The topics an alarm notifies. */
export function alarmActions(definition: AlarmDefinition, caller: Caller): string[] {
  return definition.topic ? [`arn:aws:sns:${caller.region}:${caller.accountId}:${definition.topic}`] : [];
}

function common(alarm: Alarm, caller: Caller) {
  const { definition, transitions } = alarm;
  const last = transitions.at(-1);
  const reason = last?.reason(caller.region) ?? UNCHECKED;
  return {
    AlarmName: definition.name,
    AlarmArn: alarmArn(caller.region, caller.accountId, definition.name),
    AlarmDescription: definition.description,
    AlarmConfigurationUpdatedTimestamp: definition.createdAt,
    ActionsEnabled: definition.actionsEnabled ?? true,
    OKActions: [],
    AlarmActions: alarmActions(definition, caller),
    InsufficientDataActions: [],
    StateValue: stateOf(alarm),
    StateReason: reason.text,
    StateReasonData: reason.data && JSON.stringify(reason.data),
    StateUpdatedTimestamp: last?.at ?? definition.createdAt,
    StateTransitionedTimestamp: last?.at ?? definition.createdAt,
  };
}

/** One metric is told by its own members, metric math by `Metrics`. */
function watched(queries: readonly MetricDataQuery[]): Partial<MetricAlarm> {
  const stat = queries.length === 1 ? queries[0]?.MetricStat : undefined;
  if (!stat) return { Metrics: [...queries] };
  const simple = parseStatistic(stat.Stat ?? '', 'Stat').kind === stat.Stat;
  return {
    Namespace: stat.Metric?.Namespace,
    MetricName: stat.Metric?.MetricName,
    Dimensions: stat.Metric?.Dimensions ?? [],
    Period: stat.Period,
    ...(simple ? { Statistic: stat.Stat as MetricAlarm['Statistic'] } : { ExtendedStatistic: stat.Stat }),
  };
}

function scheduledQuery(definition: LogAlarmDefinition, caller: Caller): LogAlarm['ScheduledQueryConfiguration'] {
  const { name, query, logGroups, aggregation, periodSeconds } = definition;
  return {
    QueryString: query,
    LogGroupIdentifiers: [...logGroups],
    QueryARN: `arn:aws:logs:${caller.region}:${caller.accountId}:scheduled-query:${name}`,
    ScheduledQueryRoleARN: `arn:aws:iam::${caller.accountId}:role/CloudWatchScheduledQueries`,
    ScheduleConfiguration: {
      ScheduleExpression: `rate(${periodSeconds / 60} minutes)`,
      StartTimeOffset: periodSeconds,
      EndTimeOffset: 0,
    },
    AggregationExpression: aggregation,
  };
}

function suppression(
  suppressor: string | undefined,
  stateNamed: (alarm: string) => AlarmState | undefined,
): Partial<CompositeAlarm> {
  if (suppressor === undefined) return {};
  const settings = {
    ActionsSuppressor: suppressor,
    ActionsSuppressorWaitPeriod: WAIT_SECONDS,
    ActionsSuppressorExtensionPeriod: WAIT_SECONDS,
  };
  if (stateNamed(suppressor) !== 'ALARM') return settings;
  return {
    ...settings,
    ActionsSuppressedBy: 'Alarm',
    ActionsSuppressedReason: `Actions are suppressed by ${suppressor}, which is in ALARM`,
  };
}
