import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { collect, pages } from '../cloudwatch/pages.js';
import { ServiceError } from '../errors.js';
import { pollDelayMs } from './query-poll.js';
import { isRunning, MAX_ROWS, POLLING_TIMEOUT, type QueryState, toRow } from './query-results.js';

const STOP_DEADLINE_MS = 2_000;

export interface Waiting {
  /** Ends the waiting, not the query. */
  readonly timeoutSeconds: number;
  /** Ends both. */
  readonly signal: AbortSignal;
  /** Told after each look at a query that still runs. */
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
  if (waiting.signal.aborted) throw cancelled();
  // Not abortable: an aborted request may have started a query whose id nobody knows.
  const { queryId } = await client.send(new StartQueryCommand(input));
  if (queryId === undefined) throw new ServiceError('aws_unavailable', 'CloudWatch Logs started no query. Try again.');
  try {
    return { queryId, ...(await waitForQuery(client, queryId, waiting)) };
  } catch (error) {
    await stopQuietly(client, queryId);
    throw waiting.signal.aborted ? cancelled(error) : error;
  }
}

/** The state and the rows of a query, up to the most an answer holds; of a running one what it found so far. */
export async function readQuery(
  client: CloudWatchLogsClient,
  queryId: string,
  signal: AbortSignal,
): Promise<QueryState> {
  const first = await fetchPage(client, queryId, signal);
  return readRest(client, queryId, first, signal);
}

async function waitForQuery(client: CloudWatchLogsClient, queryId: string, waiting: Waiting): Promise<QueryState> {
  const deadline = performance.now() + waiting.timeoutSeconds * 1_000;
  for (let attempt = 0; ; attempt += 1) {
    const page = await fetchPage(client, queryId, waiting.signal);
    const status = page.status ?? 'Unknown';
    if (!isRunning(status)) return readRest(client, queryId, page, waiting.signal);
    waiting.onPoll(status, page.statistics?.recordsScanned ?? 0);
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) {
      return { status: POLLING_TIMEOUT, statistics: page.statistics, rows: { items: [], truncated: false } };
    }
    await sleep(Math.min(pollDelayMs(attempt), leftMs), undefined, { signal: waiting.signal });
  }
}

async function readRest(
  client: CloudWatchLogsClient,
  queryId: string,
  first: GetQueryResultsCommandOutput,
  signal: AbortSignal,
): Promise<QueryState> {
  const listing = pages(async (token) => (token === undefined ? first : fetchPage(client, queryId, signal, token)));
  const rows = await collect(listing, (page) => page.results?.map(toRow), MAX_ROWS);
  return { status: first.status ?? 'Unknown', statistics: first.statistics, rows };
}

function fetchPage(
  client: CloudWatchLogsClient,
  queryId: string,
  signal: AbortSignal,
  nextToken?: string,
): Promise<GetQueryResultsCommandOutput> {
  return client.send(new GetQueryResultsCommand({ queryId, nextToken }), { abortSignal: signal });
}

async function stopQuietly(client: CloudWatchLogsClient, queryId: string): Promise<void> {
  // The caller's own signal has fired already, so this request needs one of its own.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), STOP_DEADLINE_MS);
  try {
    await client.send(new StopQueryCommand({ queryId }), { abortSignal: deadline.signal });
  } catch {
    // It had ended by itself, or it will at AWS's own time limit; the caller needs the first error, not this one.
  } finally {
    clearTimeout(timer);
  }
}

function cancelled(cause?: unknown): ServiceError {
  return new ServiceError('cancelled', 'The call was cancelled, and with it the query.', { cause });
}
