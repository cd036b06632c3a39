import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { withinBudget } from '../../cloudwatch/result-budget.js';
import { targetInput, targetOf } from '../../cloudwatch/target-input.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { isAllowedLogGroup } from '../log-group-access.js';
import { HISTORY_DAYS } from './index-history.js';
import { groupRecommendation } from './index-recommendation.js';
import { recommendForAccount } from './recommend-account.client.js';

const DEFAULT_QUERIES = 5_000;
const MOST_QUERIES = 50_000;

export const recommendIndexesAccount = defineTool({
  name: 'recommend_indexes_account',
  title: 'Recommend field indexes for an account',
  description:
    'Recommends field indexes for the log groups queried most in the last 30 days (field names and counts, never query texts). Scans no logs and costs nothing; look closer with recommend_indexes_loggroup.',
  input: z.strictObject({
    max_queries: wholeNumber(0, MOST_QUERIES)
      .nullish()
      .describe('Queries to read. Default 5000; 0: as many as can be.'),
    ...targetInput,
  }),
  output: z.object({
    log_group_results: z.array(groupRecommendation).describe('The best first.'),
    total_log_groups_analyzed: z.int(),
    total_queries_analyzed: z.int(),
    time_range_days: z.literal(HISTORY_DAYS),
    warnings: z.array(z.string()),
    returned: z.int().describe('How many log groups are in this answer.'),
    total: z.int().describe('For how many there is something to say.'),
    truncated: z.boolean().describe('True when there are more.'),
  }),
  toolset: 'log-indexes',
  iamActions: [
    'logs:DescribeQueries',
    'logs:DescribeAccountPolicies',
    'logs:DescribeIndexPolicies',
    'logs:DescribeFieldIndexes',
  ],
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(recommendIndexesAccount)
export class RecommendIndexesAccountTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof recommendIndexesAccount.input>,
    call: ToolCall,
  ): Promise<z.input<typeof recommendIndexesAccount.output>> {
    const { allowedLogGroups, resultBudgetBytes } = this.config.tools;
    const client = await this.credentials.client(CloudWatchLogsClient, targetOf(input));
    const { groups, analyzedGroups, analyzedQueries, warnings } = await recommendForAccount({
      client,
      maxQueries: (input.max_queries ?? DEFAULT_QUERIES) || MOST_QUERIES,
      isAllowed: (name) => isAllowedLogGroup(name, allowedLogGroups),
      now: this.clock.now(),
      signal: call.signal,
    });
    const { items, truncated } = withinBudget({ items: groups, truncated: false }, resultBudgetBytes);
    return {
      log_group_results: [...items],
      total_log_groups_analyzed: analyzedGroups,
      total_queries_analyzed: analyzedQueries,
      time_range_days: HISTORY_DAYS,
      warnings: [...warnings],
      returned: items.length,
      total: groups.length,
      truncated,
    };
  }
}
