import { AlarmType, CloudWatchClient, type DescribeAlarmsInput, StateValue } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, partFields, partOf } from '../cloudwatch/answer-part.js';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { accountInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { alarmListing, ALARM_TYPES } from './alarm-listing.client.js';
import { alarmNamePrefix } from './alarm-name.js';
import { alarmLists, byKind } from './alarm-summary.js';
import { MAX_TAG_LOOKUPS, taggedListing } from './alarm-tags.client.js';

const DEFAULT_MAX_ITEMS = 50;
const PAGE_SIZE = 100;
/** The tags of a whole page are read before any of it is answered. */
const TAGGED_PAGE_SIZE = 50;

export const describeAlarms = defineTool({
  name: 'describe_alarms',
  title: 'Describe alarms',
  description: `Lists alarms in any state, by name, type, action or tag. With tags a call examines ${MAX_TAG_LOOKUPS} alarms; go on with cursor.`,
  input: z.strictObject({
    name_prefix: alarmNamePrefix.nullish(),
    state: z.enum(StateValue).nullish(),
    type: z.enum(AlarmType).nullish(),
    action_prefix: z.string().min(1).max(1_024).nullish().describe('Start of an action ARN.'),
    tags: z
      .array(z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256).nullish() }))
      .min(1)
      .max(10)
      .nullish()
      .describe('All must match; no value: any.'),
    max_items: wholeNumber(1, 1_000).nullish().describe('Default 50.'),
    cursor: cursorInput,
    ...accountInput,
  }),
  output: z.object({
    ...alarmLists,
    ...partFields,
    tags_examined: z.number().nullable().describe('With tags: of how many alarms they were read.'),
    message: z.string().nullable().describe('Says when there are none, or more.'),
  }),
  toolset: 'alarms',
  iamActions: [
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetAlarmMuteRule',
    'cloudwatch:ListAlarmMuteRules',
    'cloudwatch:ListTagsForResource',
  ],
  annotations: READ_ONLY,
  slow: true,
});

type Input = z.output<typeof describeAlarms.input>;

@ProvidesTool(describeAlarms)
export class DescribeAlarmsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof describeAlarms.output>> {
    const client = await this.credentials.client(CloudWatchClient, input);
    const all = alarmListing(client, toFilter(input), call.signal);
    const tagged = input.tags == null ? undefined : taggedListing(client, all, input.tags, call);
    const part = await collectPart(tagged?.listing ?? all, {
      cursor: input.cursor,
      limit: input.max_items ?? DEFAULT_MAX_ITEMS,
      budgetBytes: this.config.tools.resultBudgetBytes,
      goOn: () => tagged === undefined || tagged.examined() < MAX_TAG_LOOKUPS,
    });
    return {
      ...byKind(part.items),
      ...partOf(part, { fromStart: input.cursor == null }),
      tags_examined: tagged?.examined() ?? null,
      message: messageFor(part.items.length, part.nextCursor !== null),
    };
  }
}

function toFilter(input: Input): DescribeAlarmsInput {
  return {
    AlarmNamePrefix: input.name_prefix ?? undefined,
    StateValue: input.state ?? undefined,
    AlarmTypes: input.type == null ? ALARM_TYPES : [input.type],
    ActionPrefix: input.action_prefix ?? undefined,
    MaxRecords: input.tags == null ? PAGE_SIZE : TAGGED_PAGE_SIZE,
  };
}

function messageFor(count: number, more: boolean): string | null {
  if (more) return `Showing ${count} alarms (more available)`;
  return count === 0 ? 'No alarm matches' : null;
}
