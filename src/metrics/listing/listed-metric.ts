import type { ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';

/** A metric as list_metrics answers it. */
export const listedMetric = z.object({
  namespace: z.string(),
  metric_name: z.string(),
  dimensions: z.array(z.object({ name: z.string(), value: z.string() })).describe('As get_metric_data takes them.'),
  account_id: z.string().optional().describe('Where it is, when AWS says.'),
});

/** The metrics of one page, each with the account AWS names at the same place. */
export function toListedMetrics({
  Metrics: metrics = [],
  OwningAccounts: accounts = [],
}: ListMetricsOutput): z.output<typeof listedMetric>[] {
  return metrics.map(({ Namespace = '', MetricName = '', Dimensions = [] }, index) => ({
    namespace: Namespace,
    metric_name: MetricName,
    dimensions: Dimensions.map(({ Name = '', Value = '' }) => ({ name: Name, value: Value })),
    ...(accounts[index] !== undefined && { account_id: accounts[index] }),
  }));
}
