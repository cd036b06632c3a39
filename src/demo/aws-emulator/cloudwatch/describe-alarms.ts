import type {
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext } from '../operation.js';
import type { AlarmState } from './alarm.js';
import { checkState, ofTypes } from './alarm-input.js';
import { alarmActions, compositeAlarmOutput, logAlarmOutput, metricAlarmOutput } from './alarm-output.js';
import { type Alarm, type AlarmStore, stateOf } from './alarm-store.js';
import { pageOf } from './next-token.js';
import { checkLimit, invalid, missing } from './validation.js';

/** The most alarms of one page, and of one list of names. */
const MOST_ALARMS = 100;
const PAGE_SIZE = 50;

/**
 * DescribeAlarms: metric alarms, and composite and log alarms where AlarmTypes asks for them; one page counts all.
 * Relatives of an alarm are of any type and show little more than their names.
 */
export function describeAlarms(
  store: AlarmStore,
  input: DescribeAlarmsInput,
  context: OperationContext,
): DescribeAlarmsOutput {
  checkAlarmFilters(input);
  const size = checkLimit(input.MaxRecords, 'MaxRecords', MOST_ALARMS, PAGE_SIZE);
  const all = store.at(context.now);
  const relatives = relativesOf(input, all);
  const chosen = relatives ?? ofTypes(all, input.AlarmTypes).filter((alarm) => matches(alarm, input, context));
  const page = pageOf('DescribeAlarms', input, chosen, size);
  const stateNamed = (name: string): AlarmState | undefined => stateOf(named(name, all) ?? { transitions: [] });
  const shown = relatives === undefined ? <T>(alarm: T): T => alarm : outline;
  return {
    MetricAlarms: page.items.flatMap((alarm) => metricAlarmOutput(alarm, context) ?? []).map(shown),
    CompositeAlarms: page.items.flatMap((alarm) => compositeAlarmOutput(alarm, context, stateNamed) ?? []).map(shown),
    LogAlarms: page.items.flatMap((alarm) => logAlarmOutput(alarm, context) ?? []).map(shown),
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

function matches(alarm: Alarm, input: DescribeAlarmsInput, context: OperationContext): boolean {
  const { name } = alarm.definition;
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: state, ActionPrefix: action } = input;
  if (names && !names.includes(name)) return false;
  if (prefix !== undefined && !name.startsWith(prefix)) return false;
  if (state !== undefined && stateOf(alarm) !== state) return false;
  return action === undefined || alarmActions(alarm.definition, context).some((arn) => arn.startsWith(action));
}

/** The alarms of a rule, or those whose rules name an alarm; undefined when neither is asked for. */
function relativesOf(input: DescribeAlarmsInput, all: readonly Alarm[]): readonly Alarm[] | undefined {
  const {
    ChildrenOfAlarmName: parent,
    ParentsOfAlarmName: child,
    MaxRecords: _size,
    NextToken: _token,
    ...rest
  } = input;
  if (parent === undefined && child === undefined) return undefined;
  if ((parent !== undefined && child !== undefined) || Object.values(rest).some((value) => value !== undefined)) {
    throw invalid('ChildrenOfAlarmName and ParentsOfAlarmName go with MaxRecords and NextToken only.');
  }
  if (child !== undefined) return all.filter(({ children }) => children.includes(child));
  const names = named(parent, all)?.children ?? [];
  return all.filter(({ definition }) => names.includes(definition.name));
}

function named(name: string | undefined, all: readonly Alarm[]): Alarm | undefined {
  return all.find(({ definition }) => definition.name === name);
}

type Outline = Pick<MetricAlarm, 'AlarmName' | 'AlarmArn' | 'StateValue' | 'StateUpdatedTimestamp'>;

function outline({ AlarmName, AlarmArn, StateValue, StateUpdatedTimestamp }: Outline): Outline {
  return { AlarmName, AlarmArn, StateValue, StateUpdatedTimestamp };
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
