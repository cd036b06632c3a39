import { z } from 'zod';
import { targetOf } from '../../cloudwatch/target-input.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import type { DocumentedAlarm, MetricMetadata } from '../metadata/metric-metadata.js';
import { MetricMetadataStore } from '../metadata/metric-metadata.store.js';
import { alarmRecommendation, type AlarmRecommendation } from './alarm-recommendation.js';
import { anomalyRecommendation } from './anomaly-recommendation.js';
import { computedThreshold } from './computed-threshold.js';
import { documentedRecommendation, matchingAlarms } from './documented-recommendations.js';
import { analyzePoints } from './metric-analysis.js';
import { type HistoryPart, MetricHistoryService } from './metric-history.service.js';
import { analysedMetric, type AnalysedMetric, type AnalysisInput, analysisInput } from './metric-input.js';

/** Fourteen days by the minute, five times, is what one GetMetricData answers. */
const MAX_PARTS = 5;

export const getRecommendedMetricAlarms = defineTool({
  name: 'get_recommended_metric_alarms',
  title: 'Recommend alarms for a metric',
  description:
    "Recommends alarms for a metric: documented ones with a number, or one computed from the metric's last 14 days; anomaly detection for a metric with a season.",
  input: analysisInput,
  output: z.object({ recommendations: z.array(alarmRecommendation), message: z.string() }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:GetMetricData'],
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(getRecommendedMetricAlarms)
export class GetRecommendedMetricAlarmsTool {
  constructor(
    private readonly store: MetricMetadataStore,
    private readonly history: MetricHistoryService,
  ) {}

  async execute(input: AnalysisInput, call: ToolCall): Promise<z.input<typeof getRecommendedMetricAlarms.output>> {
    const metric = analysedMetric(input);
    const read = (parts: readonly HistoryPart[]) => this.history.read(metric, parts, targetOf(input), call.signal);
    const metadata = await this.store.find(metric.namespace, metric.metricName);
    const alarms = matchingAlarms(metadata?.alarms ?? [], metric.dimensions);
    const recommendations =
      alarms.length > 0 ? await documented(alarms, metric, metadata, read) : await fromSeason(metric, read);
    return { recommendations, message: messageFor(metric, alarms.length, recommendations.length) };
  }
}

type Read = (parts: readonly HistoryPart[]) => ReturnType<MetricHistoryService['read']>;

async function documented(
  alarms: readonly DocumentedAlarm[],
  { dimensions }: AnalysedMetric,
  metadata: MetricMetadata | undefined,
  read: Read,
): Promise<AlarmRecommendation[]> {
  const parts = distinct(alarms.filter(({ threshold }) => threshold.staticValue === null).map(partOf));
  const history = parts.length === 0 ? [] : (await read(parts)).parts;
  return alarms.map((alarm) => {
    const points = history[parts.findIndex((part) => isSame(part, partOf(alarm)))];
    const computed =
      points === undefined
        ? undefined
        : computedThreshold(
            points.map(({ value }) => value),
            alarm,
            metadata?.unit,
          );
    return documentedRecommendation(alarm, dimensions, computed);
  });
}

async function fromSeason(metric: AnalysedMetric, read: Read): Promise<AlarmRecommendation[]> {
  const { parts } = await read([{ statistic: metric.statistic, periodSeconds: 60 }]);
  const { seasonality_seconds: seconds, seasonality_strength: strength } = analyzePoints(parts[0] ?? []);
  return seconds === 0 ? [] : [anomalyRecommendation(metric, { seconds, strength })];
}

function partOf({ statistic, period }: DocumentedAlarm): HistoryPart {
  return { statistic, periodSeconds: period };
}

function isSame(a: HistoryPart, b: HistoryPart): boolean {
  return a.statistic === b.statistic && a.periodSeconds === b.periodSeconds;
}

function distinct(parts: readonly HistoryPart[]): readonly HistoryPart[] {
  return parts.filter((part, index) => parts.findIndex((other) => isSame(part, other)) === index).slice(0, MAX_PARTS);
}

function messageFor({ namespace, metricName }: AnalysedMetric, documentedCount: number, count: number): string {
  if (documentedCount > 0) return `Found ${count} matching alarm recommendations`;
  if (count > 0)
    return `Generated ${count} alarm recommendation(s) for ${namespace}/${metricName} based on metric analysis`;
  return `No alarm recommendations available for ${namespace}/${metricName} with the provided dimensions`;
}
