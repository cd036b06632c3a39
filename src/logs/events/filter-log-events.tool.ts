import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { FilteredLogEvent, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, type Listing, type Part, partFields, partOf } from '../../cloudwatch/answer-part.js';
import { Clock } from '../../cloudwatch/clock.service.js';
import { consoleLink } from '../../cloudwatch/console-link.js';
import { cursorInput, readCursor } from '../../cloudwatch/page-cursor.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { type TimeRange, timeRange, toUsedRange, usedRange } from '../../cloudwatch/time-range.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { readWindowCursor, toWindowCursor } from '../../cloudwatch/window-cursor.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { InvalidInput } from '../../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { logGroupArns, logGroupIdentifier, nameOfLogGroup, withoutWildcard } from '../log-group.js';
import { filterPattern } from './filter-pattern.js';
import { logGroupFailure } from './log-group-failure.js';
import { logGroupTarget } from './log-group-target.js';
import { logStreamName } from './log-stream.js';
import { cutNote, eventFields, shownEvent } from './shown-event.js';

const DEFAULT_SPAN_MS = 15 * 60_000;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const MAX_STREAMS = 100;
const MAX_PAGES = 100;
const DEFAULT_TIMEOUT_SECONDS = 20;
/** What FilterLogEvents asks of a search from the newest on. */
const NEWEST_FIRST_SINCE = new Date('2024-01-01T00:00:00Z');

const event = z.object({
  ...eventFields,
  log_stream: z.string(),
  event_id: z.string().describe('Unique in its log group.'),
});

export const filterLogEvents = defineTool({
  name: 'filter_log_events',
  title: 'Search a log group',
  description:
    'Searches the events of one log group by a filter pattern, oldest first, without the scan charge of Logs Insights. Best for short windows; class STANDARD only.',
  input: z.strictObject({
    log_group: logGroupIdentifier.describe('Name or ARN.'),
    start_time: z.string().nullish().describe('ISO 8601 or relative. Default now-15m.'),
    end_time: z.string().nullish().describe('Default now.'),
    filter_pattern: filterPattern,
    log_stream_prefix: logStreamName.nullish(),
    log_stream_names: z.array(logStreamName).min(1).max(MAX_STREAMS).nullish(),
    newest_first: z.boolean().nullish(),
    limit: wholeNumber(1, MAX_LIMIT).nullish().describe('Default 100.'),
    max_timeout: wholeNumber(1, 60).nullish().describe('Seconds to search. Default 20.'),
    cursor: cursorInput,
    ...accountInput,
  }),
  output: z.object({
    events: z.array(event).describe('Oldest first, unless newest_first.'),
    ...partFields,
    time_range: usedRange,
    message: z.string().nullable().describe('What to do next, when there is something.'),
    console_url: z.string().nullable().describe('The log group in the console.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:FilterLogEvents'],
  annotations: READ_ONLY,
  slow: true,
});

type Input = z.output<typeof filterLogEvents.input>;
type ShownLogEvent = z.output<typeof event>;

@ProvidesTool(filterLogEvents)
export class FilterLogEventsTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof filterLogEvents.output>> {
    const { range, cursor } = this.window(input);
    const { target, owner } = await logGroupTarget(
      'log_group',
      [input.log_group],
      input,
      this.credentials,
      this.config,
    );
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const { part, outOfTime } = await this.search(client, { input, range, cursor }, call);
    const isLinked = logGroupArns([input.log_group]).some(({ account }) => account !== owner.account);
    return {
      events: [...part.items],
      ...partOf(part, { fromStart: cursor === undefined }),
      next_cursor: toWindowCursor(range, part.nextCursor),
      time_range: toUsedRange(range),
      message: notes(part, outOfTime),
      console_url: isLinked
        ? null
        : consoleLink(owner.region, { kind: 'log-group', name: nameOfLogGroup(input.log_group) }),
    };
  }

  /** The window to search: that of the cursor, or that of the call. */
  private window(input: Input): { readonly range: TimeRange; readonly cursor?: string } {
    if (input.log_stream_prefix != null && input.log_stream_names != null) {
      throw new InvalidInput('log_stream_prefix', 'cannot be combined with log_stream_names; give one of them');
    }
    const given = readWindowCursor(input.cursor);
    const window = given ?? { range: timeRange(input, this.clock.now(), DEFAULT_SPAN_MS) };
    if (input.newest_first === true && window.range.start < NEWEST_FIRST_SINCE) {
      throw new InvalidInput('newest_first', 'works from 2024 on; give a later start_time or leave it out');
    }
    return window;
  }

  private async search(
    client: CloudWatchLogsClient,
    { input, range, cursor }: { readonly input: Input; readonly range: TimeRange; readonly cursor?: string },
    call: ToolCall,
  ): Promise<{ readonly part: Part<ShownLogEvent>; readonly outOfTime: boolean }> {
    const { resultBudgetBytes: budgetBytes, maskSecrets } = this.config.tools;
    const limit = input.limit ?? DEFAULT_LIMIT;
    const deadline = performance.now() + (input.max_timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1_000;
    const request = toRequest(input, range);
    // A page the cursor leads into must reach beyond what was given of it.
    const pageSize = Math.min(MAX_LIMIT, readCursor(cursor).skip + limit);
    let pages = 0;
    let found = 0;
    let outOfTime = false;
    const listing: Listing<FilterLogEventsCommandOutput, ShownLogEvent> = {
      fetch: async (nextToken) => {
        const page = await client
          .send(new FilterLogEventsCommand({ ...request, limit: pageSize, nextToken }), { abortSignal: call.signal })
          .catch(logGroupFailure('log_group', 'Reading events', input));
        found += page.events?.length ?? 0;
        call.progress(++pages, undefined, `${found} events found`);
        return page;
      },
      tokenOf: ({ nextToken }) => nextToken,
      itemsOf: ({ events = [] }) => events.map((item) => toEvent(item, { budgetBytes, maskSecrets })),
    };
    const goOn = (): boolean => {
      outOfTime = pages >= MAX_PAGES || performance.now() >= deadline;
      return !outOfTime;
    };
    const part = await collectPart(listing, { cursor, limit, budgetBytes, goOn });
    return { part, outOfTime };
  }
}

function toRequest(input: Input, { start, end }: TimeRange): ConstructorParameters<typeof FilterLogEventsCommand>[0] {
  return {
    logGroupIdentifier: withoutWildcard(input.log_group),
    startTime: start.getTime(),
    endTime: end.getTime(),
    filterPattern: input.filter_pattern ?? undefined,
    logStreamNamePrefix: input.log_stream_prefix ?? undefined,
    logStreamNames: input.log_stream_names ?? undefined,
    startFromHead: input.newest_first === true ? false : undefined,
  };
}

function toEvent(
  item: FilteredLogEvent,
  showing: { readonly budgetBytes: number; readonly maskSecrets: boolean },
): ShownLogEvent {
  return { ...shownEvent(item, showing), log_stream: item.logStreamName ?? '', event_id: item.eventId ?? '' };
}

function notes(part: Part<ShownLogEvent>, outOfTime: boolean): string | null {
  const unfinished = outOfTime
    ? 'The time was up before the end of the window: go on with next_cursor, or narrow the window or the streams.'
    : undefined;
  return [unfinished, cutNote(part.items)].filter((note) => note !== undefined).join(' ') || null;
}
