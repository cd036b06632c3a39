import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';

/** The claim by which a token selects a role. */
export const ROLE_CLAIM = 'custom:role_arn';

/** What the configuration says of roles. */
export interface RoleRules {
  /** AWS_CLOUDWATCH_ROLE_ARN. */
  readonly roleArn?: string;
  /** AWS_ALLOWED_ROLE_ARNS. */
  readonly allowedRoleArns: readonly string[];
}

/**
 * The one role a principal may use: the listed role its verified JWT names, else the role of everybody; undefined when
 * there is neither.
 * SECURITY: the claim only selects among listed roles, since some providers let users write such attributes, and a
 * claim that selects nothing never falls back to another role.
 * @throws ServiceError `no_role` when the token names a role that is not listed
 */
export function roleFor(principal: Principal, rules: RoleRules): string | undefined {
  const claimed = principal.method === 'jwt' ? principal.claims[ROLE_CLAIM] : undefined;
  if (claimed === undefined) return rules.roleArn;
  if (typeof claimed === 'string' && rules.allowedRoleArns.includes(claimed)) return claimed;
  throw new ServiceError(
    'no_role',
    `The role in your token's claim ${ROLE_CLAIM} is not one this server may use; ask whoever runs this server to allow it, or whoever manages your account at the identity provider to correct the claim.`,
    { detail: `claim ${ROLE_CLAIM} names ${shown(claimed)}, which AWS_ALLOWED_ROLE_ARNS does not list` },
  );
}

/** The refusal of a caller to whom no role is mapped. */
export function noRole(): ServiceError {
  return new ServiceError(
    'no_role',
    'No AWS role is mapped to you; ask whoever runs this server to give you one, by AWS_CLOUDWATCH_ROLE_ARN for everybody or by a role in your token.',
    { detail: `AWS_CLOUDWATCH_ROLE_ARN is not set and the credential carries no ${ROLE_CLAIM}` },
  );
}

/** The twelve digits of the account a role lives in. */
export function accountOfRole(roleArn: string): string {
  return roleArn.split(':')[4] ?? '';
}

function shown(claimed: unknown): string {
  return JSON.stringify(claimed).slice(0, 600);
}
