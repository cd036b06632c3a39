import type {
  DescribeAccountPoliciesCommandInput,
  DescribeAccountPoliciesCommandOutput,
  DescribeFieldIndexesCommandInput,
  DescribeFieldIndexesCommandOutput,
  DescribeIndexPoliciesCommandInput,
  DescribeIndexPoliciesCommandOutput,
  FieldIndex,
  IndexCategory,
} from '@aws-sdk/client-cloudwatch-logs';
import type { OperationContext } from '../../operation.js';
import { DEFAULT_INDEXES, effectivePolicy } from '../field-indexing.js';
import type { LogGroup } from '../log-group.js';
import type { LogsStore } from '../logs-store.js';
import { invalidParameter, pageOf, required } from './input-checks.js';
import { existingGroup, logGroupArn, resourceOf } from './log-group-reference.js';

type Output<T> = Omit<T, '$metadata'>;

/** Few, so that whoever reads the first page only misses something. */
const POLICIES_A_PAGE = 2;
const INDEXES_A_PAGE = 100;
const USUAL_CATEGORIES: readonly IndexCategory[] = ['DEFAULT', 'CUSTOM', 'INACTIVE'];

interface GroupsInput {
  readonly logGroupIdentifiers: readonly string[] | undefined;
}

/** What IAM is asked about: each of the groups. */
export function indexResources({ logGroupIdentifiers }: GroupsInput, context: OperationContext): string[] {
  return (logGroupIdentifiers ?? []).map((identifier) => resourceOf(identifier, context));
}

/** The field index policies of the account; other kinds of policies it has none of. */
export function describeAccountPolicies(
  input: DescribeAccountPoliciesCommandInput,
  store: LogsStore,
  { accountId }: OperationContext,
): Output<DescribeAccountPoliciesCommandOutput> {
  const { accountPolicies, changedAt } = store.indexing;
  const policies = required('policyType', input.policyType) === 'FIELD_INDEX_POLICY' ? accountPolicies : [];
  const named = policies.filter(({ policyName }) => input.policyName === undefined || policyName === input.policyName);
  const page = pageOf(named, POLICIES_A_PAGE, input.nextToken);
  return {
    accountPolicies: page.items.map(({ policyName, prefix, fields }) => ({
      policyName,
      policyDocument: documentOf(fields),
      policyType: 'FIELD_INDEX_POLICY',
      scope: 'ALL',
      ...(prefix === undefined ? {} : { selectionCriteria: `LogGroupNamePrefix = "${prefix}"` }),
      lastUpdatedTime: changedAt,
      accountId,
    })),
    nextToken: page.nextToken,
  };
}

/** The policy that holds for each group. */
export function describeIndexPolicies(
  input: DescribeIndexPoliciesCommandInput,
  store: LogsStore,
  context: OperationContext,
): Output<DescribeIndexPoliciesCommandOutput> {
  const policies = groupsOf(input, store, context).flatMap(({ name }) => {
    const policy = effectivePolicy(store.indexing, name);
    if (!policy) return [];
    return {
      logGroupIdentifier: logGroupArn(name, context),
      lastUpdateTime: store.indexing.changedAt,
      policyDocument: documentOf(policy.fields),
      source: policy.source,
      ...(policy.policyName === undefined ? {} : { policyName: policy.policyName }),
    };
  });
  const page = pageOf(policies, POLICIES_A_PAGE, input.nextToken);
  return { indexPolicies: [...page.items], nextToken: page.nextToken };
}

/** What is indexed in each group, and for which reason. */
export function describeFieldIndexes(
  input: DescribeFieldIndexesCommandInput,
  store: LogsStore,
  context: OperationContext,
): Output<DescribeFieldIndexesCommandOutput> {
  const wanted = input.indexCategories?.length ? input.indexCategories : USUAL_CATEGORIES;
  const indexes = groupsOf(input, store, context).flatMap(({ name }) => indexesOf(name, store, context));
  const page = pageOf(
    indexes.filter(({ indexCategory = 'CUSTOM' }) => wanted.includes(indexCategory)),
    INDEXES_A_PAGE,
    input.nextToken,
  );
  return { fieldIndexes: [...page.items], nextToken: page.nextToken };
}

function indexesOf(name: string, { indexing }: LogsStore, context: OperationContext): FieldIndex[] {
  const categories: readonly (readonly [IndexCategory, readonly string[]])[] = [
    ['DEFAULT', DEFAULT_INDEXES],
    ['CUSTOM', effectivePolicy(indexing, name)?.fields ?? []],
    ['AUTO', indexing.automatic[name] ?? []],
  ];
  return categories.flatMap(([indexCategory, fields]) =>
    fields.map((fieldIndexName) => ({
      logGroupIdentifier: logGroupArn(name, context),
      fieldIndexName,
      indexCategory,
      type: 'FIELD_INDEX' as const,
      lastScanTime: context.now.getTime(),
      firstEventTime: indexing.changedAt,
      lastEventTime: context.now.getTime(),
    })),
  );
}

/** @throws AwsFault for no group, a group that does not exist, and one of a class without indexes */
function groupsOf({ logGroupIdentifiers }: GroupsInput, store: LogsStore, context: OperationContext): LogGroup[] {
  const identifiers = required('logGroupIdentifiers', logGroupIdentifiers);
  if (identifiers.length === 0) throw invalidParameter('At least one log group must be given.');
  return identifiers
    .map((identifier) => existingGroup(identifier, store, context))
    .filter(({ settings }) => settings.logGroupClass === 'STANDARD');
}

function documentOf(fields: readonly string[]): string {
  return JSON.stringify({ Fields: fields });
}
