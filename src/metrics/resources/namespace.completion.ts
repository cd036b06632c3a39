import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { type CompletionRequest, type Completions, completionsOf, ProvidesCompletion } from '../../mcp/completion.js';
import type { CallContext } from '../../principal.js';
import { MetricMetadataStore } from '../metadata/metric-metadata.store.js';

/** Namespaces of metrics: those of AWS's services, and those found among the account's first five hundred metrics. */
@ProvidesCompletion({ kind: 'namespace', toolset: 'metrics' })
export class NamespaceCompletion {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly metadata: MetricMetadataStore,
  ) {}

  async complete({ value, account, region }: CompletionRequest, { signal }: CallContext): Promise<Completions> {
    const client = await this.credentials.client(CloudWatchClient, { account, region });
    const page = await client.send(new ListMetricsCommand({}), { abortSignal: signal });
    const own = (page.Metrics ?? []).map(({ Namespace: namespace = '' }) => namespace);
    return completionsOf([...own, ...(await this.metadata.namespaces())], value, page.NextToken !== undefined);
  }
}
