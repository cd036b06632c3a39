import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { withinBudget } from '../../cloudwatch/result-budget.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { ProvidesResource, type ResourceDefinition, type ResourcePlace } from '../../mcp/resource.js';
import type { CallContext } from '../../principal.js';
import { toListedMetrics } from '../listing/listed-metric.js';
import { MetricMetadataStore } from '../metadata/metric-metadata.store.js';
import { metricNameText, namespaceText } from '../metric-fields.js';

export const metricResource: ResourceDefinition = {
  kind: 'metrics',
  variables: [
    { name: 'namespace', completes: 'namespace' },
    { name: 'metric', completes: 'metric' },
  ],
  title: 'Metric',
  description: 'What a metric means and the dimensions it is reported with.',
  toolset: 'metrics',
};

/** A metric by its namespace and name. None are offered unasked: accounts have thousands. */
@ProvidesResource(metricResource)
export class MetricResource {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly metadata: MetricMetadataStore,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async read(
    place: ResourcePlace,
    [namespace = '', name = '']: readonly string[],
    { signal }: CallContext,
  ): Promise<object | undefined> {
    if (!namespaceText.safeParse(namespace).success || !metricNameText.safeParse(name).success) return undefined;
    const client = await this.credentials.client(CloudWatchClient, place);
    const page = await client.send(new ListMetricsCommand({ Namespace: namespace, MetricName: name }), {
      abortSignal: signal,
    });
    const known = await this.metadata.find(namespace, name);
    const listed = toListedMetrics(page).map(({ dimensions }) => dimensions);
    if (listed.length === 0 && known === undefined) return undefined;
    const { items, truncated } = withinBudget(
      { items: listed, truncated: page.NextToken !== undefined },
      this.config.tools.resultBudgetBytes,
    );
    return {
      namespace,
      metric_name: name,
      description: known?.description ?? null,
      unit: known?.unit ?? null,
      dimension_sets: items,
      truncated,
    };
  }
}
