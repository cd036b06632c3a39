import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { CredentialsService } from '../credentials/credentials.service.js';
import { hasEnded } from './query-pages.client.js';
import type { LeftQuery } from './running-queries.service.js';

/** Asks AWS, with the caller's own rights, whether a query they left running has ended. */
export function lookAtLeftQuery(
  credentials: Pick<CredentialsService, 'accounts' | 'client'>,
  signal: AbortSignal,
): (query: LeftQuery) => Promise<boolean> {
  return async ({ queryId, account, region }) => {
    const alias = credentials.accounts().find(({ id }) => id === account)?.alias;
    const client = await credentials.client(CloudWatchLogsClient, { account: alias, region });
    return hasEnded(client, queryId, signal);
  };
}
