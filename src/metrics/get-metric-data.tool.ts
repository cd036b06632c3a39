import { CloudWatchClient, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import type { z } from 'zod';
import { Clock } from '../cloudwatch/clock.service.js';
import { DAY_MS, HOUR_MS, timeRange } from '../cloudwatch/time-range.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { InvalidInput } from '../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { checkMetricAccounts } from './metric-accounts.js';
import { type MetricDataInput, metricDataInput } from './metric-data-input.js';
import { checkPeriods, periodsOf, toMetricDataQueries } from './metric-data-queries.js';
import { alignToPeriod, granularitySeconds, metricPeriod, RETENTION_DAYS } from './metric-period.js';
import { MAX_DATAPOINTS, metricDataOutput, MetricSeries } from './metric-series.js';

const DEFAULT_SPAN_MS = 3 * HOUR_MS;
const DEFAULT_TARGET_DATAPOINTS = 60;

export const getMetricData = defineTool({
  name: 'get_metric_data',
  title: 'Get metric data',
  description:
    'Gets CloudWatch metric values over time: one metric by namespace, metric_name and all its dimensions; a Metrics Insights query over many (group_by_dimension with schema_dimension_keys, limit, order_by_statistic); or queries for several metrics, percentiles and metric math.',
  input: metricDataInput,
  output: metricDataOutput,
  toolset: 'metrics',
  iamActions: ['cloudwatch:GetMetricData'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getMetricData)
export class GetMetricDataTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
  ) {}

  async execute(input: MetricDataInput, call: ToolCall): Promise<z.input<typeof metricDataOutput>> {
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
    checkMetricAccounts(queries, await this.credentials.owner(input));
    const client = await this.credentials.client(CloudWatchClient, input);
    const request = { MetricDataQueries: [...queries], StartTime: start, EndTime: end, MaxDatapoints: MAX_DATAPOINTS };
    const series = new MetricSeries();
    for await (const page of paginateGetMetricData({ client }, request, { abortSignal: call.signal })) {
      series.add(page);
      if (series.full) return series.toOutput(page.NextToken !== undefined);
    }
    return series.toOutput(false);
  }
}
