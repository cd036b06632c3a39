import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { PartRequest } from '../../cloudwatch/answer-part.js';
import { ServiceError } from '../../errors.js';
import { runQuery, type StartedQuery } from '../insights-query.client.js';
import type { QueryOwner } from '../query-handle.js';
import { POLLING_TIMEOUT } from '../query-results.js';
import type { RunningQueriesService, SlotOptions } from '../running-queries.service.js';
import { unknownLogGroup } from '../unknown-log-group.js';
import type { Chunk } from './batch-plan.js';
import { ended, failed, joined, type PartOutcome, timedOut } from './part-outcome.js';
import { rangeInWords, reasonNotToSplit, type SplitRules, whereInWords } from './split-rule.js';
import { halvesOf, type SecondsRange } from './time-halves.js';

/** One chunk and how to reach it. */
export interface ChunkQuery {
  readonly chunk: Chunk;
  readonly client: CloudWatchLogsClient;
  readonly owner: QueryOwner;
}

/** What all queries of a batch have in common. */
export interface BatchQuery extends SplitRules {
  readonly queryString: string;
  /** What each query is asked for, and what of it is read. */
  readonly rows: PartRequest;
  /** For each query, from its start. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Aborted when what was read until then is all there will be. */
  readonly endWaiting: AbortSignal;
  readonly slots: Pick<RunningQueriesService, 'slot'>;
  readonly hasEnded: SlotOptions['hasEnded'];
  onPoll(status: string, recordsScanned: number): void;
  /** Told of every query that ended. */
  onScanned(bytes: number): void;
}

const ATTEMPTS = 2;
const RETRY_MS = 2_000;
const RETRIED_CODES = new Set(['aws_throttled', 'aws_limit', 'aws_unavailable']);

/**
 * Runs a chunk's query over a time range; where it outlives its time and halves can help, over the halves. A failure
 * is an outcome of its own, so that other chunks' rows are not lost by it; whatever is started and not waited for is
 * stopped in AWS.
 * @throws ServiceError `cancelled`, after every query of this chunk has been stopped
 */
export async function runInParts(
  query: ChunkQuery,
  range: SecondsRange,
  batch: BatchQuery,
  depth = 0,
): Promise<PartOutcome> {
  const where = `${whereInWords(query.chunk)}, ${rangeInWords(range)}`;
  const outcome = await attempt(query, range, batch);
  const { tries } = outcome;
  if ('error' in outcome) return failed(where, outcome.error, tries);
  const { state } = outcome;
  batch.onScanned(state.statistics?.bytesScanned ?? 0);
  if (state.status !== POLLING_TIMEOUT && state.status !== 'Timeout') {
    return ended(where, state, tries, batch.rows.limit, batch.shape);
  }
  if (batch.endWaiting.aborted) return failed(where, restarting(), tries);
  const scanned = state.statistics?.recordsScanned ?? 0;
  const reason = reasonNotToSplit({ range, depth, recordsScanned: scanned }, batch);
  if (reason !== undefined) return timedOut(where, reason, tries);
  const [earlier, later] = await bothHalves(range, (half) => runInParts(query, half, batch, depth + 1));
  return joined(where, earlier, later, tries);
}

/** Settled, not raced: when a cancelled call is answered, nothing of it may still be stopping queries. */
async function bothHalves<T>(range: SecondsRange, run: (half: SecondsRange) => Promise<T>): Promise<readonly [T, T]> {
  const [first, second] = halvesOf(range);
  const [earlier, later] = await Promise.allSettled([run(first), run(second)]);
  if (earlier.status === 'rejected') throw earlier.reason;
  if (later.status === 'rejected') throw later.reason;
  return [earlier.value, later.value];
}

type Attempt = { readonly tries: number } & ({ readonly state: StartedQuery } | { readonly error: ServiceError });

async function attempt(query: ChunkQuery, range: SecondsRange, batch: BatchQuery): Promise<Attempt> {
  for (let tries = 1; ; tries += 1) {
    try {
      const state = await runOnce(query, range, batch);
      // Somebody else stopped it.
      if (state.status !== 'Cancelled' || tries >= ATTEMPTS) return { state, tries };
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code === 'cancelled' || batch.signal.aborted) throw error;
      if (!RETRIED_CODES.has(error.code) || tries >= ATTEMPTS) return { error, tries };
    }
    await sleep(RETRY_MS, undefined, { signal: batch.signal }).catch(() => {
      throw new ServiceError('cancelled', 'The call was cancelled, and with it its queries.');
    });
  }
}

async function runOnce(
  { client, owner, chunk: { logGroups } }: ChunkQuery,
  { start, end }: SecondsRange,
  batch: BatchQuery,
): Promise<StartedQuery> {
  const { slots, hasEnded, signal, endWaiting, timeoutSeconds, queryString, rows } = batch;
  const slot = await slots.slot(owner, { wait: true, signal, hasEnded });
  if (endWaiting.aborted) {
    slot.release();
    throw restarting();
  }
  const byName = logGroups.every((identifier) => !identifier.startsWith('arn:'));
  const groups = byName ? { logGroupNames: [...logGroups] } : { logGroupIdentifiers: [...logGroups] };
  return runQuery(
    client,
    { ...groups, startTime: start, endTime: end, queryString, limit: rows.limit },
    {
      slot,
      signal,
      endWaiting,
      timeoutSeconds,
      rows,
      stopAtTimeout: true,
      onPoll: (status, scanned) => batch.onPoll(status, scanned),
    },
  ).catch(unknownLogGroup('log_group_names'));
}

function restarting(): ServiceError {
  return new ServiceError('unavailable', 'the server is being restarted; call again');
}
