import {
  type AlarmContributor,
  CloudWatchClient,
  DescribeAlarmContributorsCommand,
  type DescribeAlarmContributorsOutput,
} from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, type Listing, partFields, partOf } from '../cloudwatch/answer-part.js';
import { isoTime } from '../cloudwatch/iso-time.js';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { accountInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { alarmNameInput } from './alarm-name.js';
import { alarmReference } from './alarm-reference.js';
import { namingAlarm } from './unknown-alarm.js';

const DEFAULT_MAX_ITEMS = 50;

const contributor = z.object({
  contributor_id: z.string().describe('Its id in the alarm history.'),
  attributes: z.record(z.string(), z.string()).describe('What tells it apart, e.g. dimensions.'),
  state_reason: z.string().describe('Why it is in ALARM.'),
  state_transitioned_timestamp: z.string().nullable().describe('Since when, ISO 8601.'),
});

type Contributor = z.output<typeof contributor>;

export const getAlarmContributors = defineTool({
  name: 'get_alarm_contributors',
  title: 'Get alarm contributors',
  description: 'Tells which time series of a multi-series alarm (Metrics Insights, PromQL, log) are in ALARM.',
  input: z.strictObject({
    alarm_name: alarmNameInput,
    max_items: wholeNumber(1, 1_000).nullish().describe('Default 50.'),
    cursor: cursorInput,
    ...accountInput,
  }),
  output: z.object({
    alarm_name: z.string().describe('The alarm.'),
    contributors: z.array(contributor).describe('Series in ALARM now.'),
    ...partFields,
    message: z.string().nullable().describe('Says when there are none.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:DescribeAlarmContributors'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getAlarmContributors)
export class GetAlarmContributorsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getAlarmContributors.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getAlarmContributors.output>> {
    const alarm = alarmReference(input);
    alarm.checkOwner(await this.credentials.owner(alarm.target));
    const client = await this.credentials.client(CloudWatchClient, alarm.target);
    const listing: Listing<DescribeAlarmContributorsOutput, Contributor> = {
      fetch: (NextToken) =>
        client.send(new DescribeAlarmContributorsCommand({ AlarmName: alarm.name, NextToken }), {
          abortSignal: call.signal,
        }),
      tokenOf: (page) => page.NextToken,
      itemsOf: (page) => (page.AlarmContributors ?? []).map(toContributor),
    };
    const part = await collectPart(listing, {
      cursor: input.cursor,
      limit: input.max_items ?? DEFAULT_MAX_ITEMS,
      budgetBytes: this.config.tools.resultBudgetBytes,
    }).catch(namingAlarm);
    return {
      alarm_name: alarm.name,
      contributors: [...part.items],
      ...partOf(part, { fromStart: input.cursor == null }),
      message: part.items.length === 0 ? 'No series of this alarm is in ALARM, or it watches only one' : null,
    };
  }
}

function toContributor(item: AlarmContributor): Contributor {
  const since = item.StateTransitionedTimestamp;
  return {
    contributor_id: item.ContributorId ?? '',
    attributes: { ...item.ContributorAttributes },
    state_reason: item.StateReason ?? '',
    state_transitioned_timestamp: since === undefined ? null : isoTime(since),
  };
}
