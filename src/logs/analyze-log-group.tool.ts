import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { checkAccounts, regionOfArns } from '../cloudwatch/arn.js';
import { Clock } from '../cloudwatch/clock.service.js';
import { consoleLink } from '../cloudwatch/console-link.js';
import { targetInput, targetOf } from '../cloudwatch/target-input.js';
import { type TimeRange, timeRange, toUsedRange, usedRange } from '../cloudwatch/time-range.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type AwsOwner, CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { lookAtLeftQuery } from './left-queries.client.js';
import { logAnomalyResults, toLogAnomalyResults } from './log-anomalies.js';
import { logGroupArn, logGroupArns, nameOfLogGroup, withoutWildcard } from './log-group.js';
import { checkLogGroups } from './log-group-access.js';
import { analyze, type LogGroupAnalysis } from './log-group-analysis.client.js';
import { patternResult, toPatternAnswer } from './log-patterns.js';
import { sealQueryId } from './query-handle.js';
import { RunningQueriesService } from './running-queries.service.js';
import { scanCost, sumOfCosts } from './scan-cost.js';
import { confirmScanInput, scanEstimate, toScanEstimate } from './scan-estimate.js';
import { guardScan } from './scan-guard.client.js';

const SCANS = 2;

export const analyzeLogGroup = defineTool({
  name: 'analyze_log_group',
  title: 'Analyze a log group',
  description:
    'Looks for trouble in one log group: known anomalies, the most frequent message patterns, and those with errors. AWS charges for scanning the time range twice.',
  input: z.strictObject({
    log_group_arn: logGroupArn.describe('As describe_log_groups returns it.'),
    start_time: z.string().describe('ISO 8601 (no zone: UTC) or relative: now-1h.'),
    end_time: z.string().describe('ISO 8601 or relative.'),
    confirm_scan: confirmScanInput,
    ...targetInput,
  }),
  output: z.object({
    log_anomaly_results: logAnomalyResults,
    top_patterns: patternResult.describe('The five most frequent patterns.'),
    top_patterns_containing_errors: patternResult.describe('The five most frequent patterns with errors.'),
    time_range: usedRange,
    scan_estimate: scanEstimate,
    cost: scanCost.nullable().describe('Of both scans.'),
    console_url: z.string().describe('The log group in the AWS console.'),
  }),
  toolset: 'logs',
  iamActions: [
    'logs:ListLogAnomalyDetectors',
    'logs:ListAnomalies',
    'logs:StartQuery',
    'logs:GetQueryResults',
    'logs:StopQuery',
    'logs:DescribeLogGroups',
  ],
  annotations: READ_ONLY,
  slow: true,
});

type Input = z.output<typeof analyzeLogGroup.input>;
type Output = z.input<typeof analyzeLogGroup.output>;

@ProvidesTool(analyzeLogGroup)
export class AnalyzeLogGroupTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly running: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<Output> {
    const { allowedLogGroups, maxScanGb } = this.config.tools;
    const { signal } = call;
    const now = this.clock.now();
    const range = timeRange(input, now);
    const arn = withoutWildcard(input.log_group_arn);
    checkLogGroups('log_group_arn', [arn], allowedLogGroups);
    const arns = logGroupArns([arn]);
    const target = { ...targetOf(input), region: regionOfArns('log_group_arn', arns, input.region) };
    const owner = await this.credentials.owner(target);
    const accounts = arns.map(({ account }) => account);
    checkAccounts('log_group_arn', accounts, owner);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const scan = { groups: [arn], range, now, maxScanGb, account: owner.account, scans: SCANS };
    const estimate = await guardScan(client, { ...scan, confirmed: input.confirm_scan === true }, signal);
    const hasEnded = lookAtLeftQuery(this.credentials, signal);
    const slot = await this.running.slot(owner, { wait: false, signal, hasEnded });
    let reports = 0;
    const analysis = await analyze(client, arn, range, {
      signal,
      endWaiting: call.endWaiting,
      slot,
      nextSlot: (end) => this.running.slot(owner, { wait: true, signal: end, hasEnded }),
      onPoll: (status, scanned) => call.progress(++reports, undefined, `${status}: ${scanned} log events scanned`),
    });
    return { ...this.answer(analysis, arn, range, owner), scan_estimate: toScanEstimate(estimate) };
  }

  private answer(
    analysis: LogGroupAnalysis,
    arn: string,
    range: TimeRange,
    owner: AwsOwner,
  ): Omit<Output, 'scan_estimate'> {
    const budgetBytes = this.config.tools.resultBudgetBytes;
    const handle = (queryId: string): string => sealQueryId(this.config.stateSecrets[0], queryId, owner);
    const top = toPatternAnswer(analysis.top, handle, budgetBytes / 4);
    const errors = toPatternAnswer(analysis.errors, handle, budgetBytes / 4);
    return {
      log_anomaly_results: toLogAnomalyResults(analysis.anomalies, arn, range, budgetBytes / 2),
      top_patterns: top,
      top_patterns_containing_errors: errors,
      time_range: toUsedRange(range),
      cost: sumOfCosts([top.cost, errors.cost]),
      console_url: consoleLink(owner.region, { kind: 'log-group', name: nameOfLogGroup(arn) }),
    };
  }
}
