import { type CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type {
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
  OutputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';

const MAX_PAGES = 25;
const DEADLINE_MS = 15_000;
const MAX_PAGE_EVENTS = 10_000;
/** Room on the first page for events that share the millisecond. */
const SAME_TIME_EVENTS = 50;

/** The place in a stream whose surroundings are wanted. */
export interface ContextPlace {
  readonly logGroupIdentifier: string;
  readonly logStreamName: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Events around a place, each list in the order of time, no event in two of them. */
export interface EventContext {
  readonly earlier: readonly OutputLogEvent[];
  /** All of that very millisecond. */
  readonly same: readonly OutputLogEvent[];
  readonly later: readonly OutputLogEvent[];
  /** False when the search was given up before it had all that was asked for. */
  readonly complete: boolean;
}

interface Walk {
  readonly events: readonly OutputLogEvent[];
  readonly complete: boolean;
}

/**
 * Reads the events before, at and after a millisecond of a stream. The ranges do not overlap (AWS includes the start
 * of a range and excludes its end), so that events of one millisecond come once each, however many they are.
 */
export async function readContext(
  client: CloudWatchLogsClient,
  place: ContextPlace,
  signal: AbortSignal,
): Promise<EventContext> {
  const [back, on] = await Promise.all([walkBack(client, place, signal), walkOn(client, place, signal)]);
  const isSame = ({ timestamp }: OutputLogEvent): boolean => timestamp === place.at;
  return {
    earlier: back.events.slice(Math.max(0, back.events.length - place.before)),
    same: on.events.filter(isSame),
    later: on.events.filter((event) => !isSame(event)).slice(0, place.after),
    complete: back.complete && on.complete,
  };
}

async function walkBack(client: CloudWatchLogsClient, place: ContextPlace, signal: AbortSignal): Promise<Walk> {
  const { logGroupIdentifier, logStreamName, at, before } = place;
  if (before === 0) return { events: [], complete: true };
  const range = { logGroupIdentifier, logStreamName, endTime: at, startFromHead: false, limit: before };
  const enough = (events: readonly OutputLogEvent[]): boolean => events.length >= before;
  return walk(client, range, ({ nextBackwardToken }) => nextBackwardToken, enough, signal);
}

async function walkOn(client: CloudWatchLogsClient, place: ContextPlace, signal: AbortSignal): Promise<Walk> {
  const { logGroupIdentifier, logStreamName, at, after } = place;
  const range = {
    logGroupIdentifier,
    logStreamName,
    startTime: at,
    // Without later events to find, the range ends with the millisecond itself.
    endTime: after === 0 ? at + 1 : undefined,
    startFromHead: true,
    limit: Math.min(MAX_PAGE_EVENTS, after + SAME_TIME_EVENTS),
  };
  const enough = (events: readonly OutputLogEvent[]): boolean =>
    after > 0 && events.filter(({ timestamp = 0 }) => timestamp > at).length >= after;
  return walk(client, range, ({ nextForwardToken }) => nextForwardToken, enough, signal);
}

/** Pages in one direction; empty ones are normal, only a token that comes back is the end. */
async function walk(
  client: CloudWatchLogsClient,
  range: GetLogEventsCommandInput,
  tokenOf: (page: GetLogEventsCommandOutput) => string | undefined,
  enough: (events: readonly OutputLogEvent[]) => boolean,
  signal: AbortSignal,
): Promise<Walk> {
  const deadline = performance.now() + DEADLINE_MS;
  const events: OutputLogEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES && performance.now() < deadline; page += 1) {
    const output = await client.send(new GetLogEventsCommand({ ...range, nextToken }), { abortSignal: signal });
    events.push(...(output.events ?? []));
    const next = tokenOf(output);
    if (enough(events) || next === undefined || next === nextToken) return { events: byTime(events), complete: true };
    nextToken = next;
  }
  return { events: byTime(events), complete: false };
}

function byTime(events: readonly OutputLogEvent[]): readonly OutputLogEvent[] {
  return events.toSorted((left, right) => (left.timestamp ?? 0) - (right.timestamp ?? 0));
}
