import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { targetInput } from '../cloudwatch/target-input.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { ServiceError } from '../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { readQuery } from './insights-query.client.js';
import { ownQueryId, queryIdInput } from './query-id-input.js';
import { queryResult, toQueryResult } from './query-results.js';

export const getLogsInsightQueryResults = defineTool({
  name: 'get_logs_insight_query_results',
  title: 'Get the result of a Logs Insights query',
  description:
    'Gets status and rows of a query that execute_log_insights_query or analyze_log_group started and that outlived its waiting. Takes the queryId as returned, and the same region and account. Does not scan again.',
  input: z.strictObject({ query_id: queryIdInput, ...targetInput }),
  output: queryResult,
  toolset: 'logs',
  iamActions: ['logs:GetQueryResults'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getLogsInsightQueryResults)
export class GetLogsInsightQueryResultsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getLogsInsightQueryResults.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getLogsInsightQueryResults.output>> {
    const owner = await this.credentials.owner(input);
    const queryId = ownQueryId(this.config.stateSecrets, input.query_id, owner);
    const client = await this.credentials.client(CloudWatchLogsClient, input);
    const state = await readQuery(client, queryId, call.signal).catch(resultsGone);
    return toQueryResult(input.query_id, state);
  }
}

function resultsGone(error: unknown): never {
  if (!(error instanceof ServiceError) || error.code !== 'aws_not_found') throw error;
  throw new ServiceError('aws_not_found', 'query_id: AWS no longer has this query; run it again', { cause: error });
}
