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

/**
 * SECURITY: a caller's call stays in the caller's own account. Skipped where the account is not known (a local profile);
 * AWS then decides with the caller's own rights.
 * @throws ServiceError `target_not_allowed`
 */
export function checkAccounts(field: string, accounts: readonly string[], owner: { readonly account: string }): void {
  if (!/^\d{12}$/.test(owner.account)) return;
  if (accounts.every((account) => account === owner.account)) return;
  throw new ServiceError(
    'target_not_allowed',
    `${field}: names another AWS account than yours (${owner.account}); use resources of your own account`,
  );
}
