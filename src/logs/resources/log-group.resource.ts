import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { consoleLink } from '../../cloudwatch/console-link.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { ProvidesResource, type ResourceDefinition, type ResourcePlace } from '../../mcp/resource.js';
import type { CallContext } from '../../principal.js';
import { logGroupName } from '../log-group.js';
import { isAllowedLogGroup } from '../log-group-access.js';
import { toLogGroupMetadata } from '../log-group-metadata.js';

export const logGroupResource: ResourceDefinition = {
  kind: 'log-groups',
  variables: [{ name: 'name', completes: 'log-group' }],
  title: 'Log group',
  description: 'Size, retention and class of a log group.',
  toolset: 'logs',
};

/** A log group by its name. None are offered unasked: accounts have thousands. */
@ProvidesResource(logGroupResource)
export class LogGroupResource {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async read(
    place: ResourcePlace,
    [name = '']: readonly string[],
    { signal }: CallContext,
  ): Promise<object | undefined> {
    if (!logGroupName.safeParse(name).success || !isAllowedLogGroup(name, this.config.tools.allowedLogGroups)) {
      return undefined;
    }
    const client = await this.credentials.client(CloudWatchLogsClient, place);
    // Listed by name, and no name that begins with another comes before it.
    const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 1 });
    const { logGroups: [found] = [] } = await client.send(command, { abortSignal: signal });
    if (found?.logGroupName !== name) return undefined;
    return { ...toLogGroupMetadata(found), console_url: consoleLink(place.region, { kind: 'log-group', name }) };
  }
}
