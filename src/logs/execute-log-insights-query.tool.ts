import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { checkAccounts, regionOfArns } from '../cloudwatch/arn.js';
import { Clock } from '../cloudwatch/clock.service.js';
import { targetInput, targetOf } from '../cloudwatch/target-input.js';
import { timeRange } from '../cloudwatch/time-range.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { runQuery } from './insights-query.client.js';
import { startQueryInput } from './insights-query.js';
import { logGroupArns, logGroupIdentifier, logGroupName } from './log-group.js';
import { sealQueryId } from './query-handle.js';
import { MAX_ROWS, queryResult, toQueryResult } from './query-results.js';
import { unknownLogGroup } from './unknown-log-group.js';

const DEFAULT_TIMEOUT_SECONDS = 30;
const MAX_LOG_GROUPS = 50;
const MAX_QUERY_LENGTH = 10_000;

export const executeLogInsightsQuery = defineTool({
  name: 'execute_log_insights_query',
  title: 'Run a Logs Insights query',
  description:
    'Runs a CloudWatch Logs Insights query over up to 50 log groups and waits for the result. AWS charges for the bytes scanned: keep the time range narrow and end the query with "| limit". After max_timeout the query runs on; fetch it with get_logs_insight_query_results.',
  input: z.strictObject({
    log_group_names: z
      .array(logGroupName)
      .max(MAX_LOG_GROUPS)
      .nullish()
      .describe('Log groups by name; give this or log_group_identifiers.'),
    log_group_identifiers: z
      .array(logGroupIdentifier)
      .max(MAX_LOG_GROUPS)
      .nullish()
      .describe('Log groups by name or ARN; give this or log_group_names.'),
    start_time: z.string().describe('ISO 8601 (no zone: UTC) or relative, e.g. now-1h.'),
    end_time: z.string().describe('ISO 8601 or relative, e.g. now.'),
    query_string: z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_QUERY_LENGTH, `must not be longer than ${MAX_QUERY_LENGTH} characters`)
      .describe('Logs Insights QL, e.g. fields @timestamp, @message | sort @timestamp desc | limit 20'),
    limit: wholeNumber(1, MAX_ROWS).nullish().describe('At most so many rows.'),
    max_timeout: wholeNumber(1, 600).nullish().describe('Seconds to wait. Default 30.'),
    ...targetInput,
  }),
  output: queryResult,
  toolset: 'logs',
  iamActions: ['logs:StartQuery', 'logs:GetQueryResults', 'logs:StopQuery'],
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(executeLogInsightsQuery)
export class ExecuteLogInsightsQueryTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof executeLogInsightsQuery.input>,
    call: ToolCall,
  ): Promise<z.input<typeof executeLogInsightsQuery.output>> {
    const query = startQueryInput(input, timeRange(input, this.clock.now()));
    const arns = logGroupArns(input.log_group_identifiers ?? []);
    const target = { ...targetOf(input), region: regionOfArns('log_group_identifiers', arns, input.region) };
    const owner = await this.credentials.owner(target);
    checkAccounts(
      'log_group_identifiers',
      arns.map((arn) => arn.account),
      owner,
    );
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const field = query.logGroupNames === undefined ? 'log_group_identifiers' : 'log_group_names';
    let polls = 0;
    const state = await runQuery(client, query, {
      timeoutSeconds: input.max_timeout ?? DEFAULT_TIMEOUT_SECONDS,
      signal: call.signal,
      onPoll: (status, scanned) => call.progress(++polls, undefined, `${status}: ${scanned} log events scanned`),
    }).catch(unknownLogGroup(field));
    return toQueryResult(sealQueryId(this.config.stateSecrets[0], state.queryId, owner), state);
  }
}
