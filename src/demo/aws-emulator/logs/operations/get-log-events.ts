import type {
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
  OutputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import { byTime, eventId, type EventPlace, type LogEvent } from '../log-event.js';
import type { LogGroup } from '../log-group.js';
import type { LogsStore } from '../logs-store.js';
import { newestFirst, oldestFirst } from './event-walk.js';
import { boundedInteger, invalidParameter, required } from './input-checks.js';
import { groupOf, type LinkedStores, requireStandard } from './log-group-reference.js';

const PAGE_EVENTS = 10_000;
const PAGE_BYTES = 1_048_576;
/** A page ends after this many events of the group were looked at, whichever stream they are of. */
const PAGE_SCANNED = 20_000;

interface Range {
  readonly stream: string;
  readonly from: number;
  /** Not included, as AWS documents it for this operation. */
  readonly to: number;
}

/**
 * Events of one stream. At either end the token of that direction is the one the caller came with; a page may hold
 * less than the limit, or nothing, and yet lead on.
 */
export function getLogEvents(
  input: GetLogEventsCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
): Omit<GetLogEventsCommandOutput, '$metadata'> {
  if (input.unmask) throw new AwsFault('AccessDeniedException', 'Not authorized to perform: logs:Unmask');
  const group = groupOf(input, store, context, linked);
  requireStandard('GetLogEvents', group);
  const stream = group.stream(required('logStreamName', input.logStreamName));
  if (!stream) {
    throw new AwsFault('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  const limit = boundedInteger('limit', input.limit, 1, PAGE_EVENTS, PAGE_EVENTS);
  const now = context.now.getTime();
  const range = {
    stream: stream.name,
    from: Math.max(input.startTime ?? 0, stream.firstEventTimestamp ?? now),
    to: Math.min(input.endTime ?? Infinity, (stream.lastEventTimestamp ?? now) + 1, now + 1),
  };
  const token = input.nextToken === undefined ? undefined : parseToken(input.nextToken);
  const backward = token ? token.direction === 'b' : !input.startFromHead;
  const page = readPage(group, range, limit, { backward, place: token?.place });
  const events = backward ? page.found.toReversed() : page.found;
  return { events: events.map(outputEvent), ...tokens(events, page.reached, backward, input.nextToken, range) };
}

interface Walk {
  readonly backward: boolean;
  readonly place?: EventPlace;
}

/** The next events of the stream in the order of the walk, and how far it looked when it stopped before the end. */
function readPage(
  group: LogGroup,
  { stream, from, to }: Range,
  limit: number,
  { backward, place }: Walk,
): { readonly found: readonly LogEvent[]; readonly reached?: EventPlace } {
  const found: LogEvent[] = [];
  let scanned = 0;
  let bytes = 0;
  const steps = backward
    ? newestFirst(group, from, Math.min(to - 1, place?.timestamp ?? Infinity))
    : oldestFirst(group, Math.max(from, place?.timestamp ?? 0), to - 1);
  for (const events of steps) {
    for (const event of events) {
      if (place && byTime(event, place) * (backward ? -1 : 1) <= 0) continue;
      scanned += 1;
      if (event.logStreamName === stream) {
        found.push(event);
        bytes += event.message.length + 26;
      }
      if (found.length >= limit || bytes >= PAGE_BYTES || scanned >= PAGE_SCANNED) return { found, reached: event };
    }
  }
  return { found };
}

function outputEvent({ timestamp, message, ingestionTime }: LogEvent): OutputLogEvent {
  return { timestamp, message, ingestionTime };
}

function tokens(
  events: readonly LogEvent[],
  reached: EventPlace | undefined,
  backward: boolean,
  given: string | undefined,
  range: Range,
): { nextForwardToken: string; nextBackwardToken: string } {
  const start = `${eventId({ timestamp: Math.max(range.from, 0), sequence: 0 })}/s`;
  const placeOf = (event: EventPlace | undefined): string =>
    event === undefined ? (given?.slice(2) ?? start) : `${eventId(event)}/s`;
  return {
    nextForwardToken: `f/${placeOf((backward ? undefined : reached) ?? events.at(-1))}`,
    nextBackwardToken: `b/${placeOf((backward ? reached : undefined) ?? events[0])}`,
  };
}

function parseToken(token: string): { direction: string; place: EventPlace } {
  const match = /^([fb])\/3(\d{28})(\d{27})\/s$/.exec(token);
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return { direction: match[1] ?? '', place: { timestamp: Number(match[2]), sequence: Number(match[3]) } };
}
