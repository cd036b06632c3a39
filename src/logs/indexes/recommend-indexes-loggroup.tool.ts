import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { checkAccounts, regionOfArns } from '../../cloudwatch/arn.js';
import { Clock } from '../../cloudwatch/clock.service.js';
import { targetInput, targetOf } from '../../cloudwatch/target-input.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { logGroupArns, logGroupIdentifier, withoutWildcard } from '../log-group.js';
import { checkLogGroups } from '../log-group-access.js';
import { RunningQueriesService } from '../running-queries.service.js';
import { scanCost, toScanCost } from '../scan-cost.js';
import { groupRecommendation } from './index-recommendation.js';
import { recommendForGroup } from './recommend-group.client.js';

const FIELD = 'log_group_identifier';

export const recommendIndexesLoggroup = defineTool({
  name: 'recommend_indexes_loggroup',
  title: 'Recommend field indexes for a log group',
  description:
    'Recommends field indexes for one log group from the queries of the last 30 days (field names and counts, never their texts). Runs one paid Logs Insights query over the last hour.',
  input: z.strictObject({
    log_group_identifier: logGroupIdentifier.describe('Name or ARN.'),
    ...targetInput,
  }),
  output: groupRecommendation.extend({ cost: scanCost.nullable().describe('Of the paid query.') }),
  toolset: 'log-indexes',
  iamActions: [
    'logs:DescribeLogGroups',
    'logs:DescribeQueries',
    'logs:DescribeIndexPolicies',
    'logs:DescribeFieldIndexes',
    'logs:StartQuery',
    'logs:GetQueryResults',
    'logs:StopQuery',
  ],
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(recommendIndexesLoggroup)
export class RecommendIndexesLoggroupTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly slots: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof recommendIndexesLoggroup.input>,
    call: ToolCall,
  ): Promise<z.input<typeof recommendIndexesLoggroup.output>> {
    const { maxScanGb, allowedLogGroups } = this.config.tools;
    const logGroup = withoutWildcard(input.log_group_identifier);
    checkLogGroups(FIELD, [logGroup], allowedLogGroups);
    const arns = logGroupArns([logGroup]);
    const target = { ...targetOf(input), region: regionOfArns(FIELD, arns, input.region) };
    const owner = await this.credentials.owner(target);
    const accounts = arns.map(({ account }) => account);
    checkAccounts(FIELD, accounts, owner);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const { slots } = this;
    const request = { client, logGroup, owner, slots, maxScanGb, now: this.clock.now(), call };
    const { recommendation, bytesScanned } = await recommendForGroup(request);
    return { ...recommendation, log_group: input.log_group_identifier, cost: toScanCost(bytesScanned) };
  }
}
