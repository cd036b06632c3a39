import type {
  LiveTailSessionLogEvent,
  StartLiveTailCommandInput,
  StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AwsFault, type OperationContext } from '../../operation.js';
import { compileFilterPattern, type MessageTest } from '../filter-pattern/filter-pattern.js';
import type { LogEvent } from '../log-event.js';
import type { LogGroup } from '../log-group.js';
import type { LogsStore } from '../logs-store.js';
import { invalidParameter, required } from './input-checks.js';
import { existingGroup, type LinkedStores, requireStandard, resourceOf } from './log-group-reference.js';

const MAX_GROUPS = 10;
const MAX_UPDATE_EVENTS = 500;
const UPDATE_MS = 1_000;
const LONGEST_MS = 3 * 3_600_000;
/** Events this much older than their ingestion are still seen. */
const LATEST_INGESTION_MS = 300_000;

interface TailedGroup {
  readonly group: LogGroup;
  /** As the session names it: `ACCOUNT:NAME`. */
  readonly identifier: string;
}

/** What IAM is asked about: each group. */
export function liveTailResources(input: StartLiveTailCommandInput, context: OperationContext): string[] {
  return (input.logGroupIdentifiers ?? []).map((identifier) => resourceOf(identifier, context));
}

/**
 * A session over groups that are named by ARN: its start, then each second what was ingested in it, at most 500 events.
 * @throws AwsFault for names instead of ARNs, for other classes than STANDARD and as the filter pattern does
 */
export function startLiveTail(
  input: StartLiveTailCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
): { readonly responseStream: AsyncIterable<StartLiveTailResponseStream> } {
  const identifiers = required('logGroupIdentifiers', input.logGroupIdentifiers);
  if (identifiers.length < 1 || identifiers.length > MAX_GROUPS) {
    throw invalidParameter(`The logGroupIdentifiers must be 1 to ${MAX_GROUPS}.`);
  }
  if (identifiers.some((identifier) => !identifier.startsWith('arn:') || identifier.endsWith('*'))) {
    throw invalidParameter('The logGroupIdentifiers must be ARNs that do not end in an asterisk.');
  }
  const groups = identifiers.map((identifier): TailedGroup => {
    const group = existingGroup(identifier, store, context, linked);
    requireStandard('StartLiveTail', group);
    return { group, identifier: `${identifier.split(':')[4]}:${group.name}` };
  });
  return { responseStream: session(input, groups, compileFilterPattern(input.logEventFilterPattern ?? ''), context) };
}

async function* session(
  input: StartLiveTailCommandInput,
  groups: readonly TailedGroup[],
  matches: MessageTest,
  context: OperationContext,
): AsyncGenerator<StartLiveTailResponseStream> {
  const began = performance.now();
  const { logGroupIdentifiers, logEventFilterPattern } = input;
  const names = { requestId: randomUUID(), sessionId: randomUUID() };
  yield { sessionStart: { ...names, logGroupIdentifiers, logEventFilterPattern } };
  let seen = context.now.getTime();
  for (;;) {
    await delay(UPDATE_MS, undefined, { ref: false });
    const elapsed = performance.now() - began;
    if (elapsed > LONGEST_MS) throw new AwsFault('SessionTimeoutException', 'The session has been open for too long.');
    const now = context.now.getTime() + Math.floor(elapsed);
    const results = groups.flatMap((tailed) => ingested(tailed, seen, now, matches));
    const sampled = results.length > MAX_UPDATE_EVENTS;
    yield {
      sessionUpdate: { sessionMetadata: { sampled }, sessionResults: results.slice(0, MAX_UPDATE_EVENTS) },
    };
    seen = now;
  }
}

function ingested(
  { group, identifier }: TailedGroup,
  after: number,
  until: number,
  matches: MessageTest,
): LiveTailSessionLogEvent[] {
  const isNew = ({ ingestionTime }: LogEvent): boolean => ingestionTime > after && ingestionTime <= until;
  return group
    .events(after - LATEST_INGESTION_MS, until)
    .filter((event) => isNew(event) && matches(event.message))
    .map(({ logStreamName, message, timestamp, ingestionTime }) => {
      return { logStreamName, logGroupIdentifier: identifier, message, timestamp, ingestionTime };
    });
}
