import { z } from 'zod';
import { targetInput } from '../../cloudwatch/target-input.js';
import { linkedAccountId, metricDimensions } from '../metric-data-input.js';
import { metricNameText, namespaceText } from '../metric-fields.js';
import { apiStatistic, STATISTICS } from '../metric-statistic.js';

/** The arguments of the tools that look at one metric of the last two weeks. */
export const analysisInput = z.strictObject({
  namespace: namespaceText.describe('E.g. AWS/EC2.'),
  metric_name: metricNameText.describe('E.g. CPUUtilization.'),
  dimensions: metricDimensions.nullish().describe('All dimensions of the metric.'),
  statistic: z
    .enum(STATISTICS)
    .nullish()
    .describe('Sum for counts, SampleCount for events, else Average. Default AVG.'),
  account_id: linkedAccountId.nullish(),
  ...targetInput,
});

export type AnalysisInput = z.output<typeof analysisInput>;

/** The metric and statistic a call is about. */
export function analysedMetric(input: AnalysisInput): AnalysedMetric {
  return {
    namespace: input.namespace,
    metricName: input.metric_name,
    dimensions: input.dimensions ?? [],
    statistic: apiStatistic(input.statistic ?? 'AVG'),
    ...(input.account_id != null && { accountId: input.account_id }),
  };
}

export interface AnalysedMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  /** As the metrics API names it. */
  readonly statistic: string;
  /** The linked account in which it is; absent for the one the call goes to. */
  readonly accountId?: string;
}
