import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { collectPart, type PartRequest } from '../cloudwatch/answer-part.js';
import { ServiceError } from '../errors.js';
import { pollDelayMs } from './query-poll.js';
import { isRunning, type QueryState, toRow } from './query-results.js';

/** The same in every call: a place in a page means nothing in a page of another size. */
const PAGE_ROWS = 1_000;

/** A page of a query's result, with its status. */
export type ResultPage = GetQueryResultsCommandOutput;

/** The state of a query and a part of its rows; of a running one what it found so far. */
export async function readQuery(
  client: CloudWatchLogsClient,
  queryId: string,
  rows: PartRequest,
  signal: AbortSignal,
): Promise<QueryState> {
  return readRows((token) => fetchPage(client, queryId, signal, token), rows);
}

/** The state of a query, and a part of its rows once it has ended. */
export async function readEndedQuery(
  client: CloudWatchLogsClient,
  queryId: string,
  rows: PartRequest,
  signal: AbortSignal,
): Promise<QueryState> {
  const seen = await fetchPage(client, queryId, signal);
  const status = seen.status ?? 'Unknown';
  return isRunning(status) ? withoutRows(status, seen) : endedState(client, queryId, seen, rows, signal);
}

/** Whether AWS has finished with a query. */
export async function hasEnded(client: CloudWatchLogsClient, queryId: string, signal: AbortSignal): Promise<boolean> {
  const { status } = await client.send(new GetQueryResultsCommand({ queryId, maxItems: 1 }), { abortSignal: signal });
  return !isRunning(status ?? 'Unknown');
}

/** The whole state of a query that a look has shown to have ended. */
export function endedState(
  client: CloudWatchLogsClient,
  queryId: string,
  seen: ResultPage,
  rows: PartRequest,
  signal: AbortSignal,
): Promise<QueryState> {
  return readRows((token) => (token === undefined ? seen : fetchPatiently(client, queryId, signal, token)), rows);
}

/** A state of which the rows were not read. */
export function withoutRows(status: string, page: ResultPage | undefined): QueryState {
  return { status, statistics: page?.statistics, rows: { items: [], nextCursor: null }, fromStart: true };
}

/** One look at a query: its first page, or the one behind a token. */
export async function fetchPage(
  client: CloudWatchLogsClient,
  queryId: string,
  signal: AbortSignal,
  nextToken?: string,
): Promise<ResultPage> {
  const options = { abortSignal: signal };
  const page = await client.send(new GetQueryResultsCommand({ queryId, nextToken, maxItems: PAGE_ROWS }), options);
  // Results of SQL and PPL have no further pages: what a short page leaves out would be out of reach.
  const unpaged = page.queryLanguage === 'SQL' || page.queryLanguage === 'PPL';
  if (!unpaged || (page.results ?? []).length < PAGE_ROWS) return page;
  return client.send(new GetQueryResultsCommand({ queryId }), options);
}

async function readRows(
  fetch: (token: string | undefined) => ResultPage | Promise<ResultPage>,
  request: PartRequest,
): Promise<QueryState> {
  let first: ResultPage | undefined;
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
): Promise<ResultPage> {
  for (let throttled = 1; throttled < 3; throttled += 1) {
    const page = await fetchPage(client, queryId, signal, token).catch(throttling);
    if (page !== undefined) return page;
    await sleep(pollDelayMs(0, throttled), undefined, { signal });
  }
  return fetchPage(client, queryId, signal, token);
}

/** For `catch`: undefined while AWS limits the rate of calls; every other failure passes on. */
export function throttling(error: unknown): undefined {
  if (error instanceof ServiceError && error.code === 'aws_throttled') return undefined;
  throw error;
}
