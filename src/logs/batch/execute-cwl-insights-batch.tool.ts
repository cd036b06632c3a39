import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { checkAccounts } from '../../cloudwatch/arn.js';
import { Clock } from '../../cloudwatch/clock.service.js';
import { targetInput } from '../../cloudwatch/target-input.js';
import { timeRange } from '../../cloudwatch/time-range.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { lookAtLeftQuery } from '../left-queries.client.js';
import { logGroupArns, logGroupIdentifier } from '../log-group.js';
import { checkLogGroups } from '../log-group-access.js';
import type { QueryOwner } from '../query-handle.js';
import { checkQueryText } from '../query-text.js';
import { RunningQueriesService } from '../running-queries.service.js';
import { confirmScanInput } from '../scan-estimate.js';
import { batchResult, toBatchResult } from './batch-answer.js';
import { checkParts, planChunks } from './batch-plan.js';
import { guardBatchScan } from './batch-scan.client.js';
import { regionRefused } from './region-refused.js';
import { runBatch } from './run-batch.client.js';
import type { ChunkQuery } from './split-query.client.js';
import { queryShape } from './query-shape.js';

const DEFAULT_LIMIT = 1_000;
const DEFAULT_TIMEOUT_SECONDS = 120;
const MAX_LOG_GROUPS = 1_000;
const MAX_REGIONS = 40;
const MAX_QUERY_LENGTH = 10_000;

export const executeCwlInsightsBatch = defineTool({
  name: 'execute_cwl_insights_batch',
  title: 'Run a Logs Insights query over many log groups and Regions',
  description:
    'Runs one Logs Insights query over many log groups and Regions and answers one ordered, limited list of rows. AWS charges for the bytes scanned.',
  input: z.strictObject({
    log_group_names: z
      .array(logGroupIdentifier)
      .min(1, 'must name at least one log group')
      .max(MAX_LOG_GROUPS, `must not name more than ${MAX_LOG_GROUPS} log groups`)
      .describe('Names are read in every Region, ARNs in their own.'),
    regions: z
      .array(z.string())
      .min(1, 'must name at least one Region')
      .max(MAX_REGIONS, `must not name more than ${MAX_REGIONS} Regions`),
    start_time: z.string().describe('ISO 8601 (no zone: UTC) or relative, e.g. now-1h.'),
    end_time: z.string(),
    query_string: z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_QUERY_LENGTH, `must not be longer than ${MAX_QUERY_LENGTH} characters`)
      .describe('Logs Insights QL; its sort orders the whole answer.'),
    limit: wholeNumber(1, 10_000).nullish().describe('At most so many rows in all. Default 1000.'),
    max_timeout: wholeNumber(1, 600).nullish().describe('Seconds for each query. Default 120.'),
    account_label: z.string().max(128, 'must not be longer than 128 characters').nullish().describe('Marks the rows.'),
    confirm_scan: confirmScanInput,
    account: targetInput.account,
    profile_name: targetInput.profile_name,
  }),
  output: batchResult,
  toolset: 'logs',
  iamActions: ['logs:StartQuery', 'logs:GetQueryResults', 'logs:StopQuery', 'logs:DescribeLogGroups'],
  annotations: READ_ONLY,
  slow: true,
});

type Input = z.output<typeof executeCwlInsightsBatch.input>;

@ProvidesTool(executeCwlInsightsBatch)
export class ExecuteCwlInsightsBatchTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly slots: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof batchResult>> {
    const now = this.clock.now();
    const range = timeRange(input, now);
    checkQueryText(input.query_string);
    const { tools } = this.config;
    checkLogGroups('log_group_names', input.log_group_names, tools.allowedLogGroups);
    const shape = queryShape(input.query_string);
    const queries = await this.queries(input, (chunks) => checkParts(chunks, shape));
    const confirmed = input.confirm_scan === true;
    const scan = { range, now, maxScanGb: tools.maxScanGb, confirmed };
    const estimate = await guardBatchScan(queries, scan, call.signal);
    const batch = await runBatch(queries, {
      queryString: input.query_string,
      shape,
      range,
      limit: input.limit ?? DEFAULT_LIMIT,
      budgetBytes: tools.resultBudgetBytes,
      timeoutSeconds: input.max_timeout ?? DEFAULT_TIMEOUT_SECONDS,
      maxScanGb: confirmed ? Infinity : tools.maxScanGb,
      accountLabel: input.account_label ?? undefined,
      slots: this.slots,
      hasEnded: lookAtLeftQuery(this.credentials, call.signal),
      call,
    });
    return toBatchResult(batch, { estimate, range, budgetBytes: tools.resultBudgetBytes });
  }

  /** What to query where; every check comes before anything is asked of AWS. */
  private async queries(input: Input, check: (chunks: readonly ChunkQuery['chunk'][]) => void): Promise<ChunkQuery[]> {
    const { account, profile_name } = input;
    const accounts = logGroupArns(input.log_group_names).map((arn) => arn.account);
    const owners = new Map<string, QueryOwner>();
    for (const region of new Set(input.regions)) {
      const owner = await this.credentials.owner({ account, profile_name, region }).catch(regionRefused);
      checkAccounts('log_group_names', accounts, owner);
      owners.set(region, owner);
    }
    const chunks = planChunks(input.log_group_names, owners);
    check(chunks);
    return Promise.all(
      chunks.map(async ({ owner, ...chunk }) => ({
        chunk,
        owner,
        client: await this.credentials.client(CloudWatchLogsClient, { account, profile_name, region: chunk.region }),
      })),
    );
  }
}
