import type {
  AlarmHistoryItem,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
} from '@aws-sdk/client-cloudwatch';
import type { OperationContext } from '../operation.js';
import type { StateReason, Transition } from './alarm.js';
import { invalidValue, ofTypes } from './alarm-input.js';
import { alarmActions } from './alarm-output.js';
import type { Alarm, AlarmStore } from './alarm-store.js';
import { pageOf } from './next-token.js';
import { checkLimit } from './validation.js';

const MOST_ITEMS = 100;
const ITEM_TYPES: ReadonlySet<string> = new Set([
  'ConfigurationUpdate',
  'StateUpdate',
  'Action',
  'AlarmContributorStateUpdate',
  'AlarmContributorAction',
]);

/** DescribeAlarmHistory: newest first unless ScanBy says otherwise; both dates are inclusive. */
export function describeAlarmHistory(
  store: AlarmStore,
  input: DescribeAlarmHistoryInput,
  context: OperationContext,
): DescribeAlarmHistoryOutput {
  if (input.HistoryItemType !== undefined && !ITEM_TYPES.has(input.HistoryItemType)) {
    throw invalidValue('HistoryItemType', input.HistoryItemType);
  }
  const size = checkLimit(input.MaxRecords, 'MaxRecords', MOST_ITEMS);
  const direction = input.ScanBy === 'TimestampAscending' ? 1 : -1;
  const items = ofTypes(store.at(context.now), input.AlarmTypes)
    .filter(({ definition }) => input.AlarmName === undefined || definition.name === input.AlarmName)
    .flatMap((alarm) => historyOf(alarm, store, context))
    .filter((item) => isWanted(item, input))
    .sort((a, b) => direction * (timeOf(a) - timeOf(b)));
  const page = pageOf('DescribeAlarmHistory', input, items, size);
  return { AlarmHistoryItems: [...page.items], NextToken: page.NextToken };
}

function isWanted(item: AlarmHistoryItem, input: DescribeAlarmHistoryInput): boolean {
  if (input.HistoryItemType !== undefined && input.HistoryItemType !== item.HistoryItemType) return false;
  if (input.AlarmContributorId !== undefined && input.AlarmContributorId !== item.AlarmContributorId) return false;
  if (input.StartDate && timeOf(item) < input.StartDate.getTime()) return false;
  return !input.EndDate || timeOf(item) <= input.EndDate.getTime();
}

function timeOf(item: AlarmHistoryItem): number {
  return item.Timestamp?.getTime() ?? 0;
}

const TYPES = { metric: 'MetricAlarm', log: 'LogAlarm', composite: 'CompositeAlarm' } as const;

/** Oldest first, then the changes of single contributors. A muted alarm takes no action. */
function historyOf(alarm: Alarm, store: AlarmStore, context: OperationContext): AlarmHistoryItem[] {
  const { definition, transitions } = alarm;
  const common = { AlarmName: definition.name, AlarmType: TYPES[definition.kind] };
  const created: AlarmHistoryItem = {
    ...common,
    Timestamp: definition.createdAt,
    HistoryItemType: 'ConfigurationUpdate',
    HistorySummary: `Alarm "${definition.name}" created`,
    HistoryData: JSON.stringify({ version: '1.0', type: 'Create', createdAlarm: { alarmName: definition.name } }),
  };
  const changes = transitions.flatMap((transition, index): AlarmHistoryItem[] => [
    { ...common, ...stateUpdate(transition, transitions[index - 1], context.region) },
    ...(transition.to === 'ALARM' && !store.isMuted(definition.name, transition.at)
      ? alarmActions(definition, context)
      : []
    ).map((topic) => ({ ...common, ...action(transition, topic) })),
  ]);
  const contributors = alarm.contributors.flatMap(({ id, attributes, transitions: own }) =>
    own.map((transition, index): AlarmHistoryItem => ({
      ...common,
      ...stateUpdate(transition, own[index - 1], context.region),
      HistoryItemType: 'AlarmContributorStateUpdate',
      AlarmContributorId: id,
      AlarmContributorAttributes: { ...attributes },
    })),
  );
  return [created, ...changes, ...contributors];
}

function stateUpdate(transition: Transition, previous: Transition | undefined, region: string): AlarmHistoryItem {
  const unchecked: StateReason = { text: 'Unchecked: Initial alarm creation' };
  return {
    Timestamp: transition.at,
    HistoryItemType: 'StateUpdate',
    HistorySummary: `Alarm updated from ${transition.from} to ${transition.to}`,
    HistoryData: JSON.stringify({
      version: '1.0',
      oldState: stateData(transition.from, previous?.reason(region) ?? unchecked),
      newState: stateData(transition.to, transition.reason(region)),
    }),
  };
}

function stateData(stateValue: string, { text, data }: StateReason): object {
  return { stateValue, stateReason: text, ...(data ? { stateReasonData: data } : {}) };
}

function action(transition: Transition, topic: string): AlarmHistoryItem {
  return {
    Timestamp: transition.at,
    HistoryItemType: 'Action',
    HistorySummary: `Successfully executed action ${topic}`,
    HistoryData: JSON.stringify({
      actionState: 'Succeeded',
      stateUpdateTimestamp: transition.at.getTime(),
      notificationResource: topic,
      publishedMessage: null,
      error: null,
    }),
  };
}
