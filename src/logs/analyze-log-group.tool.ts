import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { checkAccounts, regionOfArns } from '../cloudwatch/arn.js';
import { Clock } from '../cloudwatch/clock.service.js';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { targetInput, targetOf } from '../cloudwatch/target-input.js';
import { type TimeRange, timeRange } from '../cloudwatch/time-range.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { ServiceError } from '../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { runQuery, type StartedQuery } from './insights-query.client.js';
import { ERROR_PATTERNS, patternQueryInput, TOP_PATTERNS } from './insights-query.js';
import { anomaly, anomalyDetector, concerns, toAnomaly, toDetector } from './log-anomalies.js';
import { fetchAnomalies } from './log-anomalies.client.js';
import { logGroupArn, logGroupArns, withoutWildcard } from './log-group.js';
import { failedPatternResult, patternResult, toPatternResult } from './log-patterns.js';
import { type QueryOwner, sealQueryId } from './query-handle.js';
import { unknownLogGroup } from './unknown-log-group.js';

const QUERY_TIMEOUT_SECONDS = 30;
const ANOMALIES_BUDGET_BYTES = 400_000;

export const analyzeLogGroup = defineTool({
  name: 'analyze_log_group',
  title: 'Analyze a log group',
  description:
    'Looks for trouble in one log group: known anomalies, the most frequent message patterns, and the most frequent patterns with errors. Runs two Logs Insights queries, so AWS charges for scanning the time range twice.',
  input: z.strictObject({
    log_group_arn: logGroupArn.describe('ARN as describe_log_groups returns it.'),
    start_time: z.string().describe('ISO 8601 (no zone: UTC) or relative, e.g. now-1h.'),
    end_time: z.string().describe('ISO 8601 or relative, e.g. now.'),
    ...targetInput,
  }),
  output: z.object({
    log_anomaly_results: z
      .object({
        anomaly_detectors: z.array(anomalyDetector).describe('Detectors that watch the log group.'),
        anomalies: z.array(anomaly).describe('Anomalies seen in the time range.'),
        truncated: z.boolean().describe('True when there are more anomalies than returned.'),
      })
      .describe('What anomaly detection found.'),
    top_patterns: patternResult.describe('The five most frequent patterns.'),
    top_patterns_containing_errors: patternResult.describe('The five most frequent patterns with errors.'),
  }),
  toolset: 'logs',
  iamActions: [
    'logs:ListLogAnomalyDetectors',
    'logs:ListAnomalies',
    'logs:StartQuery',
    'logs:GetQueryResults',
    'logs:StopQuery',
  ],
  annotations: READ_ONLY,
  slow: true,
});

type Output = z.input<typeof analyzeLogGroup.output>;

@ProvidesTool(analyzeLogGroup)
export class AnalyzeLogGroupTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: z.output<typeof analyzeLogGroup.input>, call: ToolCall): Promise<Output> {
    const range = timeRange(input, this.clock.now());
    const arn = withoutWildcard(input.log_group_arn);
    const arns = logGroupArns([arn]);
    const target = { ...targetOf(input), region: regionOfArns('log_group_arn', arns, input.region) };
    const owner = await this.credentials.owner(target);
    checkAccounts(
      'log_group_arn',
      arns.map(({ account }) => account),
      owner,
    );
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    return this.analyze(client, arn, range, owner, call);
  }

  /** A failing query is told beside the other's result; when neither can run, or anomalies cannot be read, that is the answer. */
  private async analyze(
    client: CloudWatchLogsClient,
    arn: string,
    range: TimeRange,
    owner: QueryOwner,
    call: ToolCall,
  ): Promise<Output> {
    const stop = new AbortController();
    const signal = AbortSignal.any([call.signal, stop.signal]);
    let polls = 0;
    const onPoll = (status: string, scanned: number): void =>
      call.progress(++polls, undefined, `${status}: ${scanned} log events scanned`);
    const query = (text: string): Promise<StartedQuery> =>
      runQuery(client, patternQueryInput(arn, text, range), {
        timeoutSeconds: QUERY_TIMEOUT_SECONDS,
        signal,
        onPoll,
      }).catch(unknownLogGroup('log_group_arn'));
    const anomalies = fetchAnomalies(client, arn, signal).catch((error: unknown) => {
      stop.abort();
      throw error;
    });
    const [found, top, errors] = await Promise.allSettled([anomalies, query(TOP_PATTERNS), query(ERROR_PATTERNS)]);
    call.signal.throwIfAborted();
    if (found.status === 'rejected') throw found.reason;
    if (top.status === 'rejected' && errors.status === 'rejected') throw top.reason;
    const seen = withinBudget(
      {
        items: found.value.anomalies.items.filter((one) => concerns(one, arn, range)).map(toAnomaly),
        truncated: found.value.anomalies.truncated,
      },
      ANOMALIES_BUDGET_BYTES,
    );
    return {
      log_anomaly_results: {
        anomaly_detectors: found.value.detectors.map(toDetector),
        anomalies: [...seen.items],
        truncated: seen.truncated,
      },
      top_patterns: this.patterns(top, owner),
      top_patterns_containing_errors: this.patterns(errors, owner),
    };
  }

  private patterns(outcome: PromiseSettledResult<StartedQuery>, owner: QueryOwner): z.output<typeof patternResult> {
    if (outcome.status === 'fulfilled') {
      return toPatternResult(sealQueryId(this.config.stateSecrets[0], outcome.value.queryId, owner), outcome.value);
    }
    if (outcome.reason instanceof ServiceError) return failedPatternResult(outcome.reason.message);
    throw outcome.reason;
  }
}
