import type { QueryStatistics, ResultField } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { Collected } from '../cloudwatch/pages.js';
import { withinBudget } from '../cloudwatch/result-budget.js';

/** The most rows one answer holds. */
export const MAX_ROWS = 10_000;

/** Our own status of a query that outlived the waiting. */
export const POLLING_TIMEOUT = 'Polling Timeout';

export type QueryRow = Readonly<Record<string, string>>;

/** A query as far as AWS has told. */
export interface QueryState {
  readonly status: string;
  readonly statistics?: QueryStatistics;
  readonly rows: Collected<QueryRow>;
}

const count = z.number().optional();

const statistics = z.object({
  recordsMatched: count.describe('Log events that match.'),
  recordsScanned: count.describe('Log events read.'),
  estimatedRecordsSkipped: count.describe('Log events an index spared.'),
  bytesScanned: count.describe('Bytes read, which AWS charges for.'),
  estimatedBytesSkipped: count.describe('Bytes an index spared.'),
  logGroupsScanned: count.describe('Log groups read.'),
});

/** What every tool says of a query. */
export const queryFields = {
  queryId: z.string().describe('Handle for get_logs_insight_query_results and cancel_logs_insight_query.'),
  status: z.string().describe('Complete, Running, Scheduled, Failed, Cancelled, Timeout, Unknown or Polling Timeout.'),
  statistics: statistics.nullable().describe('What the query read.'),
  message: z.string().nullable().describe('What to do next, when there is something.'),
  truncated: z.boolean().describe('True when there are more rows than returned.'),
};

/** The result of one Logs Insights query. */
export const queryResult = z.object({
  ...queryFields,
  results: z.array(z.record(z.string(), z.string())).describe('Rows: field name to value.'),
});

/** A query's state as a tool answers it, cut to the size an answer may have. */
export function toQueryResult(queryId: string, state: QueryState): z.output<typeof queryResult> {
  const { items, truncated } = withinBudget(state.rows);
  return { ...toQueryFields(queryId, state), results: [...items], truncated };
}

/** All of a query's state but its rows. */
export function toQueryFields(
  queryId: string,
  { status, statistics: read }: QueryState,
): Omit<z.output<typeof queryResult>, 'results' | 'truncated'> {
  return { queryId, status, statistics: toStatistics(read), message: messageFor(status) };
}

/** True while AWS still works on the query. */
export function isRunning(status: string): boolean {
  return status === 'Scheduled' || status === 'Running';
}

/** A row of the API, a list of fields, as an object. */
export function toRow(fields: readonly ResultField[]): QueryRow {
  return Object.fromEntries(fields.flatMap(({ field, value }) => (field === undefined ? [] : [[field, value ?? '']])));
}

function toStatistics(read: QueryStatistics | undefined): z.output<typeof statistics> | null {
  return read === undefined ? null : statistics.parse(read);
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
