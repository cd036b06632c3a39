import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, partFields, partOf } from '../cloudwatch/answer-part.js';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { alarmListing } from './alarm-listing.client.js';
import { alarmLists, byKind } from './alarm-summary.js';

const DEFAULT_MAX_ITEMS = 50;
const PAGE_SIZE = 100;

export const getActiveAlarms = defineTool({
  name: 'get_active_alarms',
  title: 'Get active alarms',
  description:
    'Lists the metric, composite and log alarms in ALARM now, with the reason and what mutes or suppresses them. get_alarm_history tells what happened before.',
  input: z.strictObject({
    max_items: wholeNumber(1, 1_000).nullish().describe('Default 50.'),
    cursor: cursorInput,
    ...targetInput,
  }),
  output: z.object({
    ...alarmLists,
    ...partFields,
    has_more_results: z.boolean().describe('Same as truncated.'),
    message: z.string().nullable().describe('Says when there are none, or more.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:DescribeAlarms', 'cloudwatch:GetAlarmMuteRule', 'cloudwatch:ListAlarmMuteRules'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getActiveAlarms)
export class GetActiveAlarmsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getActiveAlarms.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getActiveAlarms.output>> {
    const client = await this.credentials.client(CloudWatchClient, input);
    const listing = alarmListing(client, { StateValue: 'ALARM', MaxRecords: PAGE_SIZE }, call.signal);
    const part = await collectPart(listing, {
      cursor: input.cursor,
      limit: input.max_items ?? DEFAULT_MAX_ITEMS,
      budgetBytes: this.config.tools.resultBudgetBytes,
    });
    const more = part.nextCursor !== null;
    return {
      ...byKind(part.items),
      ...partOf(part, { fromStart: input.cursor == null }),
      has_more_results: more,
      message: messageFor(part.items.length, more),
    };
  }
}

function messageFor(count: number, more: boolean): string | null {
  if (more) return `Showing ${count} alarms (more available)`;
  return count === 0 ? 'No active alarms found' : null;
}
