import {
  CloudWatchLogsClient,
  DescribeQueryDefinitionsCommand,
  type DescribeQueryDefinitionsResponse,
  type QueryDefinition,
} from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { defaultPlace } from '../../cloudwatch/default-place.js';
import { collect, pages } from '../../cloudwatch/pages.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import {
  type ListedResource,
  MAX_LISTED,
  ProvidesResource,
  type ResourceDefinition,
  type ResourcePlace,
} from '../../mcp/resource.js';
import type { CallContext } from '../../principal.js';
import { nameOfLogGroup } from '../log-group.js';
import { isAllowedLogGroup } from '../log-group-access.js';

/** AWS keeps at most a thousand in a region. */
const MAX_QUERIES = 1_000;

export const savedQueryResource: ResourceDefinition = {
  kind: 'saved-queries',
  variables: [{ name: 'id' }],
  title: 'Saved query',
  description: 'A saved Logs Insights query and the log groups it is for.',
  toolset: 'logs',
};

/** A saved query by its id; the first ones are offered unasked. */
@ProvidesResource(savedQueryResource)
export class SavedQueryResource {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async read(place: ResourcePlace, [id = '']: readonly string[], call: CallContext): Promise<object | undefined> {
    const found = (await this.definitions(place, call)).find(({ queryDefinitionId }) => queryDefinitionId === id);
    return (
      found && {
        id,
        name: found.name ?? '',
        query_string: found.queryString ?? '',
        log_group_names: this.openGroups(found),
      }
    );
  }

  async list(call: CallContext): Promise<readonly ListedResource[]> {
    const place = defaultPlace(this.credentials.accounts());
    return (await this.definitions(place, call)).slice(0, MAX_LISTED).map(({ queryDefinitionId: id = '', name }) => ({
      place,
      values: [id],
      title: `Saved query ${name ?? id}`,
    }));
  }

  private async definitions(place: ResourcePlace, { signal }: CallContext): Promise<readonly QueryDefinition[]> {
    const client = await this.credentials.client(CloudWatchLogsClient, place);
    const listing = pages<DescribeQueryDefinitionsResponse>((nextToken) =>
      client.send(new DescribeQueryDefinitionsCommand({ nextToken }), { abortSignal: signal }),
    );
    const { items } = await collect(listing, (page) => page.queryDefinitions, MAX_QUERIES);
    return items.filter((query) => (query.logGroupNames ?? []).length === 0 || this.openGroups(query).length > 0);
  }

  private openGroups({ logGroupNames = [] }: QueryDefinition): readonly string[] {
    return logGroupNames.filter((name) => isAllowedLogGroup(nameOfLogGroup(name), this.config.tools.allowedLogGroups));
  }
}
