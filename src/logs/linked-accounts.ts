import { type AccountReach, checkAccounts, isKnownAccount } from '../cloudwatch/arn.js';
import { InvalidInput, ServiceError } from '../errors.js';

export interface LinkedAccountsInput {
  readonly account_identifiers?: readonly string[] | null;
  readonly include_linked_accounts?: boolean | null;
}

/** What one DescribeLogGroups takes. */
const MAX_ACCOUNTS = 20;

/**
 * The accounts to list (cross-account observability), undefined for just the one the call goes to.
 * SECURITY: "all linked accounts" means all that the operator listed, so AWS is always told which.
 * @throws ServiceError `target_not_allowed` when none is listed or another is named, InvalidInput for contradictions
 */
export function linkedAccountsOf(input: LinkedAccountsInput, reach: AccountReach): readonly string[] | undefined {
  const named = input.account_identifiers ?? [];
  if (input.include_linked_accounts !== true) {
    if (named.length === 0) return undefined;
    throw new InvalidInput('account_identifiers', 'works only together with include_linked_accounts: true');
  }
  checkAccounts('account_identifiers', named, reach);
  if (named.length > 0) return named;
  if (!isKnownAccount(reach)) return undefined;
  if (reach.linkedAccounts.length === 0) {
    throw new ServiceError(
      'target_not_allowed',
      'include_linked_accounts: no linked account is open to you here; ask whoever runs this server to list it in ACCESS_FILE (linkedAccounts), or leave include_linked_accounts out.',
      { denied: 'account' },
    );
  }
  const all = [reach.account, ...reach.linkedAccounts];
  if (all.length <= MAX_ACCOUNTS) return all;
  throw new InvalidInput(
    'account_identifiers',
    `name up to ${MAX_ACCOUNTS} of the linked accounts list_accounts shows`,
  );
}
