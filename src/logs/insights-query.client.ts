import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { collectPart, type PartRequest } from '../cloudwatch/answer-part.js';
import { ServiceError } from '../errors.js';
import { pollDelayMs } from './query-poll.js';
import { isRunning, POLLING_TIMEOUT, type QueryState, toRow } from './query-results.js';
import type { QuerySlot } from './running-queries.service.js';

const STOP_DEADLINE_MS = 2_000;
/** A caller hears of the query at least so often, however slow AWS is to answer. */
const REPORT_INTERVAL_MS = 4_000;
/** The same in every call: a place in a page means nothing in a page of another size. */
const PAGE_ROWS = 1_000;

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

type Page = GetQueryResultsCommandOutput;

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
    if (waiting.signal.aborted) throw cancelled();
    // Not abortable: an aborted request may have started a query whose id nobody knows.
    const { queryId } = await client.send(new StartQueryCommand(input));
    if (queryId === undefined)
      throw new ServiceError('aws_unavailable', 'CloudWatch Logs started no query. Try again.');
    waiting.slot.started(queryId);
    return { queryId, ...(await waitOrStop(client, queryId, waiting, reports)) };
  } finally {
    reports.end();
    waiting.slot.release();
  }
}

/** The state of a query and a part of its rows; of a running one what it found so far. */
export async function readQuery(
  client: CloudWatchLogsClient,
  queryId: string,
  rows: PartRequest,
  signal: AbortSignal,
): Promise<QueryState> {
  return readRows((token) => fetchPage(client, queryId, signal, token), rows);
}

/** Whether AWS has finished with a query. */
export async function hasEnded(client: CloudWatchLogsClient, queryId: string, signal: AbortSignal): Promise<boolean> {
  const { status } = await client.send(new GetQueryResultsCommand({ queryId, maxItems: 1 }), { abortSignal: signal });
  return !isRunning(status ?? 'Unknown');
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
    if (!(await stopped(client, queryId))) waiting.slot.leaveRunning();
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
  let page: Page | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const seen = await fetchPage(client, queryId, signal).catch(throttling);
    throttled = seen === undefined ? throttled + 1 : 0;
    page = seen ?? page;
    const status = page?.status ?? 'Unknown';
    if (seen !== undefined && !isRunning(status)) {
      return readRows((token) => (token === undefined ? seen : fetchPatiently(client, queryId, signal, token)), rows);
    }
    if (seen !== undefined) reports.tell(status, page?.statistics?.recordsScanned ?? 0);
    const leftMs = endWaiting.aborted ? 0 : deadline - performance.now();
    if (leftMs <= 0) {
      if (stopAtTimeout !== true || !(await stopped(client, queryId))) slot.leaveRunning();
      return {
        status: POLLING_TIMEOUT,
        statistics: page?.statistics,
        rows: { items: [], nextCursor: null },
        fromStart: true,
      };
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

async function readRows(
  fetch: (token: string | undefined) => Page | Promise<Page>,
  request: PartRequest,
): Promise<QueryState> {
  let first: Page | undefined;
  const rows = await collectPart(
    {
      fetch: async (token) => {
        const page = await fetch(token);
        first ??= page;
        return page;
      },
      tokenOf: (page) => page.nextToken,
      itemsOf: (page) => (page.results ?? []).map(toRow),
    },
    request,
  );
  return { status: first?.status ?? 'Unknown', statistics: first?.statistics, rows, fromStart: request.cursor == null };
}

/** A further page of a result that is paid for: AWS limiting the rate is no reason to lose it. */
async function fetchPatiently(
  client: CloudWatchLogsClient,
  queryId: string,
  signal: AbortSignal,
  token: string,
): Promise<Page> {
  for (let throttled = 1; throttled < 3; throttled += 1) {
    const page = await fetchPage(client, queryId, signal, token).catch(throttling);
    if (page !== undefined) return page;
    await sleep(pollDelayMs(0, throttled), undefined, { signal });
  }
  return fetchPage(client, queryId, signal, token);
}

async function fetchPage(
  client: CloudWatchLogsClient,
  queryId: string,
  signal: AbortSignal,
  nextToken?: string,
): Promise<Page> {
  const options = { abortSignal: signal };
  const page = await client.send(new GetQueryResultsCommand({ queryId, nextToken, maxItems: PAGE_ROWS }), options);
  // Results of SQL and PPL have no further pages: what a short page leaves out would be out of reach.
  const unpaged = page.queryLanguage === 'SQL' || page.queryLanguage === 'PPL';
  if (!unpaged || (page.results ?? []).length < PAGE_ROWS) return page;
  return client.send(new GetQueryResultsCommand({ queryId }), options);
}

/** For `catch`: undefined while AWS limits the rate of calls; every other failure passes on. */
function throttling(error: unknown): undefined {
  if (error instanceof ServiceError && error.code === 'aws_throttled') return undefined;
  throw error;
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
