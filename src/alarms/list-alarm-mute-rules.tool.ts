import {
  AlarmMuteRuleStatus,
  type AlarmMuteRuleSummary,
  CloudWatchClient,
  GetAlarmMuteRuleCommand,
  type GetAlarmMuteRuleOutput,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, type Listing, partFields, partOf } from '../cloudwatch/answer-part.js';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { accountInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { ServiceError } from '../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { alarmNameInput } from './alarm-name.js';
import { alarmReference } from './alarm-reference.js';
import { type MuteRule, muteRule, muteRuleName, toMuteRule } from './mute-rule.js';

const DEFAULT_MAX_ITEMS = 20;
/** Each rule costs a call of its own. */
const MAX_ITEMS = 100;
const PAGE_SIZE = 20;

export const listAlarmMuteRules = defineTool({
  name: 'list_alarm_mute_rules',
  title: 'List alarm mute rules',
  description: 'Lists the rules that mute alarm actions, with schedule and alarms: why nobody was paged.',
  input: z.strictObject({
    alarm_name: alarmNameInput.nullish().describe('Only rules for this alarm.'),
    status: z.enum(AlarmMuteRuleStatus).nullish(),
    max_items: wholeNumber(1, MAX_ITEMS).nullish().describe(`Default ${DEFAULT_MAX_ITEMS}.`),
    cursor: cursorInput,
    ...accountInput,
  }),
  output: z.object({
    mute_rules: z.array(muteRule).describe('The rules.'),
    ...partFields,
    message: z.string().nullable().describe('Says when there are none.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:GetAlarmMuteRule', 'cloudwatch:ListAlarmMuteRules'],
  annotations: READ_ONLY,
  slow: false,
});

type Input = z.output<typeof listAlarmMuteRules.input>;

interface RulePage {
  readonly rules: readonly MuteRule[];
  readonly nextToken?: string;
}

@ProvidesTool(listAlarmMuteRules)
export class ListAlarmMuteRulesTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof listAlarmMuteRules.output>> {
    const alarm = input.alarm_name == null ? undefined : alarmReference({ ...input, alarm_name: input.alarm_name });
    const target = alarm?.target ?? input;
    alarm?.checkOwner(await this.credentials.owner(target));
    const client = await this.credentials.client(CloudWatchClient, target);
    const part = await collectPart(ruleListing(client, alarm?.name, input, call.signal), {
      cursor: input.cursor,
      limit: input.max_items ?? DEFAULT_MAX_ITEMS,
      budgetBytes: this.config.tools.resultBudgetBytes,
    });
    return {
      mute_rules: [...part.items],
      ...partOf(part, { fromStart: input.cursor == null }),
      message: part.items.length === 0 ? 'No mute rule matches' : null,
    };
  }
}

function ruleListing(
  client: CloudWatchClient,
  alarm: string | undefined,
  { status }: Input,
  signal: AbortSignal,
): Listing<RulePage, MuteRule> {
  return {
    fetch: async (token) => {
      const input = { AlarmName: alarm, Statuses: status == null ? undefined : [status], MaxRecords: PAGE_SIZE };
      const { AlarmMuteRuleSummaries: summaries = [], NextToken: nextToken } = await client.send(
        new ListAlarmMuteRulesCommand({ ...input, NextToken: token }),
        { abortSignal: signal },
      );
      const details = await Promise.all(summaries.map((summary) => detailsOf(client, summary, signal)));
      return { rules: summaries.map((summary, index) => toMuteRule(summary, details[index])), nextToken };
    },
    tokenOf: (page) => page.nextToken,
    itemsOf: (page) => page.rules,
  };
}

/** Undefined for a rule that was deleted in the meantime. */
async function detailsOf(
  client: CloudWatchClient,
  summary: AlarmMuteRuleSummary,
  signal: AbortSignal,
): Promise<GetAlarmMuteRuleOutput | undefined> {
  try {
    const command = new GetAlarmMuteRuleCommand({ AlarmMuteRuleName: muteRuleName(summary) });
    return await client.send(command, { abortSignal: signal });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'aws_not_found') return undefined;
    throw error;
  }
}
