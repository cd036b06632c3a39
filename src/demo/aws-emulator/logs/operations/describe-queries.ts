import type {
  DescribeQueriesCommandInput,
  DescribeQueriesCommandOutput,
  QueryInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import type { OperationContext } from '../../operation.js';
import type { LogsStore } from '../logs-store.js';
import { boundedInteger, pageOf } from './input-checks.js';

/** The queries of the whole account, whoever ran them, newest first. */
export function describeQueries(
  input: DescribeQueriesCommandInput,
  store: LogsStore,
  context: OperationContext,
): Omit<DescribeQueriesCommandOutput, '$metadata'> {
  const size = boundedInteger('maxResults', input.maxResults, 1, 1_000, 1_000);
  const { status, queryLanguage, logGroupName } = input;
  const queries = [...runsOf(store, context, logGroupName), ...store.pastQueries].filter(
    (query) =>
      (status === undefined || query.status === status) &&
      (queryLanguage === undefined || query.queryLanguage === queryLanguage) &&
      (logGroupName === undefined || query.logGroupName === logGroupName),
  );
  const page = pageOf(queries, size, input.nextToken);
  return { queries: page.items.map((query) => ({ ...query })), nextToken: page.nextToken };
}

/** A query over several groups is told as one of the group that was asked for. */
function runsOf(store: LogsStore, { now }: OperationContext, logGroupName: string | undefined): QueryInfo[] {
  return store.queries.all().map((run) => {
    const { groups, language, queryString, startedAt, principalArn } = run.request;
    const [first] = groups;
    const asked = groups.find(({ name }) => name === logGroupName) ?? first;
    return {
      queryLanguage: language,
      queryId: run.queryId,
      queryString,
      status: run.status(now),
      createTime: startedAt.getTime(),
      logGroupName: asked?.name,
      userIdentity: principalArn,
    };
  });
}
