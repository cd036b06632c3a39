import { CloudWatchLogsClient, GetLogGroupFieldsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { withinBudget } from '../../cloudwatch/result-budget.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { parseTime, type TimeRange, toUsedRange, usedRange } from '../../cloudwatch/time-range.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { logGroupIdentifier, withoutWildcard } from '../log-group.js';
import { logGroupFailure } from './log-group-failure.js';
import { logGroupTarget } from './log-group-target.js';

const AROUND_MS = 8 * 60_000;
const RECENT_MS = 15 * 60_000;

export const getLogGroupFields = defineTool({
  name: 'get_log_group_fields',
  title: 'Fields of a log group',
  description:
    'Lists the fields in a log group and how often each occurs; use it before writing a Logs Insights query. Looks at the last 15 minutes, or 8 minutes around time.',
  input: z.strictObject({
    log_group: logGroupIdentifier.describe('Name or ARN.'),
    time: z.string().nullish().describe('ISO 8601 or relative, e.g. now-6h.'),
    ...accountInput,
  }),
  output: z.object({
    fields: z
      .array(z.object({ name: z.string(), percent: z.number().describe('In how many percent of the events it is.') }))
      .describe('The most frequent first.'),
    truncated: z.boolean().describe('True when rarer fields were left out.'),
    time_range: usedRange,
    message: z.string().nullable().describe('What to do next, when there is something.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:GetLogGroupFields'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getLogGroupFields)
export class GetLogGroupFieldsTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getLogGroupFields.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getLogGroupFields.output>> {
    const now = this.clock.now();
    // AWS takes whole seconds.
    const time = input.time == null ? undefined : Math.floor(parseTime('time', input.time, now).getTime() / 1_000);
    const { target } = await logGroupTarget('log_group', [input.log_group], input, this.credentials, this.config);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const command = new GetLogGroupFieldsCommand({ logGroupIdentifier: withoutWildcard(input.log_group), time });
    const { logGroupFields = [] } = await client
      .send(command, { abortSignal: call.signal })
      .catch(logGroupFailure('log_group', 'Reading events'));
    const fields = logGroupFields
      .map(({ name = '', percent = 0 }) => ({ name, percent }))
      .toSorted((left, right) => right.percent - left.percent);
    const { items, truncated } = withinBudget({ items: fields, truncated: false }, this.config.tools.resultBudgetBytes);
    const none = 'No events in that window: give a time at which there were some.';
    return {
      fields: [...items],
      truncated,
      time_range: toUsedRange(windowOf(time, now)),
      message: fields.length === 0 ? none : null,
    };
  }
}

/** What AWS looks at: around a time in seconds, or the most recent. */
function windowOf(time: number | undefined, now: Date): TimeRange {
  if (time === undefined) return { start: new Date(now.getTime() - RECENT_MS), end: now };
  return { start: new Date(time * 1_000 - AROUND_MS), end: new Date(time * 1_000 + AROUND_MS) };
}
