import { type CloudWatchLogsClient, DescribeQueriesCommand, type QueryInfo } from '@aws-sdk/client-cloudwatch-logs';

const PAGE = 1_000;

export interface HistoryRequest {
  /** Only queries of this log group. */
  readonly logGroupName?: string;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * Hands over completed queries one after the other, up to the limit; keeps none.
 * @returns true when there were more
 */
export async function readHistory(
  client: CloudWatchLogsClient,
  { logGroupName, limit, signal }: HistoryRequest,
  add: (query: QueryInfo) => void,
): Promise<boolean> {
  let read = 0;
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeQueriesCommand({ logGroupName, status: 'Complete', maxResults: PAGE, nextToken }),
      { abortSignal: signal },
    );
    const queries = page.queries ?? [];
    for (const query of queries.slice(0, limit - read)) add(query);
    read += queries.length;
    if (read > limit) return true;
    if (page.nextToken === nextToken) return false;
    nextToken = page.nextToken;
  } while (nextToken !== undefined && read < limit);
  return nextToken !== undefined;
}
