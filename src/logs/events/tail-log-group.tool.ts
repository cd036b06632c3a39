import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { toUsedRange, usedRange } from '../../cloudwatch/time-range.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { logGroupIdentifier } from '../log-group.js';
import { filterPattern } from './filter-pattern.js';
import { followLiveTail, type TailEnd } from './live-tail.client.js';
import { logGroupFailure } from './log-group-failure.js';
import { logGroupTarget } from './log-group-target.js';
import { cutNote, eventFields } from './shown-event.js';
import { TailedEvents } from './tailed-events.js';
import { arnsOfLogGroups } from './tailed-group-arns.client.js';

const MAX_GROUPS = 10;
const DEFAULT_SECONDS = 15;
const MAX_SECONDS = 60;
const DEFAULT_EVENTS = 200;
const MAX_EVENTS = 1_000;

export const tailLogGroup = defineTool({
  name: 'tail_log_group',
  title: 'Tail log groups',
  description:
    'Waits for new events in up to 10 log groups (Live Tail) and returns those of the next seconds. AWS charges for each minute; class STANDARD only.',
  input: z.strictObject({
    log_groups: z.array(logGroupIdentifier).min(1).max(MAX_GROUPS).describe('Names or ARNs.'),
    filter_pattern: filterPattern,
    max_seconds: wholeNumber(1, MAX_SECONDS).nullish().describe('Default 15.'),
    max_events: wholeNumber(1, MAX_EVENTS).nullish().describe('Default 200.'),
    ...accountInput,
  }),
  output: z.object({
    events: z
      .array(z.object({ ...eventFields, log_group: z.string(), log_stream: z.string() }))
      .describe('In the order AWS sent them.'),
    returned: z.int().describe('How many are in this answer.'),
    ended_by: z
      .enum(['max_seconds', 'max_events', 'result_budget', 'server', 'aws'])
      .describe('Which bound ended it; server: it is being restarted; aws: AWS or the connection did.'),
    sampled: z.boolean().describe('True when AWS left events out: more than 500 a second matched.'),
    seconds: z.number().describe('How long the session was open.'),
    time_range: usedRange,
    message: z.string().nullable().describe('What to know or do next, when there is something.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:StartLiveTail', 'logs:DescribeLogGroups'],
  annotations: { ...READ_ONLY, idempotentHint: false },
  slow: true,
});

@ProvidesTool(tailLogGroup)
export class TailLogGroupTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof tailLogGroup.input>,
    call: ToolCall,
  ): Promise<z.input<typeof tailLogGroup.output>> {
    const { log_groups: groups, max_events: maxEvents } = input;
    const { target, owner } = await logGroupTarget('log_groups', groups, input, this.credentials, this.config);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const arns = await arnsOfLogGroups(client, groups, owner, call.signal);
    const { resultBudgetBytes: budgetBytes, maskSecrets } = this.config.tools;
    const limits = { maxEvents: maxEvents ?? DEFAULT_EVENTS, account: owner.account, budgetBytes, maskSecrets };
    const tailed = new TailedEvents(limits);
    const seconds = input.max_seconds ?? DEFAULT_SECONDS;
    const start = this.clock.now();
    let updates = 0;
    const session = { logGroupIdentifiers: [...arns], logEventFilterPattern: input.filter_pattern ?? undefined };
    const end = await followLiveTail(client, session, {
      signal: call.signal,
      endWaiting: call.endWaiting,
      seconds,
      onUpdate: (update) => {
        const goOn = tailed.add(update);
        call.progress(++updates, seconds, `${tailed.events.length} events`);
        return goOn;
      },
    }).catch(logGroupFailure('log_groups', 'Live Tail', input));
    // What came before a break is worth more than its failure alone.
    if (end.failure !== undefined && tailed.events.length === 0) throw end.failure;
    return {
      events: tailed.events,
      returned: tailed.events.length,
      ended_by: endedBy(end, tailed),
      sampled: tailed.sampled,
      seconds: end.seconds,
      time_range: toUsedRange({ start, end: this.clock.now() }),
      message: notes(end, tailed),
    };
  }
}

function endedBy({ ended }: TailEnd, { full }: TailedEvents): z.input<typeof tailLogGroup.output>['ended_by'] {
  if (full !== undefined) return full;
  if (ended === 'time') return 'max_seconds';
  return ended === 'server' ? 'server' : 'aws';
}

function notes({ failure, ended }: TailEnd, { events, full, sampled }: TailedEvents): string | null {
  const none = events.length === 0 ? 'No new events; filter_log_events shows those that are there already.' : undefined;
  const broken =
    ended === 'aws' ? (failure?.message ?? 'AWS closed the session early. Call again for more.') : undefined;
  const restart = ended === 'server' ? 'The server is being restarted. Call again for more.' : undefined;
  const sample = sampled ? 'AWS sent a sample only: narrow filter_pattern or the log groups to see all.' : undefined;
  const filled =
    full === 'result_budget' ? 'The answer was full: narrow filter_pattern to tail for longer.' : undefined;
  return (
    [none, broken, restart, sample, filled, cutNote(events)].filter((note) => note !== undefined).join(' ') || null
  );
}
