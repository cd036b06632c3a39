import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { type CompletionRequest, type Completions, completionsOf, ProvidesCompletion } from '../../mcp/completion.js';
import type { CallContext } from '../../principal.js';
import { MetricMetadataStore } from '../metadata/metric-metadata.store.js';
import { namespaceText } from '../metric-fields.js';

/** Names of metrics of a namespace: those AWS documents, and those found among its first five hundred. */
@ProvidesCompletion({ kind: 'metric', toolset: 'metrics' })
export class MetricNameCompletion {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly metadata: MetricMetadataStore,
  ) {}

  async complete({ value, account, region, given }: CompletionRequest, { signal }: CallContext): Promise<Completions> {
    const { namespace = '' } = given;
    if (!namespaceText.safeParse(namespace).success) return completionsOf([], value);
    const client = await this.credentials.client(CloudWatchClient, { account, region });
    const page = await client.send(new ListMetricsCommand({ Namespace: namespace }), { abortSignal: signal });
    const own = (page.Metrics ?? []).map(({ MetricName: name = '' }) => name);
    return completionsOf([...own, ...(await this.metadata.metricsOf(namespace))], value, page.NextToken !== undefined);
  }
}
