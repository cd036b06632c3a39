import { createHash } from 'node:crypto';
import type { AppConfig } from '../config/app-config.js';
import type { IssuerSettings } from '../config/issuer-settings.js';
import { ServiceError } from '../errors.js';
import { type CarriedCredentials, type PresentedToken, type Principal, principalKey } from '../principal.js';
import { ID_TOKEN_NEEDED } from './exchange/cognito-error.js';
import { TokenRefused } from './exchange/token-refused.js';
import { accountOfRole, type CallerRole, noRole } from './role-mapping.js';
import { sourceIdentity } from './role-session.js';

/** How one caller gets AWS credentials: everything an exchange needs besides the caller. */
export type CredentialsPlan =
  | (RoleSession & { readonly kind: 'assume-role'; readonly externalId?: string })
  | (RoleSession & { readonly kind: 'web-identity'; readonly token: PresentedToken })
  | { readonly kind: 'cognito-identity'; readonly identityPoolId: string; readonly token: PresentedToken }
  | { readonly kind: 'claim-credentials'; readonly carried: CarriedCredentials }
  | { readonly kind: 'local-profile'; readonly profile?: string }
  | { readonly kind: 'server-identity' };

/** What the two ways into a role have in common. */
interface RoleSession {
  readonly roleArn: string;
  /** JSON that narrows what the role may do. */
  readonly sessionPolicy?: string;
  /** Absent: the STS of the server's region. */
  readonly stsRegion?: string;
}

/**
 * The plan of a caller whose identity alone decides; undefined for everyone who needs a role.
 * @throws ServiceError `no_role` for the local user while authentication is on, `credentials_refused` for a token that
 * an identity pool does not take
 */
export function planWithoutRole(
  principal: Principal,
  { auth, aws }: Pick<AppConfig, 'auth' | 'aws'>,
): CredentialsPlan | undefined {
  if (principal.method === 'none') {
    if (auth.enabled) throw noRole();
    return { kind: 'local-profile', profile: aws.profile };
  }
  if (principal.method === 'jwt' && principal.carried !== undefined && aws.claimCredentials) {
    return { kind: 'claim-credentials', carried: principal.carried };
  }
  const issuer = issuerOf(principal, auth);
  if ((issuer?.exchange ?? aws.exchange) !== 'cognito-identity' || issuer?.identityPoolId === undefined) {
    return undefined;
  }
  if (principal.claims['token_use'] === 'access') throw new TokenRefused(ID_TOKEN_NEEDED);
  return { kind: 'cognito-identity', identityPoolId: issuer.identityPoolId, token: tokenOf(principal) };
}

/**
 * How a caller gets into one of their roles.
 * @throws ServiceError `credentials_refused` for a token AWS cannot judge
 */
export function planWithRole(
  principal: Principal,
  { roleArn, externalId }: Pick<CallerRole, 'roleArn' | 'externalId'>,
  { auth, aws }: Pick<AppConfig, 'auth' | 'aws'>,
): CredentialsPlan {
  const issuer = issuerOf(principal, auth);
  const session = { roleArn, sessionPolicy: aws.sessionPolicy, stsRegion: issuer?.stsRegion };
  if (principal.method === 'api-key' || (issuer?.exchange ?? aws.exchange) !== 'web-identity') {
    return { kind: 'assume-role', ...session, externalId };
  }
  return { kind: 'web-identity', ...session, token: tokenOf(principal) };
}

function issuerOf({ method, issuer }: Principal, auth: AppConfig['auth']): IssuerSettings | undefined {
  return method === 'api-key' ? undefined : auth.issuers.find((settings) => settings.issuer === issuer);
}

/** The token itself, for the exchanges that hand it to AWS. */
function tokenOf({ token }: Principal): PresentedToken {
  if (token !== undefined) return token;
  throw new ServiceError(
    'credentials_refused',
    'This server hands your token to AWS, and AWS reads signed JWTs only; sign in so that your client receives a JWT.',
  );
}

/**
 * The account a plan leads to: twelve digits, the identity pool where the pool chooses the role, `token` for keys of the
 * token, `local` and `server` for identities of the server's own machine.
 */
export function accountOf(plan: CredentialsPlan): string {
  switch (plan.kind) {
    case 'assume-role':
    case 'web-identity':
      return accountOfRole(plan.roleArn);
    case 'cognito-identity':
      return plan.identityPoolId;
    case 'claim-credentials':
      return 'token';
    case 'local-profile':
      return 'local';
    case 'server-identity':
      return 'server';
  }
}

/** Who shares AWS's quotas with a call: its account, or its caller alone where the account is not known. */
export function quotaOf(plan: CredentialsPlan, principal: Principal): { account: string; owner: string } {
  const owner = principalKey(principal);
  return { account: plan.kind === 'claim-credentials' ? owner : accountOf(plan), owner };
}

/** Whose rights a call uses, in words for that caller. */
export function identityInWords(plan: CredentialsPlan): string {
  switch (plan.kind) {
    case 'assume-role':
    case 'web-identity':
      return `your role ${plan.roleArn}`;
    case 'cognito-identity':
      return 'the role that the identity pool gives you';
    case 'claim-credentials':
      return 'the AWS keys in your token';
    case 'local-profile':
      return plan.profile === undefined ? 'your local AWS identity' : `your local AWS profile ${plan.profile}`;
    case 'server-identity':
      return 'the identity of this server, which your API key uses';
  }
}

/**
 * The cache key of a plan's credentials.
 * SECURITY: it covers everything that affects the result, as JSON before hashing, since joined strings are ambiguous.
 */
export function planKey(plan: CredentialsPlan, principal: Principal, stsRegion: string): string {
  const facts = [
    plan.kind,
    principal.issuer,
    principal.subject,
    sourceIdentity(principal),
    ('stsRegion' in plan ? plan.stsRegion : undefined) ?? stsRegion,
    ...planFacts(plan),
  ];
  return sha256(JSON.stringify(facts));
}

function planFacts(plan: CredentialsPlan): readonly (string | null)[] {
  switch (plan.kind) {
    case 'assume-role':
      return [plan.roleArn, plan.externalId ?? null, plan.sessionPolicy ?? null];
    // AWS judged this one token: a later, narrower one must not ride on its session.
    case 'web-identity':
      return [plan.roleArn, plan.sessionPolicy ?? null, sha256(plan.token.reveal())];
    case 'cognito-identity':
      return [plan.identityPoolId, sha256(plan.token.reveal())];
    case 'claim-credentials':
      return [sha256(JSON.stringify(plan.carried.reveal()))];
    case 'local-profile':
      return [plan.profile ?? null];
    case 'server-identity':
      return [];
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
