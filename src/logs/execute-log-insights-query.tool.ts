import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { targetInput } from '../cloudwatch/target-input.js';
import { toUsedRange, usedRange } from '../cloudwatch/time-range.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { runQuery, type Waiting } from './insights-query.client.js';
import { logGroupIdentifier, logGroupName } from './log-group.js';
import { sealQueryId } from './query-handle.js';
import { QueryPreparationService } from './query-preparation.service.js';
import { MAX_ROWS, queryResult, toQueryResult } from './query-results.js';
import { confirmScanInput, scanEstimate, toScanEstimate } from './scan-estimate.js';
import { unknownLogGroup } from './unknown-log-group.js';

const DEFAULT_TIMEOUT_SECONDS = 30;
const MAX_LOG_GROUPS = 50;
const MAX_QUERY_LENGTH = 10_000;

export const executeLogInsightsQuery = defineTool({
  name: 'execute_log_insights_query',
  title: 'Run a Logs Insights query',
  description:
    'Runs a CloudWatch Logs Insights query over up to 50 log groups and waits for the result; AWS charges for the bytes scanned. After max_timeout the query runs on: fetch it with get_logs_insight_query_results.',
  input: z.strictObject({
    log_group_names: z
      .array(logGroupName)
      .max(MAX_LOG_GROUPS)
      .nullish()
      .describe('Names; give this or log_group_identifiers.'),
    log_group_identifiers: z.array(logGroupIdentifier).max(MAX_LOG_GROUPS).nullish().describe('Names or ARNs.'),
    start_time: z.string().describe('ISO 8601 (no zone: UTC) or relative: now-1h.'),
    end_time: z.string().describe('ISO 8601 or relative.'),
    query_string: z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_QUERY_LENGTH, `must not be longer than ${MAX_QUERY_LENGTH} characters`)
      .describe('E.g. fields @timestamp, @message | sort @timestamp desc | limit 20'),
    query_language: z
      .enum(['CWLI', 'SQL', 'PPL'])
      .nullish()
      .describe('Default CWLI. SQL names its log groups itself: FROM `name`.'),
    limit: wholeNumber(1, MAX_ROWS).nullish().describe('At most so many rows.'),
    max_timeout: wholeNumber(1, 600).nullish().describe('Seconds to wait. Default 30.'),
    confirm_scan: confirmScanInput,
    ...targetInput,
  }),
  output: queryResult.extend({ time_range: usedRange, scan_estimate: scanEstimate }),
  toolset: 'logs',
  iamActions: ['logs:StartQuery', 'logs:GetQueryResults', 'logs:StopQuery', 'logs:DescribeLogGroups'],
  annotations: READ_ONLY,
  slow: true,
  page: 'chart',
});

type Input = z.output<typeof executeLogInsightsQuery.input>;

@ProvidesTool(executeLogInsightsQuery)
export class ExecuteLogInsightsQueryTool {
  constructor(
    private readonly preparation: QueryPreparationService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof executeLogInsightsQuery.output>> {
    const { client, request, field, owner, range, estimate, slot } = await this.preparation.prepare(input, call.signal);
    const state = await runQuery(client, request, { slot, ...this.waiting(input, call) }).catch(unknownLogGroup(field));
    const queryId = sealQueryId(this.config.stateSecrets[0], state.queryId, owner);
    return {
      ...toQueryResult(queryId, state),
      time_range: toUsedRange(range),
      scan_estimate: toScanEstimate(estimate),
    };
  }

  private waiting({ max_timeout: seconds }: Input, call: ToolCall): Omit<Waiting, 'slot'> {
    let reports = 0;
    return {
      timeoutSeconds: seconds ?? DEFAULT_TIMEOUT_SECONDS,
      signal: call.signal,
      endWaiting: call.endWaiting,
      rows: { limit: MAX_ROWS, budgetBytes: this.config.tools.resultBudgetBytes },
      onPoll: (status, scanned) => call.progress(++reports, undefined, `${status}: ${scanned} log events scanned`),
    };
  }
}
