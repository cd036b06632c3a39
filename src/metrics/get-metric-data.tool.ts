import { CloudWatchClient, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import type { z } from 'zod';
import { Clock } from '../cloudwatch/clock.service.js';
import { DAY_MS, HOUR_MS, timeRange, toUsedRange, usedRange } from '../cloudwatch/time-range.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { InvalidInput } from '../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { MetricMetadataStore } from './metadata/metric-metadata.store.js';
import { usualUnit } from './metadata/usual-unit.js';
import { checkMetricAccounts } from './metric-accounts.js';
import { type MetricDataInput, metricDataInput } from './metric-data-input.js';
import { checkPeriods, periodsOf, toMetricDataQueries } from './metric-data-queries.js';
import { alignToPeriod, granularitySeconds, metricPeriod, RETENTION_DAYS } from './metric-period.js';
import { MAX_DATAPOINTS, metricDataOutput, MetricSeries } from './metric-series.js';

const DEFAULT_SPAN_MS = 3 * HOUR_MS;
const DEFAULT_TARGET_DATAPOINTS = 60;
const FIELDS_OF_ONE = { account: 'account_id', expression: 'dimensions' };

export const getMetricData = defineTool({
  name: 'get_metric_data',
  title: 'Get metric data',
  description:
    'Gets metric values over time: one metric by all its dimensions (see list_metrics), a Metrics Insights query (group_by_dimension with schema_dimension_keys, limit, order_by_statistic), or queries.',
  input: metricDataInput,
  output: metricDataOutput.extend({ time_range: usedRange }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:GetMetricData'],
  annotations: READ_ONLY,
  slow: false,
  page: 'chart',
});

@ProvidesTool(getMetricData)
export class GetMetricDataTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly metadata: MetricMetadataStore,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: MetricDataInput, call: ToolCall): Promise<z.input<typeof getMetricData.output>> {
    const now = this.clock.now();
    const range = timeRange(input, now, DEFAULT_SPAN_MS);
    if (now.getTime() - range.start.getTime() > RETENTION_DAYS * DAY_MS) {
      throw new InvalidInput(
        'start_time',
        `must not lie more than ${RETENTION_DAYS} days back; CloudWatch keeps no metrics longer`,
      );
    }
    const period = metricPeriod(range, now, input.target_datapoints ?? DEFAULT_TARGET_DATAPOINTS);
    const queries = toMetricDataQueries(input, period);
    checkPeriods(queries, granularitySeconds(range.start, now));
    const { start, end } = alignToPeriod(range, Math.min(...periodsOf(queries)));
    const fieldOf = input.queries == null ? () => FIELDS_OF_ONE : undefined;
    checkMetricAccounts(queries, await this.credentials.owner(input), fieldOf);
    const client = await this.credentials.client(CloudWatchClient, input);
    const request = {
      MetricDataQueries: [...queries],
      StartTime: start,
      EndTime: end,
      ScanBy: 'TimestampDescending' as const,
      MaxDatapoints: MAX_DATAPOINTS,
    };
    const series = new MetricSeries();
    let morePages = false;
    for await (const page of paginateGetMetricData({ client }, request, { abortSignal: call.signal })) {
      series.add(page);
      morePages = page.NextToken !== undefined;
      if (series.full) break;
    }
    const unit = await usualUnit(queries, (namespace, metricName) => this.metadata.find(namespace, metricName));
    if (unit !== undefined) call.draw({ unit });
    const budgetBytes = this.config.tools.resultBudgetBytes;
    return { ...series.toOutput(morePages, budgetBytes), time_range: toUsedRange({ start, end }) };
  }
}
