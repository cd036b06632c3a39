import { z } from 'zod';
import { defineTool, ProvidesTool, READ_ONLY } from '../../mcp/tool.js';
import { closeNames } from './close-names.js';
import type { MetricMetadata } from './metric-metadata.js';
import { MetricMetadataStore } from './metric-metadata.store.js';

const name = z.string().min(1, 'must not be empty').max(255, 'must not be longer than 255 characters');

export const getMetricMetadata = defineTool({
  name: 'get_metric_metadata',
  title: 'Explain a metric',
  description:
    'Says what a metric of an AWS service means, its unit, statistics and dimensions, without asking AWS. Does not know custom metrics.',
  input: z.strictObject({
    namespace: name.describe('E.g. AWS/EC2.'),
    metric_name: name.describe('E.g. CPUUtilization.'),
  }),
  output: z.strictObject({
    found: z.boolean(),
    description: z.string().describe('"" when not known.'),
    recommendedStatistics: z.string().describe('Separated by commas; "" when not known.'),
    unit: z.string().describe('"" when not known.'),
    default_statistic: z.string().nullable(),
    dimension_sets: z.array(z.array(z.string())).describe('The metric is published once for each set of dimensions.'),
    recommended_alarms: z.int().describe('How many get_recommended_metric_alarms chooses from.'),
    close_namespaces: z.array(z.string()),
    close_metric_names: z.array(z.string()),
  }),
  toolset: 'metrics',
  iamActions: [],
  annotations: READ_ONLY,
  slow: false,
});

type Input = z.output<typeof getMetricMetadata.input>;
type Output = z.input<typeof getMetricMetadata.output>;

@ProvidesTool(getMetricMetadata)
export class GetMetricMetadataTool {
  constructor(private readonly store: MetricMetadataStore) {}

  async execute({ namespace, metric_name: metricName }: Input): Promise<Output> {
    const metadata = await this.store.find(namespace, metricName);
    if (metadata !== undefined)
      return { found: true, ...known(metadata), close_namespaces: [], close_metric_names: [] };
    const metrics = await this.store.metricsOf(namespace);
    const namespaces = metrics.length > 0 ? [] : closeNames(namespace, await this.store.namespaces());
    return {
      found: false,
      ...known({}),
      close_namespaces: [...namespaces],
      close_metric_names: [...closeNames(metricName, metrics)],
    };
  }
}

function known(metadata: Partial<MetricMetadata>): Omit<Output, 'found' | 'close_namespaces' | 'close_metric_names'> {
  return {
    description: metadata.description ?? '',
    recommendedStatistics: (metadata.recommendedStatistics ?? []).join(', '),
    unit: metadata.unit ?? '',
    default_statistic: metadata.defaultStatistic ?? null,
    dimension_sets: (metadata.dimensionSets ?? []).map((set) => [...set]),
    recommended_alarms: metadata.alarms?.length ?? 0,
  };
}
