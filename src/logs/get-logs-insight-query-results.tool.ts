import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { InvalidInput, ServiceError } from '../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { readQuery } from './query-pages.client.js';
import { ownQueryId, queryIdInput } from './query-id-input.js';
import { isRunning, MAX_ROWS, queryResult, toQueryResult } from './query-results.js';
import { RunningQueriesService } from './running-queries.service.js';

export const getLogsInsightQueryResults = defineTool({
  name: 'get_logs_insight_query_results',
  title: 'Get the result of a Logs Insights query',
  description:
    'Gets status and rows of a query that was started before, or its next rows by cursor. Takes the queryId as returned, and the same region and account; does not scan again.',
  input: z.strictObject({
    query_id: queryIdInput,
    cursor: cursorInput,
    max_rows: wholeNumber(1, MAX_ROWS).nullish().describe('At most so many rows.'),
    ...targetInput,
  }),
  output: queryResult,
  toolset: 'logs',
  iamActions: ['logs:GetQueryResults'],
  annotations: READ_ONLY,
  slow: false,
  page: 'chart',
});

type Input = z.output<typeof getLogsInsightQueryResults.input>;

@ProvidesTool(getLogsInsightQueryResults)
export class GetLogsInsightQueryResultsTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly running: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof getLogsInsightQueryResults.output>> {
    const owner = await this.credentials.owner(input);
    const queryId = ownQueryId(this.config.stateSecrets, input.query_id, owner);
    const client = await this.credentials.client(CloudWatchLogsClient, input);
    const budgetBytes = this.config.tools.resultBudgetBytes;
    const rows = { cursor: input.cursor, limit: input.max_rows ?? MAX_ROWS, budgetBytes };
    const state = await readQuery(client, queryId, rows, call.signal).catch(unreadable(input));
    if (!isRunning(state.status)) this.running.ended(queryId);
    return toQueryResult(input.query_id, state);
  }
}

/** For `catch`: tells what AWS no longer has by the argument that named it. */
function unreadable({ cursor }: Input): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ServiceError)) throw error;
    // The id is known to be good: what AWS can refuse is the place in the result, which it keeps for one hour.
    if (error.code === 'aws_rejected' && cursor != null) {
      throw new InvalidInput(
        'cursor',
        'AWS no longer knows this place (it keeps it for an hour); leave cursor out to begin anew',
      );
    }
    if (error.code !== 'aws_not_found') throw error;
    throw new ServiceError('aws_not_found', 'query_id: AWS no longer has this query; run it again', { cause: error });
  };
}
