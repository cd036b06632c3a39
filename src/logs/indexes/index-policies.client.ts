import {
  type AccountPolicy,
  type CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  DescribeFieldIndexesCommand,
  DescribeIndexPoliciesCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { collect, pages } from '../../cloudwatch/pages.js';
import { fieldsOfIndexes, fieldsOfPolicies, type IndexedFields } from './index-policies.js';

const MOST = 10_000;

/** What is indexed in a log group: by its own policy or the account's that holds for it, and by AWS itself. */
export async function indexedFields(
  client: CloudWatchLogsClient,
  logGroup: string,
  signal: AbortSignal,
): Promise<IndexedFields> {
  const input = { logGroupIdentifiers: [logGroup] };
  const options = { abortSignal: signal };
  const policies = pages((nextToken) =>
    client.send(new DescribeIndexPoliciesCommand({ ...input, nextToken }), options),
  );
  const indexes = pages((nextToken) =>
    client.send(
      new DescribeFieldIndexesCommand({ ...input, indexCategories: ['DEFAULT', 'AUTO'], nextToken }),
      options,
    ),
  );
  const [ofPolicies, ofAws] = await Promise.all([
    collect(policies, (page) => page.indexPolicies, MOST),
    collect(indexes, (page) => page.fieldIndexes, MOST),
  ]);
  return new Map([...fieldsOfIndexes(ofAws.items), ...fieldsOfPolicies(ofPolicies.items)]);
}

/** All index policies of the account. */
export async function policiesOfAccount(
  client: CloudWatchLogsClient,
  signal: AbortSignal,
): Promise<readonly AccountPolicy[]> {
  const listing = pages((nextToken) =>
    client.send(new DescribeAccountPoliciesCommand({ policyType: 'FIELD_INDEX_POLICY', nextToken }), {
      abortSignal: signal,
    }),
  );
  return (await collect(listing, (page) => page.accountPolicies, MOST)).items;
}
