import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { TimeRange } from '../cloudwatch/time-range.js';
import { ServiceError } from '../errors.js';
import { runQuery, type StartedQuery } from './insights-query.client.js';
import { ERROR_PATTERNS, patternQueryInput, TOP_PATTERNS } from './insights-query.js';
import { fetchAnomalies, type LogAnomalies } from './log-anomalies.client.js';
import type { QuerySlot } from './running-queries.service.js';
import { unknownLogGroup } from './unknown-log-group.js';

const QUERY_TIMEOUT_SECONDS = 30;
const PATTERNS = { limit: 5, budgetBytes: Number.POSITIVE_INFINITY };

export interface AnalysisCall {
  readonly signal: AbortSignal;
  /** Ends the waiting for the queries, not the queries. */
  readonly endWaiting: AbortSignal;
  /** Taken already, so that a caller who may run no query is refused before anything starts. */
  readonly slot: QuerySlot;
  /** May wait for the first query's: a caller who may run but one gets both results. */
  readonly nextSlot: (signal: AbortSignal) => Promise<QuerySlot>;
  onPoll(status: string, recordsScanned: number): void;
}

/** What AWS says of one log group; a query that failed is told beside the other's result. */
export interface LogGroupAnalysis {
  readonly anomalies: LogAnomalies;
  readonly top: StartedQuery | ServiceError;
  readonly errors: StartedQuery | ServiceError;
}

/**
 * Anomalies and patterns of a log group, asked for at the same time.
 * @throws ServiceError when anomalies cannot be read or neither query can run; what runs is stopped then
 */
export async function analyze(
  client: CloudWatchLogsClient,
  arn: string,
  range: TimeRange,
  call: AnalysisCall,
): Promise<LogGroupAnalysis> {
  const stop = new AbortController();
  const signal = AbortSignal.any([call.signal, stop.signal]);
  const query = (text: string, slot: QuerySlot): Promise<StartedQuery> =>
    runQuery(client, patternQueryInput(arn, text, range), {
      timeoutSeconds: QUERY_TIMEOUT_SECONDS,
      rows: PATTERNS,
      slot,
      signal,
      endWaiting: call.endWaiting,
      onPoll: (status, scanned) => call.onPoll(status, scanned),
    }).catch(unknownLogGroup('log_group_arn'));
  const found = fetchAnomalies(client, arn, signal).catch((error: unknown) => {
    stop.abort();
    throw error;
  });
  const [anomalies, top, errors] = await Promise.allSettled([
    found,
    query(TOP_PATTERNS, call.slot),
    call.nextSlot(signal).then((slot) => query(ERROR_PATTERNS, slot)),
  ]);
  call.signal.throwIfAborted();
  if (anomalies.status === 'rejected') throw anomalies.reason;
  if (top.status === 'rejected' && errors.status === 'rejected') throw top.reason;
  return { anomalies: anomalies.value, top: outcome(top), errors: outcome(errors) };
}

function outcome(settled: PromiseSettledResult<StartedQuery>): StartedQuery | ServiceError {
  if (settled.status === 'fulfilled') return settled.value;
  if (settled.reason instanceof ServiceError) return settled.reason;
  throw settled.reason;
}
