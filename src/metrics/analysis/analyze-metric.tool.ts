import { z } from 'zod';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { targetOf } from '../../cloudwatch/target-input.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { analyzePoints, metricAnalysis } from './metric-analysis.js';
import { HISTORY_DAYS, MetricHistoryService } from './metric-history.service.js';
import { analysedMetric, type AnalysisInput, analysisInput } from './metric-input.js';

export const analyzeMetric = defineTool({
  name: 'analyze_metric',
  title: 'Analyze a metric',
  description: 'Finds season, trend, statistics and data quality of a metric from its last 14 days, minute by minute.',
  input: analysisInput,
  output: metricAnalysis.extend({
    metric_info: z.object({
      namespace: z.string(),
      metric_name: z.string(),
      statistic: z.string(),
      dimensions: z.array(z.object({ name: z.string(), value: z.string() })),
      account_id: z.string().optional(),
      analysis_period_minutes: z.int(),
      time_range: z.object({ start: z.string(), end: z.string() }),
    }),
  }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:GetMetricData'],
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(analyzeMetric)
export class AnalyzeMetricTool {
  constructor(private readonly history: MetricHistoryService) {}

  async execute(input: AnalysisInput, call: ToolCall): Promise<z.input<typeof analyzeMetric.output>> {
    const metric = analysedMetric(input);
    const part = { statistic: metric.statistic, periodSeconds: 60 };
    const { range, parts } = await this.history.read(metric, [part], targetOf(input), call.signal);
    return {
      ...analyzePoints(parts[0] ?? []),
      metric_info: {
        namespace: metric.namespace,
        metric_name: metric.metricName,
        statistic: metric.statistic,
        dimensions: [...metric.dimensions],
        ...(metric.accountId !== undefined && { account_id: metric.accountId }),
        analysis_period_minutes: HISTORY_DAYS * 24 * 60,
        time_range: { start: isoTime(range.start), end: isoTime(range.end) },
      },
    };
  }
}
