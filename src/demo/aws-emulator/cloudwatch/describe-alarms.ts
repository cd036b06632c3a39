import type {
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext } from '../operation.js';
import { checkState, ofTypes } from './alarm-input.js';
import { alarmActions, compositeAlarmOutput, metricAlarmOutput } from './alarm-output.js';
import { type Alarm, type AlarmStore, stateOf } from './alarm-store.js';
import { pageOf } from './next-token.js';
import { checkLimit, missing } from './validation.js';

/** The most alarms of one page, and of one list of names. */
const MOST_ALARMS = 100;
const PAGE_SIZE = 50;

/** DescribeAlarms: metric alarms, and composite alarms where AlarmTypes asks for them; one page counts both. */
export function describeAlarms(
  store: AlarmStore,
  input: DescribeAlarmsInput,
  context: OperationContext,
): DescribeAlarmsOutput {
  checkAlarmFilters(input);
  const size = checkLimit(input.MaxRecords, 'MaxRecords', MOST_ALARMS, PAGE_SIZE);
  const all = store.at(context.now);
  const chosen = ofTypes(all, input.AlarmTypes).filter((alarm) => matches(alarm, input, all, context));
  const page = pageOf('DescribeAlarms', input, chosen, size);
  return {
    MetricAlarms: page.items.flatMap((alarm) => metricAlarmOutput(alarm, context) ?? []),
    CompositeAlarms: page.items.flatMap((alarm) => compositeAlarmOutput(alarm, context) ?? []),
    NextToken: page.NextToken,
  };
}

/** DescribeAlarmsForMetric: alarms on exactly this one metric; metric math does not count. */
export function describeAlarmsForMetric(
  store: AlarmStore,
  input: DescribeAlarmsForMetricInput,
  context: OperationContext,
): DescribeAlarmsForMetricOutput {
  if (!input.MetricName) throw missing('MetricName');
  if (!input.Namespace) throw missing('Namespace');
  const alarms = store.at(context.now).flatMap((alarm) => metricAlarmOutput(alarm, context) ?? []);
  return { MetricAlarms: alarms.filter((alarm) => isOnMetric(alarm, input)) };
}

function checkAlarmFilters(input: DescribeAlarmsInput): void {
  checkState(input.StateValue);
  if ((input.AlarmNames?.length ?? 0) > MOST_ALARMS) {
    throw new AwsFault(
      'ValidationError',
      `The collection AlarmNames must not have a size greater than ${MOST_ALARMS}.`,
    );
  }
  if (input.AlarmNames && input.AlarmNamePrefix !== undefined) {
    throw new AwsFault(
      'InvalidParameterCombinationException',
      'The parameters AlarmNames and AlarmNamePrefix cannot be used together.',
    );
  }
}

function matches(alarm: Alarm, input: DescribeAlarmsInput, all: readonly Alarm[], context: OperationContext): boolean {
  const { name } = alarm.definition;
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: state, ActionPrefix: action } = input;
  if (names && !names.includes(name)) return false;
  if (prefix !== undefined && !name.startsWith(prefix)) return false;
  if (state !== undefined && stateOf(alarm) !== state) return false;
  const { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child } = input;
  if (parent !== undefined && !childrenOf(parent, all).includes(name)) return false;
  if (child !== undefined && !alarm.children.includes(child)) return false;
  return action === undefined || alarmActions(alarm.definition, context).some((arn) => arn.startsWith(action));
}

function childrenOf(name: string, all: readonly Alarm[]): readonly string[] {
  return all.find(({ definition }) => definition.name === name)?.children ?? [];
}

function isOnMetric(alarm: MetricAlarm, input: DescribeAlarmsForMetricInput): boolean {
  if (alarm.Namespace !== input.Namespace || alarm.MetricName !== input.MetricName) return false;
  if (input.Statistic !== undefined && input.Statistic !== alarm.Statistic) return false;
  if (input.ExtendedStatistic !== undefined && input.ExtendedStatistic !== alarm.ExtendedStatistic) return false;
  if (input.Period !== undefined && input.Period !== alarm.Period) return false;
  const asked = input.Dimensions ?? [];
  const own = alarm.Dimensions ?? [];
  return (
    asked.length === own.length &&
    asked.every(({ Name, Value }) => own.some((dimension) => dimension.Name === Name && dimension.Value === Value))
  );
}
