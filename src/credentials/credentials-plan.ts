import { createHash } from 'node:crypto';
import type { AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import type { PresentedToken, Principal } from '../principal.js';
import { accountOfRole, noRole, roleFor } from './role-mapping.js';
import { sourceIdentity } from './role-session.js';

/** How one caller gets AWS credentials: everything an exchange needs besides the caller. */
export type CredentialsPlan =
  | { readonly kind: 'assume-role'; readonly roleArn: string; readonly externalId?: string }
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly token: PresentedToken }
  | { readonly kind: 'local-profile'; readonly profile?: string }
  | { readonly kind: 'server-identity' };

/**
 * Decides, from configuration and the verified principal alone, whose credentials a call is made with.
 * SECURITY: identities of the server's machine are reachable on two paths only, authentication off and API keys that
 * were lent the server's identity by name; everything else has a role or is refused.
 * @throws ServiceError `no_role`, or `credentials_refused` for a token AWS cannot judge
 */
export function planCredentials(
  principal: Principal,
  config: Pick<AppConfig, 'auth' | 'aws'>,
  profile?: string,
): CredentialsPlan {
  if (principal.method === 'none') {
    if (config.auth.enabled) throw noRole();
    return { kind: 'local-profile', profile };
  }
  const roleArn = roleFor(principal, config.aws);
  if (roleArn === undefined) {
    if (principal.method === 'api-key' && config.aws.apiKeysUseServerIdentity) return { kind: 'server-identity' };
    throw noRole();
  }
  if (principal.method === 'api-key' || config.aws.exchange === 'assume-role') {
    return { kind: 'assume-role', roleArn, externalId: config.aws.externalId };
  }
  if (principal.token === undefined) {
    throw new ServiceError(
      'credentials_refused',
      'This server hands your token to AWS (AWS_CREDENTIAL_EXCHANGE=web-identity), and AWS reads signed JWTs only; sign in so that your client receives a JWT.',
    );
  }
  return { kind: 'web-identity', roleArn, token: principal.token };
}

/** The account a plan leads to: twelve digits, or `local` and `server` for identities of the server's own machine. */
export function accountOf(plan: CredentialsPlan): string {
  switch (plan.kind) {
    case 'assume-role':
    case 'web-identity':
      return accountOfRole(plan.roleArn);
    case 'local-profile':
      return 'local';
    case 'server-identity':
      return 'server';
  }
}

/** Whose rights a call uses, in words for that caller. */
export function identityInWords(plan: CredentialsPlan): string {
  switch (plan.kind) {
    case 'assume-role':
    case 'web-identity':
      return `your role ${plan.roleArn}`;
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
    stsRegion,
    ...planFacts(plan),
  ];
  return sha256(JSON.stringify(facts));
}

function planFacts(plan: CredentialsPlan): readonly (string | null)[] {
  switch (plan.kind) {
    case 'assume-role':
      return [plan.roleArn, plan.externalId ?? null];
    case 'web-identity':
      // AWS judged this one token: a later, narrower one must not ride on its session.
      return [plan.roleArn, sha256(plan.token.reveal())];
    case 'local-profile':
      return [plan.profile ?? null];
    case 'server-identity':
      return [];
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
