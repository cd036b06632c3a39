import type { AppConfig } from '../config/app-config.js';
import type { Principal } from '../principal.js';
import { type CredentialsPlan, planWithoutRole, planWithRole } from './credentials-plan.js';
import { noRole, rolesFor } from './role-mapping.js';

/** One account a caller may use, and how calls into it get their credentials. */
export interface AccountAccess {
  /** What a call names it by in `account`. */
  readonly alias: string;
  readonly plan: CredentialsPlan;
  /** Regions a call may name. */
  readonly regions: readonly string[];
  readonly defaultRegion: string;
  /** Ids of linked accounts whose data a call may name. */
  readonly linkedAccounts: readonly string[];
  readonly description?: string;
}

/** All accounts a caller may use, the default first. */
export type CallerAccess = readonly [AccountAccess, ...AccountAccess[]];

/**
 * What a caller may use, decided from configuration and the verified principal alone.
 * SECURITY: identities of the server's machine are reachable on two paths only, authentication off and API keys that
 * were lent the server's identity by name; everyone else has a role, or credentials AWS gave for their token.
 * @throws ServiceError `no_role`, or `credentials_refused` for a token AWS cannot judge
 */
export function accessOf(principal: Principal, config: Pick<AppConfig, 'auth' | 'aws'>): CallerAccess {
  const { region, allowedRegions } = config.aws;
  const anywhere = { regions: allowedRegions, defaultRegion: region, linkedAccounts: [] };
  const fixed = planWithoutRole(principal, config);
  if (fixed !== undefined) return [{ alias: aliasOf(fixed), plan: fixed, ...anywhere }];
  const [first, ...others] = rolesFor(principal, { ...config.aws, roleClaim: roleClaimOf(principal, config) }).map(
    ({ alias, roleArn, externalId, regions = allowedRegions, description, linkedAccounts }): AccountAccess => ({
      alias,
      plan: planWithRole(principal, { roleArn, externalId }, config),
      regions,
      defaultRegion: regions.includes(region) ? region : (regions[0] ?? region),
      linkedAccounts,
      description,
    }),
  );
  if (first !== undefined) return [first, ...others];
  if (principal.method !== 'api-key' || !config.aws.apiKeysUseServerIdentity) throw noRole();
  return [{ alias: 'server', plan: { kind: 'server-identity' }, ...anywhere }];
}

function roleClaimOf({ issuer }: Principal, { auth, aws }: Pick<AppConfig, 'auth' | 'aws'>): readonly string[] {
  return auth.issuers.find((settings) => settings.issuer === issuer)?.claimNames.role ?? [aws.roleClaim];
}

function aliasOf(plan: CredentialsPlan): string {
  return plan.kind === 'local-profile' ? (plan.profile ?? 'default') : plan.kind;
}
