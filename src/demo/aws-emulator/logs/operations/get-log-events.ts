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
import { groupOf } from './log-group-reference.js';

/** A page may hold 10,000 events. */
const PAGE_EVENTS = 10_000;

interface Range {
  readonly stream: string;
  readonly from: number;
  /** Not included, as AWS documents it for this operation. */
  readonly to: number;
}

/** Events of one stream. At either end the token of that direction is the one the caller came with. */
export function getLogEvents(
  input: GetLogEventsCommandInput,
  store: LogsStore,
  context: OperationContext,
): Omit<GetLogEventsCommandOutput, '$metadata'> {
  if (input.unmask) throw new AwsFault('AccessDeniedException', 'Not authorized to perform: logs:Unmask');
  const group = groupOf(input, store, context);
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
  const events = backward
    ? lastEvents(group, range, limit, token?.place)
    : firstEvents(group, range, limit, token?.place);
  return { events: events.map(outputEvent), ...tokens(events, input.nextToken, range) };
}

function firstEvents(group: LogGroup, range: Range, limit: number, after: EventPlace | undefined): LogEvent[] {
  const found: LogEvent[] = [];
  for (const events of oldestFirst(group, Math.max(range.from, after?.timestamp ?? 0), range.to - 1)) {
    for (const event of events) {
      if (event.logStreamName !== range.stream || (after && byTime(event, after) <= 0)) continue;
      found.push(event);
      if (found.length === limit) return found;
    }
  }
  return found;
}

function lastEvents(group: LogGroup, range: Range, limit: number, before: EventPlace | undefined): LogEvent[] {
  const found: LogEvent[] = [];
  for (const events of newestFirst(group, range.from, Math.min(range.to - 1, before?.timestamp ?? Infinity))) {
    for (const event of events) {
      if (event.logStreamName !== range.stream || (before && byTime(event, before) >= 0)) continue;
      found.push(event);
      if (found.length === limit) return found.reverse();
    }
  }
  return found.reverse();
}

function outputEvent({ timestamp, message, ingestionTime }: LogEvent): OutputLogEvent {
  return { timestamp, message, ingestionTime };
}

function tokens(
  events: readonly LogEvent[],
  given: string | undefined,
  range: Range,
): { nextForwardToken: string; nextBackwardToken: string } {
  const first = events[0];
  const last = events.at(-1);
  const place = given?.slice(2) ?? `${eventId({ timestamp: Math.max(range.from, 0), sequence: 0 })}/s`;
  return {
    nextForwardToken: last ? `f/${eventId(last)}/s` : `f/${place}`,
    nextBackwardToken: first ? `b/${eventId(first)}/s` : `b/${place}`,
  };
}

function parseToken(token: string): { direction: string; place: EventPlace } {
  const match = /^([fb])\/3(\d{28})(\d{27})\/s$/.exec(token);
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return { direction: match[1] ?? '', place: { timestamp: Number(match[2]), sequence: Number(match[3]) } };
}
