import type { QueryStatistics, ResultField } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { type Part, partFields, partOf } from '../cloudwatch/answer-part.js';
import { scanCost, toScanCost } from './scan-cost.js';

/** The most rows a query can have (StartQuery). */
export const MAX_ROWS = 100_000;

/** Our own status of a query that outlived the waiting. */
export const POLLING_TIMEOUT = 'Polling Timeout';

export type QueryRow = Readonly<Record<string, string>>;

/** A query as far as AWS has told, with a part of its rows. */
export interface QueryState {
  readonly status: string;
  readonly statistics?: QueryStatistics;
  readonly rows: Part<QueryRow>;
  /** True when the part begins with the first row. */
  readonly fromStart: boolean;
}

const count = z.number().optional();

const statistics = z.object({
  recordsMatched: count.describe('Log events that match.'),
  recordsScanned: count.describe('Log events read.'),
  estimatedRecordsSkipped: count.describe('Log events an index spared.'),
  bytesScanned: count.describe('Bytes read, which AWS charges for.'),
  estimatedBytesSkipped: count.describe('Bytes an index spared.'),
  logGroupsScanned: count.describe('Log groups read.'),
  resultCount: count.describe('Rows of the whole result.'),
});

/** What every tool says of a query. */
export const queryFields = {
  queryId: z.string().describe('Handle for get_logs_insight_query_results and cancel_logs_insight_query.'),
  status: z.string().describe('Complete, Running, Scheduled, Failed, Cancelled, Timeout, Unknown or Polling Timeout.'),
  statistics: statistics.nullable().describe('What the query read.'),
  cost: scanCost.nullable().describe('What the scan cost.'),
  message: z.string().nullable().describe('What to do next, when there is something.'),
};

/** The result of one Logs Insights query. */
export const queryResult = z.object({
  ...queryFields,
  results: z.array(z.record(z.string(), z.string())).describe('Rows: field name to value.'),
  ...partFields,
});

/** A query's state as a tool answers it. */
export function toQueryResult(queryId: string, state: QueryState): z.output<typeof queryResult> {
  const { rows, fromStart, status, statistics: read } = state;
  // What a running query has found so far changes with every look: there is no place in it to go on from.
  const part = isFinal(status) ? rows : { items: rows.items, nextCursor: null };
  const fields = toQueryFields(queryId, state);
  return {
    ...fields,
    message: fields.message ?? (part.nextCursor === null ? null : MORE_ROWS),
    results: [...rows.items],
    ...partOf(part, { fromStart: fromStart && isFinal(status), total: read?.resultCount }),
    truncated: rows.nextCursor !== null,
  };
}

/** All of a query's state but its rows. */
export function toQueryFields(
  queryId: string,
  { status, statistics: read }: Pick<QueryState, 'status' | 'statistics'>,
): Pick<z.output<typeof queryResult>, keyof typeof queryFields> {
  return {
    queryId,
    status,
    statistics: read === undefined ? null : statistics.parse(read),
    cost: toScanCost(read?.bytesScanned),
    message: messageFor(status),
  };
}

/** True while AWS still works on the query. */
export function isRunning(status: string): boolean {
  return status === 'Scheduled' || status === 'Running';
}

/** A row of the API, a list of fields, as an object. */
export function toRow(fields: readonly ResultField[]): QueryRow {
  return Object.fromEntries(fields.flatMap(({ field, value }) => (field === undefined ? [] : [[field, value ?? '']])));
}

const MORE_ROWS =
  'There are more rows. For the next ones call get_logs_insight_query_results with this queryId and next_cursor; it does not scan again.';

function isFinal(status: string): boolean {
  return !isRunning(status) && status !== POLLING_TIMEOUT;
}

function messageFor(status: string): string | null {
  switch (status) {
    case POLLING_TIMEOUT:
      return 'The query is still running in AWS. Call get_logs_insight_query_results with this queryId for its result, or cancel_logs_insight_query to stop it.';
    case 'Scheduled':
    case 'Running':
      return 'The query has not finished; these rows are what it found so far. Call again later.';
    case 'Failed':
      return 'The query failed in CloudWatch Logs. Check the fields and functions it uses, then run it again.';
    case 'Cancelled':
      return 'The query was cancelled before it finished.';
    case 'Timeout':
      return 'CloudWatch Logs gave the query up after its time limit. Narrow the time range or the log groups.';
    default:
      return null;
  }
}
