import type { AccessAccount, AccessGrant, AccessRules } from '../config/access-rules.js';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';

/** What the configuration says of roles. */
export interface RoleRules {
  /** AWS_CLOUDWATCH_ROLE_ARN. */
  readonly roleArn?: string;
  /** AWS_ALLOWED_ROLE_ARNS. */
  readonly allowedRoleArns: readonly string[];
  /** AWS_ROLE_EXTERNAL_ID. */
  readonly externalId?: string;
  /** The claim by which a token selects a role: its name, or the names that lead to it from the outermost object. */
  readonly roleClaim: readonly string[];
  /** ACCESS_FILE. */
  readonly access?: AccessRules;
}

/** One account a caller may use, and the one role they have there. */
export interface CallerRole extends Omit<AccessAccount, 'roles'> {
  readonly roleArn: string;
}

/**
 * The accounts a principal may use with the role they have in each, their default first; empty when there is none.
 * Pure and in a fixed order (docs/adr/0002): grants count in the order of the file, the first of an account gives its
 * role, the first of all the default; the role a token selects goes before both; AWS_CLOUDWATCH_ROLE_ARN is for those
 * who have neither.
 * SECURITY: the claim only selects among roles the principal is granted or AWS_ALLOWED_ROLE_ARNS lists, since some
 * providers let users write such attributes, and a claim that selects nothing never falls back to another role.
 * @throws ServiceError `no_role` when the token names a role that it may not select
 */
export function rolesFor(principal: Principal, rules: RoleRules): readonly CallerRole[] {
  const granted = (rules.access?.grants ?? [])
    .filter((grant) => matches(grant, principal))
    .map(({ account, roleArn }) => callerRole(account, roleArn, rules));
  const selected = selectedRole(principal, granted, rules);
  const roles = selected === undefined ? granted : [selected, ...granted];
  if (roles.length === 0) return rules.roleArn === undefined ? [] : [describedRole(rules.roleArn, rules)];
  return roles.filter(({ alias }, index) => roles.findIndex((role) => role.alias === alias) === index);
}

/** The refusal of a caller to whom no role is mapped. */
export function noRole(): ServiceError {
  return new ServiceError(
    'no_role',
    'No AWS role is mapped to you; ask whoever runs this server to give you one: by a grant in ACCESS_FILE, by AWS_CLOUDWATCH_ROLE_ARN for everybody, or by a role in your token.',
    { detail: 'no grant of ACCESS_FILE matches the caller, and AWS_CLOUDWATCH_ROLE_ARN is not set' },
  );
}

/** The twelve digits of the account a role lives in. */
export function accountOfRole(roleArn: string): string {
  return roleArn.split(':')[4] ?? '';
}

function matches(grant: AccessGrant, { method, issuer, subject, groups, claims }: Principal): boolean {
  if (method === 'none') return false;
  // SECURITY: an API key's label and a token's subject are names of different things that can read alike.
  if (method === 'api-key' || grant.apiKey !== undefined) return method === 'api-key' && grant.apiKey === subject;
  return (
    (grant.issuer === undefined || grant.issuer === issuer) &&
    (grant.subject === undefined || grant.subject === subject) &&
    (grant.group === undefined || groups.includes(grant.group)) &&
    Object.entries(grant.claims).every(([name, value]) => Object.hasOwn(claims, name) && holds(claims[name], value))
  );
}

/** A claim has a value as text, number or boolean, or among the entries of a list. */
function holds(claim: unknown, value: string): boolean {
  if (Array.isArray(claim)) return claim.includes(value);
  return (
    (typeof claim === 'string' || typeof claim === 'number' || typeof claim === 'boolean') && String(claim) === value
  );
}

function selectedRole(principal: Principal, granted: readonly CallerRole[], rules: RoleRules): CallerRole | undefined {
  const roleClaim = rules.roleClaim.join('.');
  const claimed = principal.method === 'jwt' ? claimAt(principal.claims, rules.roleClaim) : undefined;
  if (claimed === undefined) return undefined;
  const own = granted.find(({ roleArn }) => roleArn === claimed);
  if (own !== undefined) return own;
  if (typeof claimed === 'string' && rules.allowedRoleArns.includes(claimed)) return describedRole(claimed, rules);
  throw new ServiceError(
    'no_role',
    `The role in your token's claim ${roleClaim} is not one you may use here; ask whoever runs this server to allow it, or whoever manages your account at the identity provider to correct the claim.`,
    {
      detail: `claim ${roleClaim} names ${shown(claimed)}, which no grant of ACCESS_FILE gives the caller and AWS_ALLOWED_ROLE_ARNS does not list`,
    },
  );
}

function claimAt(claims: Principal['claims'], path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    claims,
  );
}

/** What ACCESS_FILE says of a role holds however the role was chosen; one it does not know goes by its account's id. */
function describedRole(roleArn: string, rules: RoleRules): CallerRole {
  const account = rules.access?.accounts.find(({ roles }) => roles.some(({ arn }) => arn === roleArn));
  return callerRole(account ?? { alias: accountOfRole(roleArn), linkedAccounts: [] }, roleArn, rules);
}

function callerRole(account: Omit<AccessAccount, 'roles'>, roleArn: string, rules: RoleRules): CallerRole {
  const { alias, regions, description, linkedAccounts, externalId = rules.externalId } = account;
  return { alias, roleArn, externalId, regions, description, linkedAccounts };
}

function shown(claimed: unknown): string {
  return JSON.stringify(claimed).slice(0, 600);
}
