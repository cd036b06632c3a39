import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { type CompletionRequest, type Completions, completionsOf, ProvidesCompletion } from '../../mcp/completion.js';
import type { CallContext } from '../../principal.js';
import { logGroupName } from '../log-group.js';
import { allowedPrefix, isAllowedLogGroup } from '../log-group-access.js';

const PAGE_SIZE = 50;

/** Names of log groups by their beginning, letter case included, as CloudWatch Logs looks them up. */
@ProvidesCompletion({ kind: 'log-group', toolset: 'logs' })
export class LogGroupNameCompletion {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async complete({ value, account, region }: CompletionRequest, { signal }: CallContext): Promise<Completions> {
    const { allowedLogGroups } = this.config.tools;
    const prefix = allowedPrefix(value, allowedLogGroups);
    if (prefix === undefined || (prefix !== '' && !logGroupName.safeParse(prefix).success))
      return completionsOf([], value);
    const client = await this.credentials.client(CloudWatchLogsClient, { account, region });
    const page = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix === '' ? undefined : prefix, limit: PAGE_SIZE }),
      { abortSignal: signal },
    );
    const names = (page.logGroups ?? []).map((group) => group.logGroupName ?? '');
    const open = names.filter((name) => isAllowedLogGroup(name, allowedLogGroups));
    return completionsOf(open, value, page.nextToken !== undefined);
  }
}
