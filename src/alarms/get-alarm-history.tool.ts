import { CloudWatchClient, HistoryItemType } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, partFields, partOf } from '../cloudwatch/answer-part.js';
import { parseArn } from '../cloudwatch/arn.js';
import { Clock } from '../cloudwatch/clock.service.js';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { DAY_MS, timeRange, toUsedRange, usedRange } from '../cloudwatch/time-range.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { alarmDetails, detailsOf } from './alarm-details.js';
import { historyListing } from './alarm-history.client.js';
import { historyItem, retentionNote } from './alarm-history.js';
import { ELSEWHERE, mentionsIn } from './alarm-mention.js';
import { alarmNameInput } from './alarm-name.js';
import { alarmReference } from './alarm-reference.js';
import { alarmLink } from './alarm-summary.js';
import { alarmsByName } from './alarms-by-name.client.js';
import { investigationWindows, timeRangeSuggestion } from './investigation-windows.js';
import { activeMuteRulesOf } from './mute-rules.client.js';
import type { NamedAlarm } from './named-alarm.js';
import { readWindowCursor, toWindowCursor } from '../cloudwatch/window-cursor.js';

const DEFAULT_MAX_ITEMS = 50;

export const getAlarmHistory = defineTool({
  name: 'get_alarm_history',
  title: 'Get alarm history',
  description:
    'Gets what an alarm did: settings, state, history, and time ranges to investigate with the log and metric tools.',
  input: z.strictObject({
    alarm_name: alarmNameInput,
    start_time: z.string().nullish().describe('ISO 8601 or now-7d. Default: end - 1 day.'),
    end_time: z.string().nullish().describe('Default: now.'),
    history_item_type: z.enum(HistoryItemType).nullish().describe('Default StateUpdate.'),
    max_items: wholeNumber(1, 1_000).nullish().describe('Default 50, newest first.'),
    include_component_alarms: z.boolean().nullish().describe("Add the alarms of a composite alarm's rule."),
    cursor: cursorInput,
    ...targetInput,
  }),
  output: z.object({
    alarm_details: alarmDetails.describe('The alarm now.'),
    history_items: z.array(historyItem).describe('Newest first.'),
    time_range_suggestions: z.array(timeRangeSuggestion).describe('Where to look.'),
    time_range: usedRange,
    ...partFields,
    has_more_results: z.boolean().describe('Same as truncated.'),
    message: z.string().nullable().describe('Says when there are none, or more.'),
    retention_note: z.string().nullable().describe('Says when part of the window is older than what AWS keeps.'),
    composite_alarm_name: z.string().nullable().describe('With include_component_alarms: its name.'),
    component_alarms: z.array(z.string()).nullable().describe('Names in its rule, in order.'),
    alarm_rule: z.string().nullable().describe('Its rule.'),
    component_details: z.array(alarmDetails).nullable().describe('Its component alarms now.'),
    console_url: z.string().describe('The alarm in the CloudWatch console.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:DescribeAlarmHistory', 'cloudwatch:DescribeAlarms', 'cloudwatch:ListAlarmMuteRules'],
  annotations: READ_ONLY,
  slow: false,
});

type Output = z.input<typeof getAlarmHistory.output>;

@ProvidesTool(getAlarmHistory)
export class GetAlarmHistoryTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: z.output<typeof getAlarmHistory.input>, call: ToolCall): Promise<Output> {
    const now = this.clock.now();
    const place = readWindowCursor(input.cursor);
    const range = place?.range ?? timeRange(input, now, DAY_MS);
    const alarm = alarmReference(input);
    const owner = await this.credentials.owner(alarm.target);
    alarm.checkOwner(owner);
    const client = await this.credentials.client(CloudWatchClient, alarm.target);
    const HistoryItemType = input.history_item_type ?? 'StateUpdate';
    const filter = { AlarmName: alarm.name, HistoryItemType, StartDate: range.start, EndDate: range.end };
    const [found, alarms, mutedBy] = await Promise.all([
      collectPart(historyListing(client, filter, call.signal), {
        cursor: place?.cursor,
        limit: input.max_items ?? DEFAULT_MAX_ITEMS,
        budgetBytes: this.config.tools.resultBudgetBytes,
      }),
      alarmsByName(client, [alarm.name], call.signal),
      activeMuteRulesOf(client, alarm.name, call.signal),
    ]);
    const part = { ...found, nextCursor: toWindowCursor(range, found.nextCursor) };
    const named = alarms.get(alarm.name);
    const details = detailsOf(alarm.name, named, { mutedBy });
    const more = part.nextCursor !== null;
    return {
      alarm_details: details,
      history_items: [...part.items],
      time_range_suggestions: [...investigationWindows(part.items, details)],
      time_range: toUsedRange(range),
      ...partOf(part, { fromStart: place === undefined }),
      has_more_results: more,
      message: messageFor(alarm.name, part.items.length, more),
      retention_note: retentionNote(range.start, now),
      ...(await components(client, named, input.include_component_alarms === true, call.signal)),
      console_url: alarmLink(owner.region, alarm.name),
    };
  }
}

/** Null all over unless the caller wants them and the alarm is a composite one whose rule can be read. */
async function components(
  client: CloudWatchClient,
  named: NamedAlarm | undefined,
  wanted: boolean,
  signal: AbortSignal,
): Promise<Pick<Output, 'composite_alarm_name' | 'component_alarms' | 'alarm_rule' | 'component_details'>> {
  if (!wanted || named?.kind !== 'CompositeAlarm') {
    return { composite_alarm_name: null, component_alarms: null, alarm_rule: null, component_details: null };
  }
  const { AlarmName = '', AlarmArn = '', AlarmRule = '' } = named.alarm;
  const composite = { composite_alarm_name: AlarmName, alarm_rule: AlarmRule };
  const mentions = mentionsIn(AlarmRule, parseArn(AlarmArn));
  if (mentions === undefined) return { ...composite, component_alarms: null, component_details: null };
  const own = mentions.filter(({ elsewhere }) => !elsewhere).map(({ name }) => name);
  const found = await alarmsByName(client, own, signal);
  return {
    ...composite,
    component_alarms: mentions.map(({ name }) => name),
    component_details: mentions.map(({ name, elsewhere }) =>
      detailsOf(name, elsewhere ? undefined : found.get(name), elsewhere ? { missing: ELSEWHERE } : {}),
    ),
  };
}

function messageFor(name: string, count: number, more: boolean): string | null {
  if (more) return `Showing ${count} history items (more available)`;
  return count === 0 ? `No alarm history found for ${name} in the specified time range` : null;
}
