import { InvalidInput, ServiceError } from '../errors.js';
import type { AccountAccess, CallerAccess } from './access.js';

/** The arguments by which a tool call names where it goes; null counts as absent. */
export interface TargetInput {
  readonly region?: string | null;
  readonly account?: string | null;
  /** The older name of `account`; without authentication both name a local AWS profile. */
  readonly profile_name?: string | null;
}

/** Where a call goes, after every check. */
export interface AwsTarget {
  readonly account: AccountAccess;
  readonly region: string;
}

const EXAMPLES = 3;
const PROFILE_NAME = /^[\w.@+=:/-]{1,128}$/;

/**
 * The target a call names, or the caller's default.
 * SECURITY: only exact members of the caller's own accounts and of an account's regions pass; a region becomes part of
 * a host name. An account of others is refused as one that does not exist is.
 * @throws ServiceError `target_not_allowed` for an account or region outside them, InvalidInput for contradicting names
 */
export function awsTarget(input: TargetInput, access: CallerAccess): AwsTarget {
  const account = namedAccount(input, access);
  return { account, region: allowedRegion(input.region ?? account.defaultRegion, account) };
}

function namedAccount(input: TargetInput, access: CallerAccess): AccountAccess {
  const [standard] = access;
  const [field, name] = accountArgument(input);
  if (name === undefined) return standard;
  if (standard.plan.kind === 'local-profile') {
    return { ...standard, alias: name, plan: { kind: 'local-profile', profile: checkedProfile(field, name) } };
  }
  const found = access.find(({ alias }) => alias === name);
  if (found !== undefined) return found;
  throw new ServiceError(
    'target_not_allowed',
    `${field}: not one of your accounts. list_accounts shows them; leave ${field} out for ${standard.alias}.`,
    { denied: 'account' },
  );
}

function accountArgument({ account, profile_name: profile }: TargetInput): readonly [field: string, name?: string] {
  if (account != null && profile != null && account !== profile) {
    throw new InvalidInput(
      'profile_name',
      'is the older name of account and does not agree with it; give account only',
    );
  }
  return account == null ? ['profile_name', profile ?? undefined] : ['account', account];
}

function checkedProfile(field: string, name: string): string {
  if (PROFILE_NAME.test(name)) return name;
  throw new InvalidInput(field, 'must be the name of a profile in the local AWS configuration, e.g. dev');
}

function allowedRegion(region: string, { regions, defaultRegion }: AccountAccess): string {
  if (regions.includes(region)) return region;
  const others = regions.filter((allowed) => allowed !== defaultRegion);
  const examples = [defaultRegion, ...others].slice(0, EXAMPLES).join(', ');
  const more = regions.length > EXAMPLES ? ' and others' : '';
  throw new ServiceError(
    'target_not_allowed',
    `region: not a region you may use in this account. It offers ${examples}${more}; leave region out for ${defaultRegion}.`,
  );
}
