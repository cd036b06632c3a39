import type { CompositeAlarm, MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { OperationContext } from '../operation.js';
import { type AlarmDefinition, alarmArn, type StateReason } from './alarm.js';
import { type Alarm, stateOf } from './alarm-store.js';
import { parseStatistic } from './statistic.js';

type Caller = Pick<OperationContext, 'region' | 'accountId'>;

/** What every alarm has before its first evaluation. */
const UNCHECKED: StateReason = { text: 'Unchecked: Initial alarm creation' };

/** A metric alarm as DescribeAlarms shows it; undefined for a composite alarm. */
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

/** A composite alarm as DescribeAlarms shows it; undefined for a metric alarm. */
export function compositeAlarmOutput(alarm: Alarm, caller: Caller): CompositeAlarm | undefined {
  const { definition } = alarm;
  if (definition.kind !== 'composite') return undefined;
  return { ...common(alarm, caller), AlarmRule: definition.rule };
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
    ActionsEnabled: true,
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
