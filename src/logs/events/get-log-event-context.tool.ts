import { CloudWatchLogsClient, type OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { consoleLink } from '../../cloudwatch/console-link.js';
import { accountInput, targetOf } from '../../cloudwatch/target-input.js';
import { parseTime, usedRange } from '../../cloudwatch/time-range.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { type AwsOwner, CredentialsService } from '../../credentials/credentials.service.js';
import { InvalidInput } from '../../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { logGroupIdentifier, nameOfLogGroup, withoutWildcard } from '../log-group.js';
import { nearestWithin } from './context-window.js';
import { type EventContext, readContext } from './event-context.client.js';
import { arnOfLogGroup } from './log-group-arn.js';
import { logGroupFailure } from './log-group-failure.js';
import { logGroupTarget } from './log-group-target.js';
import { readLogRecord } from './log-record.client.js';
import { logStreamName } from './log-stream.js';
import { recordPointer } from './record-pointer.js';
import { cutNote, eventFields, shownEvent, timeOf } from './shown-event.js';

const DEFAULT_LINES = 10;
const MAX_LINES = 100;

export const getLogEventContext = defineTool({
  name: 'get_log_event_context',
  title: 'Events around a log event',
  description:
    'Shows the lines before and after one event in its log stream. Name the event by ptr, or by log_group, log_stream and timestamp.',
  input: z.strictObject({
    ptr: recordPointer.nullish().describe('@ptr of a row of execute_log_insights_query.'),
    log_group: logGroupIdentifier.nullish().describe('Name or ARN.'),
    log_stream: logStreamName.nullish(),
    timestamp: z.string().nullish().describe('ISO 8601 with milliseconds.'),
    before: wholeNumber(0, MAX_LINES).nullish().describe('Events before it. Default 10.'),
    after: wholeNumber(0, MAX_LINES).nullish().describe('Default 10.'),
    ...accountInput,
  }),
  output: z.object({
    log_group: z.string(),
    log_stream: z.string(),
    events: z
      .array(z.object({ ...eventFields, is_event: z.boolean().describe('True for the event that was asked for.') }))
      .describe('Oldest first.'),
    truncated: z.boolean().describe('True when events farther away were left out.'),
    time_range: usedRange,
    message: z.string().nullable().describe('What to know about it, when there is something.'),
    console_url: z.string().nullable().describe('The log stream in the console.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:GetLogEvents', 'logs:GetLogRecord'],
  annotations: READ_ONLY,
  slow: true,
});

type Input = z.output<typeof getLogEventContext.input>;
type ContextEvent = z.output<typeof getLogEventContext.output>['events'][number];

/** The event a call asks for, and who may look. */
interface AskedEvent {
  readonly client: CloudWatchLogsClient;
  readonly owner: AwsOwner;
  /** As the API takes it. */
  readonly logGroupIdentifier: string;
  readonly logStreamName: string;
  readonly at: number;
  /** Tells it from others of its millisecond, where that is known. */
  readonly message?: string;
}

@ProvidesTool(getLogEventContext)
export class GetLogEventContextTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof getLogEventContext.output>> {
    const asked = input.ptr == null ? await this.named(input) : await this.pointed(input, input.ptr, call);
    const { logGroupIdentifier: group, logStreamName: stream, at, owner } = asked;
    const place = { logGroupIdentifier: group, logStreamName: stream, at };
    const lines = { before: input.before ?? DEFAULT_LINES, after: input.after ?? DEFAULT_LINES };
    const context = await readContext(asked.client, { ...place, ...lines }, call.signal).catch(
      logGroupFailure('log_group or log_stream', 'Reading events'),
    );
    const events = this.shown(context, asked);
    const truncated = events.length < context.earlier.length + context.same.length + context.later.length;
    const name = nameOfLogGroup(group);
    return {
      log_group: name,
      log_stream: stream,
      events: [...events],
      truncated,
      time_range: { start: events[0]?.timestamp ?? timeOf(at), end: events.at(-1)?.timestamp ?? timeOf(at) },
      message: notes(context, events, timeOf(at)),
      console_url: group === name ? consoleLink(owner.region, { kind: 'log-stream', group: name, stream }) : null,
    };
  }

  private shown(context: EventContext, { message }: AskedEvent): readonly ContextEvent[] {
    const { resultBudgetBytes: budgetBytes, maskSecrets } = this.config.tools;
    // Transformed events read otherwise than their originals: then the whole millisecond is meant.
    const told = message !== undefined && context.same.some((event) => event.message === message);
    const show = (event: OutputLogEvent, isEvent: boolean): ContextEvent => ({
      ...shownEvent(event, { budgetBytes, maskSecrets }),
      is_event: isEvent,
    });
    const surroundings = {
      earlier: context.earlier.map((event) => show(event, false)),
      same: context.same.map((event) => show(event, !told || event.message === message)),
      later: context.later.map((event) => show(event, false)),
    };
    return nearestWithin(surroundings, budgetBytes);
  }

  private async named(input: Input): Promise<AskedEvent> {
    const { log_group: group, log_stream: stream, timestamp } = input;
    if (group == null)
      throw new InvalidInput('log_group', 'is missing; give ptr, or log_group, log_stream and timestamp');
    if (stream == null) throw new InvalidInput('log_stream', 'is missing; give it with log_group and timestamp');
    if (timestamp == null) throw new InvalidInput('timestamp', 'is missing; give it with log_group and log_stream');
    const at = parseTime('timestamp', timestamp, this.clock.now()).getTime();
    const { target, owner } = await logGroupTarget('log_group', [group], input, this.credentials, this.config);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    return { client, owner, logGroupIdentifier: withoutWildcard(group), logStreamName: stream, at };
  }

  private async pointed(input: Input, ptr: string, call: ToolCall): Promise<AskedEvent> {
    const other = (['log_group', 'log_stream', 'timestamp'] as const).find((field) => input[field] != null);
    if (other !== undefined) throw new InvalidInput('ptr', `names the event by itself; leave out ${other}, or ptr`);
    const target = targetOf(input);
    const owner = await this.credentials.owner(target);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const { allowedLogGroups } = this.config.tools;
    const { fields, origin } = await readLogRecord(client, ptr, { reach: owner, allowedLogGroups }, call.signal);
    const { '@logStream': stream, '@timestamp': time, '@message': message } = fields;
    const at = Number(time);
    if (origin === undefined || stream === undefined || !Number.isSafeInteger(at)) {
      throw new InvalidInput('ptr', 'does not tell log group, stream and time; give these instead');
    }
    const group =
      origin.account === owner.account ? origin.logGroup : arnOfLogGroup(origin.logGroup, owner.region, origin.account);
    return { client, owner, logGroupIdentifier: group, logStreamName: stream, at, message };
  }
}

function notes(context: EventContext, events: readonly ContextEvent[], at: string): string | null {
  const absent = context.same.length === 0 ? `No event at exactly ${at}; these are the ones around it.` : undefined;
  const incomplete = context.complete ? undefined : 'The time was up before all events around it were found.';
  return [absent, incomplete, cutNote(events)].filter((note) => note !== undefined).join(' ') || null;
}
