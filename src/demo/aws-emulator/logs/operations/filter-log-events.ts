import type {
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import { compileFilterPattern } from '../filter-pattern/filter-pattern.js';
import { byTime, eventId, type EventPlace, type LogEvent } from '../log-event.js';
import type { LogsStore } from '../logs-store.js';
import { newestFirst, oldestFirst } from './event-walk.js';
import { boundedInteger, invalidParameter } from './input-checks.js';
import { groupOf, type LinkedStores, requireStandard } from './log-group-reference.js';

const PAGE_EVENTS = 10_000;
const PAGE_BYTES = 1_048_576;
/** A page ends after this many events were looked at, found or not: pages may be empty and yet have a token. */
const PAGE_SCANNED = 20_000;
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);

/** Events of a group that match a filter pattern, oldest first unless the first request says otherwise. */
export function filterLogEvents(
  input: FilterLogEventsCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
): Omit<FilterLogEventsCommandOutput, '$metadata'> {
  checkInput(input);
  const group = groupOf(input, store, context, linked);
  requireStandard('FilterLogEvents', group);
  const limit = boundedInteger('limit', input.limit, 1, PAGE_EVENTS, PAGE_EVENTS);
  const matches = compileFilterPattern(input.filterPattern ?? '');
  const streams = input.logStreamNames ? new Set(input.logStreamNames) : undefined;
  const prefix = input.logStreamNamePrefix ?? '';
  const token = input.nextToken === undefined ? undefined : parseToken(input.nextToken);
  const { backward, place } = token ?? { backward: input.startFromHead === false };
  const from = Math.max(input.startTime ?? 0, backward ? 0 : (place?.timestamp ?? 0));
  const to = Math.min(input.endTime ?? Infinity, context.now.getTime(), (backward && place?.timestamp) || Infinity);

  const found: FilteredLogEvent[] = [];
  let scanned = 0;
  let bytes = 0;
  for (const events of backward ? newestFirst(group, from, to) : oldestFirst(group, from, to)) {
    for (const event of events) {
      if (place && byTime(event, place) * (backward ? -1 : 1) <= 0) continue;
      scanned += 1;
      const inStream = streams ? streams.has(event.logStreamName) : event.logStreamName.startsWith(prefix);
      if (inStream && matches(event.message)) {
        found.push(filteredEvent(event));
        bytes += event.message.length + 26;
      }
      if (found.length >= limit || bytes >= PAGE_BYTES || scanned >= PAGE_SCANNED) {
        return { events: found, searchedLogStreams: [], nextToken: tokenOf(event, backward) };
      }
    }
  }
  return { events: found, searchedLogStreams: [] };
}

function checkInput(input: FilterLogEventsCommandInput): void {
  if (input.unmask) throw new AwsFault('AccessDeniedException', 'Not authorized to perform: logs:Unmask');
  if (input.logStreamNames && input.logStreamNamePrefix !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive.');
  }
  if ((input.logStreamNames?.length ?? 0) > 100) throw invalidParameter('At most 100 logStreamNames can be given.');
  if ((input.filterPattern?.length ?? 0) > 1_024) {
    throw invalidParameter('The filterPattern is longer than 1024 characters.');
  }
  if (input.startFromHead === false && (input.startTime ?? 0) < NEWEST_FIRST_SINCE) {
    throw invalidParameter('With startFromHead false, startTime must not be before 2024.');
  }
  if (input.startTime !== undefined && input.endTime !== undefined && input.endTime < input.startTime) {
    throw invalidParameter('The endTime is before the startTime.');
  }
}

function filteredEvent(event: LogEvent): FilteredLogEvent {
  const { logStreamName, timestamp, message, ingestionTime } = event;
  return { logStreamName, timestamp, message, ingestionTime, eventId: eventId(event) };
}

function tokenOf({ timestamp, sequence }: EventPlace, backward: boolean): string {
  return Buffer.from(JSON.stringify([timestamp, sequence, Number(backward)])).toString('base64url');
}

function parseToken(token: string): { readonly backward: boolean; readonly place: EventPlace } {
  const match = /^\[(\d{1,16}),(\d{1,12}),([01])\]$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return { backward: match[3] === '1', place: { timestamp: Number(match[1]), sequence: Number(match[2]) } };
}
