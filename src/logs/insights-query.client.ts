import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { PartRequest } from '../cloudwatch/answer-part.js';
import { type ErrorCode, ServiceError } from '../errors.js';
import { endedState, fetchPage, type ResultPage, throttling, withoutRows } from './query-pages.client.js';
import { pollDelayMs } from './query-poll.js';
import { isRunning, POLLING_TIMEOUT, type QueryState } from './query-results.js';
import type { QuerySlot } from './running-queries.service.js';

const ENDED_CODES: ReadonlySet<ErrorCode> = new Set(['aws_rejected', 'aws_not_found']);
const STOP_DEADLINE_MS = 2_000;
/** A caller hears of the query at least so often, however slow AWS is to answer. */
const REPORT_INTERVAL_MS = 4_000;

export interface Waiting {
  /** Ends the waiting, not the query. */
  readonly timeoutSeconds: number;
  /** Ends both. */
  readonly signal: AbortSignal;
  /** Ends the waiting too, whenever it is aborted. */
  readonly endWaiting: AbortSignal;
  /** Released when the query has ended, kept while it goes on. */
  readonly slot: QuerySlot;
  /** Which of the rows to read. */
  readonly rows: PartRequest;
  /** True: a query that outlives the waiting is stopped, because nobody will ask for it again. */
  readonly stopAtTimeout?: boolean;
  /** Told after each look at a query that still runs, and every few seconds in between. */
  onPoll(status: string, recordsScanned: number): void;
}

/** A query as the waiting left it. */
export interface StartedQuery extends QueryState {
  /** The AWS id, not the handle callers get. */
  readonly queryId: string;
}

/**
 * Starts a query and waits for it. Whoever leaves without learning its id (the caller cancelled, a poll failed) leaves
 * no query running in AWS: it is stopped, once.
 */
export async function runQuery(
  client: CloudWatchLogsClient,
  input: StartQueryCommandInput,
  waiting: Waiting,
): Promise<StartedQuery> {
  const reports = new Reports(waiting);
  try {
    const queryId = await begin(client, input, waiting);
    return { queryId, ...(await waitOrStop(client, queryId, waiting, reports)) };
  } finally {
    reports.end();
    waiting.slot.release();
  }
}

/**
 * Starts a query that nobody waits for: it keeps its slot as one left running does. A caller who is gone by then does not
 * learn its id, and it is stopped.
 * @throws ServiceError
 */
export async function startQuery(
  client: CloudWatchLogsClient,
  input: StartQueryCommandInput,
  start: Pick<Waiting, 'slot' | 'signal'>,
): Promise<string> {
  try {
    const queryId = await begin(client, input, start);
    if (!start.signal.aborted) {
      start.slot.leaveRunning();
      return queryId;
    }
    await abandon(client, queryId, start.slot);
    throw cancelled();
  } finally {
    start.slot.release();
  }
}

/** Stops a query; false when it had ended, or ended long ago. The id is known to be good: AWS refuses no other. */
export async function stopQuery(client: CloudWatchLogsClient, queryId: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { success } = await client.send(new StopQueryCommand({ queryId }), { abortSignal: signal });
    return success ?? false;
  } catch (error) {
    if (error instanceof ServiceError && ENDED_CODES.has(error.code)) return false;
    throw error;
  }
}

async function begin(
  client: CloudWatchLogsClient,
  input: StartQueryCommandInput,
  { slot, signal }: Pick<Waiting, 'slot' | 'signal'>,
): Promise<string> {
  if (signal.aborted) throw cancelled();
  // Not abortable: an aborted request may have started a query whose id nobody knows.
  const { queryId } = await client.send(new StartQueryCommand(input));
  if (queryId === undefined) throw new ServiceError('aws_unavailable', 'CloudWatch Logs started no query. Try again.');
  slot.started(queryId);
  return queryId;
}

/** Stops a query whose id nobody will learn. */
async function abandon(client: CloudWatchLogsClient, queryId: string, slot: QuerySlot): Promise<void> {
  if (!(await stopped(client, queryId))) slot.leaveRunning();
}

async function waitOrStop(
  client: CloudWatchLogsClient,
  queryId: string,
  waiting: Waiting,
  reports: Reports,
): Promise<QueryState> {
  try {
    return await waitForQuery(client, queryId, waiting, reports);
  } catch (error) {
    await abandon(client, queryId, waiting.slot);
    throw waiting.signal.aborted ? cancelled(error) : error;
  }
}

async function waitForQuery(
  client: CloudWatchLogsClient,
  queryId: string,
  { signal, endWaiting, slot, rows, timeoutSeconds, stopAtTimeout }: Waiting,
  reports: Reports,
): Promise<QueryState> {
  const woken = AbortSignal.any([signal, endWaiting]);
  const deadline = performance.now() + timeoutSeconds * 1_000;
  let throttled = 0;
  let page: ResultPage | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const seen = await fetchPage(client, queryId, signal).catch(throttling);
    throttled = seen === undefined ? throttled + 1 : 0;
    page = seen ?? page;
    const status = page?.status ?? 'Unknown';
    if (seen !== undefined && !isRunning(status)) {
      return endedState(client, queryId, seen, rows, signal);
    }
    if (seen !== undefined) reports.tell(status, page?.statistics?.recordsScanned ?? 0);
    const leftMs = endWaiting.aborted ? 0 : deadline - performance.now();
    if (leftMs <= 0) {
      if (stopAtTimeout !== true || !(await stopped(client, queryId))) slot.leaveRunning();
      return withoutRows(POLLING_TIMEOUT, page);
    }
    await sleep(Math.min(pollDelayMs(attempt, throttled), leftMs), undefined, { signal: woken }).catch(unless(signal));
  }
}

/** For `catch`: passes on what a signal ended and nothing else. */
function unless(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (signal.aborted) throw error;
  };
}

/** False when AWS did not confirm it, so that the query may still run. */
async function stopped(client: CloudWatchLogsClient, queryId: string): Promise<boolean> {
  // The caller's own signal has fired already, so this request needs one of its own.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), STOP_DEADLINE_MS);
  try {
    await client.send(new StopQueryCommand({ queryId }), { abortSignal: deadline.signal });
    return true;
  } catch {
    // It had ended by itself, or it will at AWS's own time limit; the caller needs the first error, not this one.
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Tells how far a query is, and the last known again when there is nothing new for a while. */
class Reports {
  #status = 'Scheduled';
  #scanned = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly waiting: Pick<Waiting, 'onPoll'>) {
    this.#timer = setInterval(() => this.waiting.onPoll(this.#status, this.#scanned), REPORT_INTERVAL_MS);
  }

  tell(status: string, scanned: number): void {
    this.#status = status;
    this.#scanned = scanned;
    this.waiting.onPoll(status, scanned);
    this.#timer.refresh();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function cancelled(cause?: unknown): ServiceError {
  return new ServiceError('cancelled', 'The call was cancelled, and with it the query.', { cause });
}
