import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { targetInput } from '../cloudwatch/target-input.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { stopQuery } from './insights-query.client.js';
import { ownQueryId, queryIdInput } from './query-id-input.js';
import { RunningQueriesService } from './running-queries.service.js';

const ENDED = 'The query is not running any more. Its result, if any, is at get_logs_insight_query_results.';

export const cancelLogsInsightQuery = defineTool({
  name: 'cancel_logs_insight_query',
  title: 'Cancel a Logs Insights query',
  description:
    'Stops a query that execute_log_insights_query started, and with it its cost. success is false when it had already ended.',
  input: z.strictObject({ query_id: queryIdInput, ...targetInput }),
  output: z.object({
    success: z.boolean().describe('True when this call stopped the query.'),
    message: z.string().nullable().describe('Why not, when it did not.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:StopQuery'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(cancelLogsInsightQuery)
export class CancelLogsInsightQueryTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly running: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof cancelLogsInsightQuery.input>,
    call: ToolCall,
  ): Promise<z.input<typeof cancelLogsInsightQuery.output>> {
    const owner = await this.credentials.owner(input);
    const queryId = ownQueryId(this.config.stateSecrets, input.query_id, owner);
    const client = await this.credentials.client(CloudWatchLogsClient, input);
    const success = await stopQuery(client, queryId, call.signal);
    this.running.ended(queryId);
    return { success, message: success ? null : ENDED };
  }
}
