import type {
  DescribeQueryDefinitionsCommandInput,
  DescribeQueryDefinitionsCommandOutput,
  GetQueryResultsCommandInput,
  GetQueryResultsCommandOutput,
  StopQueryCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import type { LogsStore } from '../logs-store.js';
import type { QueryRun } from '../query-run.js';
import { boundedInteger, invalidParameter, pageOf, required } from './input-checks.js';
import { logGroupArn } from './log-group-reference.js';

const PAGE_ROWS = 10_000;

/** What IAM is asked about: the groups of the query; nothing where there is no such query to read. */
export function queryResultResources(
  input: GetQueryResultsCommandInput,
  store: LogsStore | undefined,
  context: OperationContext,
): string[] {
  if (!store) return [logGroupArn('*', context)];
  const groups = store.queries.find(input.queryId ?? '')?.request.groups ?? [];
  return groups.map(({ name }) => logGroupArn(name, context));
}

/** Status, statistics and, as far as there are any, rows of a query of this account. */
export async function getQueryResults(
  input: GetQueryResultsCommandInput,
  store: LogsStore,
  context: OperationContext,
): Promise<Omit<GetQueryResultsCommandOutput, '$metadata'>> {
  const run = existingQuery(input.queryId, store);
  const size = boundedInteger('maxItems', input.maxItems, 1, PAGE_ROWS, PAGE_ROWS);
  const { status, rows, statistics } = await run.snapshot(context.now);
  const { language } = run.request;
  const { items, nextToken } = pageOf(rows, size, input.nextToken);
  return {
    queryLanguage: language,
    status,
    statistics: { ...statistics },
    results: items.map((row) => [...row]),
    // Results of SQL and PPL have one page.
    ...(language === 'CWLI' && { nextToken }),
  };
}

/** Stops a running query; one that has ended already cannot be stopped. */
export function stopQuery(
  input: StopQueryCommandInput,
  store: LogsStore,
  context: OperationContext,
): { readonly success: boolean } {
  const run = existingQuery(input.queryId, store);
  if (run.hasEnded(context.now)) throw invalidParameter(`Query ${run.queryId} has already ended.`);
  run.cancel(context.now);
  return { success: true };
}

/** Saved queries by name. */
export function describeQueryDefinitions(
  input: DescribeQueryDefinitionsCommandInput,
  store: LogsStore,
): Omit<DescribeQueryDefinitionsCommandOutput, '$metadata'> {
  const size = boundedInteger('maxResults', input.maxResults, 1, 1_000, 1_000);
  const prefix = input.queryDefinitionNamePrefix ?? '';
  const known = input.queryLanguage === undefined || input.queryLanguage === 'CWLI' ? store.savedQueries : [];
  const page = pageOf(
    known.filter(({ name }) => name.startsWith(prefix)),
    size,
    input.nextToken,
  );
  return {
    queryDefinitions: page.items.map((saved) => ({
      ...saved,
      queryLanguage: 'CWLI',
      logGroupNames: [...saved.logGroupNames],
    })),
    nextToken: page.nextToken,
  };
}

function existingQuery(queryId: string | undefined, store: LogsStore): QueryRun {
  const run = store.queries.find(required('queryId', queryId));
  if (run) return run;
  throw new AwsFault('ResourceNotFoundException', `Query ${queryId} does not exist.`);
}
