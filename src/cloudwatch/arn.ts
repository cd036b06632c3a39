import { InvalidInput, ServiceError } from '../errors.js';

/** An Amazon Resource Name in its parts (AWS General Reference). */
export interface Arn {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12}|):(.+)$/;

/** The parts of an ARN; undefined for any other text. */
export function parseArn(text: string): Arn | undefined {
  const match = ARN.exec(text);
  if (match === null) return undefined;
  const [, service = '', region = '', account = '', resource = ''] = match;
  return { service, region, account, resource };
}

/**
 * The region a call must go to so that it reaches these resources: theirs.
 * @throws InvalidInput when they lie in several regions, or the call names another one
 */
export function regionOfArns(
  field: string,
  arns: readonly Arn[],
  region: string | null | undefined,
): string | undefined {
  const regions = [...new Set(arns.map((arn) => arn.region))];
  if (regions.length > 1)
    throw new InvalidInput(field, `names resources in several Regions (${regions.join(', ')}); use one call for each`);
  const [own] = regions;
  if (own !== undefined && region != null && region !== own) {
    throw new InvalidInput('region', `does not agree with ${field}, which lies in ${own}; leave region out`);
  }
  return own ?? region ?? undefined;
}

/** The account a call goes to, and the accounts linked to it whose data the caller may name. */
export interface AccountReach {
  readonly account: string;
  readonly linkedAccounts: readonly string[];
}

/** Where the account is not known (a local profile), AWS decides with the caller's own rights. */
export function isKnownAccount({ account }: Pick<AccountReach, 'account'>): boolean {
  return /^\d{12}$/.test(account);
}

/**
 * SECURITY: what a call names lies in the account it goes to, or in one linked to it that the operator listed.
 * @throws ServiceError `target_not_allowed`
 */
export function checkAccounts(field: string, accounts: readonly string[], reach: AccountReach): void {
  if (!isKnownAccount(reach)) return;
  if (accounts.every((account) => account === reach.account || reach.linkedAccounts.includes(account))) return;
  throw new ServiceError(
    'target_not_allowed',
    `${field}: names another AWS account than the one this call goes to (${reach.account}). If it is one of yours, choose it by account; list_accounts shows yours and what is linked to them.`,
    { denied: 'account' },
  );
}
