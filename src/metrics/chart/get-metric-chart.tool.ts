import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricWidgetImageCommand,
  type MetricAlarm,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { HOUR_MS, timeRange } from '../../cloudwatch/time-range.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { InvalidInput, ServiceError } from '../../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { metricText } from '../metric-fields.js';
import { alignToPeriod, metricPeriod } from '../metric-period.js';
import { checkMetricAccounts } from '../metric-accounts.js';
import { MAX_DATAPOINTS, MetricSeries } from '../metric-series.js';
import { MetricMetadataStore } from '../metadata/metric-metadata.store.js';
import { usualUnit } from '../metadata/usual-unit.js';
import { chartDrawing } from './chart-drawing.js';
import { alarmQueries, chartExpression, chartMetric, chartQueries } from './chart-queries.js';
import { chartLine, chartLines } from './chart-lines.js';
import { chartMessage } from './chart-message.js';
import { seriesSummary, summarize } from './chart-summary.js';
import { type Chart, metricWidget } from './metric-widget.js';

const DEFAULT_SPAN_MS = 3 * HOUR_MS;
const TARGET_DATAPOINTS = 180;
const DEFAULT_WIDTH = 900;
const DEFAULT_HEIGHT = 450;

export const getMetricChart = defineTool({
  name: 'get_metric_chart',
  title: 'Chart metrics',
  description:
    'Draws metrics, or what an alarm watches with its threshold line, as a PNG image, and gives their numbers as text.',
  input: z.strictObject({
    metrics: z
      .array(chartMetric)
      .min(1)
      .max(10, 'must be at most 10 metrics')
      .nullish()
      .describe('Known to expressions as m1, m2 …'),
    expressions: z.array(chartExpression).max(10, 'must be at most 10 expressions').nullish(),
    alarm_name: metricText(255).nullish().describe('Instead of metrics: an alarm.'),
    start_time: z.string().nullish().describe('ISO 8601 or now-6h. Default: 3 h before the end.'),
    end_time: z.string().nullish(),
    title: metricText(255).nullish(),
    lines: z.array(chartLine).max(20, 'must be at most 20 lines').nullish().describe('Each at a value or a time.'),
    width: wholeNumber(200, 2_000).nullish(),
    height: wholeNumber(100, 2_000).nullish(),
    ...accountInput,
  }),
  output: z.object({
    series: z.array(seriesSummary).describe('One entry a line of the chart.'),
    title: z.string(),
    alarm_line: z.number().nullable().describe("The alarm's threshold."),
    period: z.int().describe('Seconds.'),
    time_range: z.object({ start: z.string(), end: z.string() }),
    image: z.boolean().describe('Whether the image is in this answer.'),
    message: z.string().nullable().describe('Why there is no image or not all data.'),
  }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:GetMetricWidgetImage', 'cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms'],
  annotations: READ_ONLY,
  slow: false,
  page: 'chart',
});

type Input = z.output<typeof getMetricChart.input>;

@ProvidesTool(getMetricChart)
export class GetMetricChartTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly metadata: MetricMetadataStore,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof getMetricChart.output>> {
    const now = this.clock.now();
    const asked = timeRange(input, now, DEFAULT_SPAN_MS);
    const lines = chartLines(input.lines ?? [], now);
    if ((input.alarm_name == null) === (input.metrics == null)) {
      throw new InvalidInput('metrics', 'give either metrics or alarm_name');
    }
    const period = metricPeriod(asked, now, TARGET_DATAPOINTS);
    const owner = await this.credentials.owner(input);
    checkMetricAccounts(chartQueries(input, period), owner);
    const client = await this.credentials.client(CloudWatchClient, input);
    const alarm = input.alarm_name == null ? undefined : await findAlarm(client, input.alarm_name, call.signal);
    const queries = alarm === undefined ? chartQueries(input, period) : alarmQueries(alarm, period);
    checkMetricAccounts(queries, owner);
    const chart: Chart = {
      title: input.title ?? alarm?.AlarmName ?? 'CloudWatch metrics',
      width: input.width ?? DEFAULT_WIDTH,
      height: input.height ?? DEFAULT_HEIGHT,
      period,
      range: alignToPeriod(asked, period),
      region: owner.region,
      queries,
      lines: alarm?.Threshold === undefined ? lines : [...lines, { value: alarm.Threshold, label: 'Alarm' }],
    };
    const [data, image, unit] = await Promise.all([
      readSeries(client, chart, call.signal),
      drawImage(client, chart, call.signal),
      usualUnit(queries, (namespace, metricName) => this.metadata.find(namespace, metricName)),
    ]);
    call.draw(chartDrawing(data.metricDataResults, lines, unit));
    if (image instanceof Uint8Array) call.attach({ mimeType: 'image/png', bytes: image });
    return {
      series: data.metricDataResults.map((series) => summarize(series, alarm)),
      title: chart.title,
      alarm_line: alarm?.Threshold ?? null,
      period,
      time_range: { start: isoTime(chart.range.start), end: isoTime(chart.range.end) },
      image: image instanceof Uint8Array,
      message: chartMessage(data, image instanceof Uint8Array ? undefined : image.message),
    };
  }
}

async function findAlarm(client: CloudWatchClient, name: string, signal: AbortSignal): Promise<MetricAlarm> {
  const { MetricAlarms: [alarm] = [] } = await client.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] }),
    { abortSignal: signal },
  );
  if (alarm !== undefined) return alarm;
  throw new ServiceError(
    'aws_not_found',
    'alarm_name: no metric alarm of that name in this account and region; get_active_alarms and describe_alarms list them.',
  );
}

async function readSeries(client: CloudWatchClient, { queries, range }: Chart, signal: AbortSignal) {
  const request = {
    MetricDataQueries: [...queries],
    StartTime: range.start,
    EndTime: range.end,
    MaxDatapoints: MAX_DATAPOINTS,
  };
  const series = new MetricSeries();
  let morePages = false;
  for await (const page of paginateGetMetricData({ client }, request, { abortSignal: signal })) {
    series.add(page);
    morePages = page.NextToken !== undefined;
    if (series.full) break;
  }
  return series.toOutput(morePages);
}

/** The image, or why there is none: the numbers are an answer without it. */
async function drawImage(
  client: CloudWatchClient,
  chart: Chart,
  signal: AbortSignal,
): Promise<Uint8Array | ServiceError> {
  try {
    const { MetricWidgetImage: bytes } = await client.send(
      new GetMetricWidgetImageCommand({ MetricWidget: metricWidget(chart) }),
      { abortSignal: signal },
    );
    return bytes ?? new ServiceError('aws_unavailable', 'CloudWatch drew nothing.');
  } catch (error) {
    if (error instanceof ServiceError && error.code !== 'cancelled') return error;
    throw error;
  }
}
