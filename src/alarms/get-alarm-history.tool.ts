import {
  type AlarmType,
  CloudWatchClient,
  DescribeAlarmsCommand,
  HistoryItemType,
  paginateDescribeAlarmHistory,
} from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { Clock } from '../cloudwatch/clock.service.js';
import { collect } from '../cloudwatch/pages.js';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { DAY_MS, timeRange } from '../cloudwatch/time-range.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { type AlarmDetails, alarmDetails, detailsIn } from './alarm-details.js';
import { historyItem, toHistoryItem } from './alarm-history.js';
import { alarmReference } from './alarm-reference.js';
import { alarmsIn, parseAlarmRule } from './alarm-rule.js';
import { investigationWindows, timeRangeSuggestion } from './investigation-windows.js';

const DEFAULT_MAX_ITEMS = 50;
const PAGE_SIZE = 100;
const HISTORY_BUDGET_BYTES = 400_000;
const ALARM_TYPES: AlarmType[] = ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'];

export const getAlarmHistory = defineTool({
  name: 'get_alarm_history',
  title: 'Get alarm history',
  description:
    'Gets what a CloudWatch alarm did: its settings and state, its history, and time ranges worth investigating with the log and metric tools. For a composite alarm include_component_alarms adds the alarms of its rule.',
  input: z.strictObject({
    alarm_name: z
      .string()
      .min(1, 'must not be empty')
      .max(512, 'must be an alarm name (at most 255 characters) or ARN')
      .describe('Name or ARN.'),
    start_time: z
      .string()
      .nullish()
      .describe('ISO 8601 (no zone: UTC) or relative, e.g. now-7d. Default: a day before the end.'),
    end_time: z.string().nullish().describe('ISO 8601 or relative. Default: now.'),
    history_item_type: z.enum(HistoryItemType).nullish().describe('Kind of entries. Default StateUpdate.'),
    max_items: wholeNumber(1, 1_000).nullish().describe('At most so many entries, newest first. Default 50.'),
    include_component_alarms: z.boolean().nullish().describe('Add the alarms of a composite alarm. Default false.'),
    ...targetInput,
  }),
  output: z.object({
    alarm_details: alarmDetails.describe('The alarm now.'),
    history_items: z.array(historyItem).describe('Newest first.'),
    time_range_suggestions: z.array(timeRangeSuggestion).describe('Where to look.'),
    has_more_results: z.boolean().describe('True when there are more entries than returned.'),
    message: z.string().nullable().describe('Says when there are none, or more.'),
    composite_alarm_name: z.string().nullable().describe('With include_component_alarms: its name.'),
    component_alarms: z.array(z.string()).nullable().describe('Names in its rule, in order.'),
    alarm_rule: z.string().nullable().describe('Its rule.'),
    component_details: z.array(alarmDetails).nullable().describe('Its component alarms now.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:DescribeAlarmHistory', 'cloudwatch:DescribeAlarms'],
  annotations: READ_ONLY,
  slow: false,
});

type Output = z.input<typeof getAlarmHistory.output>;

@ProvidesTool(getAlarmHistory)
export class GetAlarmHistoryTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
  ) {}

  async execute(input: z.output<typeof getAlarmHistory.input>, call: ToolCall): Promise<Output> {
    const { start, end } = timeRange(input, this.clock.now(), DAY_MS);
    const alarm = alarmReference(input);
    alarm.checkOwner(await this.credentials.owner(alarm.target));
    const client = await this.credentials.client(CloudWatchClient, alarm.target);
    const listing = paginateDescribeAlarmHistory(
      { client, pageSize: PAGE_SIZE },
      {
        AlarmName: alarm.name,
        AlarmTypes: ALARM_TYPES,
        HistoryItemType: input.history_item_type ?? 'StateUpdate',
        StartDate: start,
        EndDate: end,
        ScanBy: 'TimestampDescending',
      },
      { abortSignal: call.signal },
    );
    const [found, detailsOf] = await Promise.all([
      collect(listing, (page) => page.AlarmHistoryItems?.map(toHistoryItem), input.max_items ?? DEFAULT_MAX_ITEMS),
      describe(client, [alarm.name], call.signal),
    ]);
    const details = detailsOf(alarm.name);
    const { items, truncated } = withinBudget(found, HISTORY_BUDGET_BYTES);
    return {
      alarm_details: details,
      history_items: [...items],
      time_range_suggestions: [...investigationWindows(items, details)],
      has_more_results: truncated,
      message: messageFor(alarm.name, items.length, truncated),
      ...(await components(client, details, input.include_component_alarms === true, call.signal)),
    };
  }
}

/** Null all over unless the caller wants them and the alarm is a composite one whose rule can be read. */
async function components(
  client: CloudWatchClient,
  { alarm_name, alarm_rule }: AlarmDetails,
  wanted: boolean,
  signal: AbortSignal,
): Promise<Pick<Output, 'composite_alarm_name' | 'component_alarms' | 'alarm_rule' | 'component_details'>> {
  if (!wanted || alarm_rule === null) {
    return { composite_alarm_name: null, component_alarms: null, alarm_rule: null, component_details: null };
  }
  const rule = parseAlarmRule(alarm_rule);
  const composite = { composite_alarm_name: alarm_name, alarm_rule };
  if (rule === undefined) return { ...composite, component_alarms: null, component_details: null };
  const names = [...alarmsIn(rule)];
  if (names.length === 0) return { ...composite, component_alarms: [], component_details: [] };
  const detailsOf = await describe(client, names, signal);
  return { ...composite, component_alarms: names, component_details: names.map(detailsOf) };
}

/** One call for all: a rule names at most 100 alarms, which is what one call takes. */
async function describe(
  client: CloudWatchClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<(name: string) => AlarmDetails> {
  const command = new DescribeAlarmsCommand({
    AlarmNames: [...names],
    AlarmTypes: ALARM_TYPES,
    MaxRecords: PAGE_SIZE,
  });
  return detailsIn(await client.send(command, { abortSignal: signal }));
}

function messageFor(name: string, count: number, more: boolean): string | null {
  if (more) return `Showing ${count} history items (more available)`;
  return count === 0 ? `No alarm history found for ${name} in the specified time range` : null;
}
