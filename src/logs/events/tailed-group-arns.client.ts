import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isKnownAccount } from '../../cloudwatch/arn.js';
import type { AwsOwner } from '../../credentials/credentials.service.js';
import { ServiceError } from '../../errors.js';
import { withoutWildcard } from '../log-group.js';
import { arnOfLogGroup } from './log-group-arn.js';

/**
 * The ARNs of log groups that are named by ARN or name, each once; AWS is asked only where the account is not known.
 * @throws ServiceError `aws_not_found` for a name AWS does not list
 */
export async function arnsOfLogGroups(
  client: CloudWatchLogsClient,
  identifiers: readonly string[],
  owner: Pick<AwsOwner, 'account' | 'region' | 'linkedAccounts'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const arns: string[] = [];
  for (const identifier of new Set(identifiers.map(withoutWildcard))) {
    if (identifier.startsWith('arn:')) arns.push(identifier);
    else if (isKnownAccount(owner)) arns.push(arnOfLogGroup(identifier, owner.region, owner.account));
    else arns.push(await listedArn(client, identifier, signal));
  }
  return [...new Set(arns)];
}

/** AWS lists names in order, so the one that is no longer than the prefix comes first. */
async function listedArn(client: CloudWatchLogsClient, name: string, signal: AbortSignal): Promise<string> {
  const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 1 });
  const { logGroups: [group] = [] } = await client.send(command, { abortSignal: signal });
  const arn = group?.logGroupArn ?? group?.arn;
  if (group?.logGroupName === name && arn !== undefined) return withoutWildcard(arn);
  throw new ServiceError(
    'aws_not_found',
    'log_groups: no such log group in this account and region; find its name with describe_log_groups',
  );
}
