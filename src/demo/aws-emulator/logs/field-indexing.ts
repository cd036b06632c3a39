/** A field index policy of an account: for the groups whose names begin with the prefix, or for all. */
export interface AccountIndexPolicy {
  readonly policyName: string;
  readonly prefix?: string;
  readonly fields: readonly string[];
}

/** What an account indexes. */
export interface FieldIndexing {
  readonly accountPolicies: readonly AccountIndexPolicy[];
  /** By log group name; such a policy replaces the account's. */
  readonly groupPolicies: Readonly<Record<string, readonly string[]>>;
  /** Fields that are indexed because they are queried often, by log group name. */
  readonly automatic: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds since the epoch of the last change of any of them. */
  readonly changedAt: number;
}

/** Indexed in every group of the class STANDARD. */
export const DEFAULT_INDEXES = ['@logStream', '@aws.region', '@aws.account', '@source.log', 'traceId'];

/** The policy that holds for a group: its own, else the account's. */
export function effectivePolicy(
  { groupPolicies, accountPolicies }: FieldIndexing,
  group: string,
):
  | { readonly source: 'LOG_GROUP' | 'ACCOUNT'; readonly policyName?: string; readonly fields: readonly string[] }
  | undefined {
  const own = groupPolicies[group];
  if (own) return { source: 'LOG_GROUP', fields: own };
  const ofAccount = accountPolicies.find(({ prefix = '' }) => group.startsWith(prefix));
  return ofAccount && { source: 'ACCOUNT', policyName: ofAccount.policyName, fields: ofAccount.fields };
}
