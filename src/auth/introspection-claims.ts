import type { IntrospectionSettings } from '../config/introspection-settings.js';
import type { Principal } from '../principal.js';
import type { Refused } from './auth-failure.js';
import { withoutCredentials } from './claim-credentials.js';
import { CLOCK_TOLERANCE_SECONDS, isTime, refuseSubject } from './claims-policy.js';
import { oidc } from './issuers/oidc.js';
import { isReadable } from './token-principal.js';
import type { Claims } from './token-shape.js';

/** An access token that may be presented as a bearer; others, such as a refresh or DPoP token, may not. */
const BEARER_TYPES: ReadonlySet<unknown> = new Set([undefined, 'bearer', 'access_token']);

/**
 * Judges what an authorization server says of an active token (RFC 7662 sections 2.2 and 4). Of `iss` and the times only
 * what is there is judged, since they are optional; the audience and the subject must be there. Everything but the
 * expiry is judged first, so `expired` means: was good once.
 */
export function refuseIntrospected(
  claims: Claims,
  settings: IntrospectionSettings,
  nowSeconds: number,
): Refused | undefined {
  return refuseRecipient(claims, settings) ?? refuseSubject(claims) ?? refuseTimes(claims, nowSeconds);
}

function refuseRecipient(claims: Claims, settings: IntrospectionSettings): Refused | undefined {
  const { iss, token_type: type, token_use: use } = claims;
  if (iss !== undefined && iss !== settings.issuer) return { reason: 'iss_mismatch', detail: 'iss is not the issuer' };
  if (![type, use].every((value) => BEARER_TYPES.has(typeof value === 'string' ? value.toLowerCase() : value))) {
    return { reason: 'typ_mismatch', detail: 'not an access token for bearer use' };
  }
  if (!oidc.audiences(claims).some((audience) => settings.audiences.includes(audience))) {
    return { reason: 'aud_mismatch', detail: 'aud names no accepted audience' };
  }
  const client = oidc.clientId(claims);
  if (settings.allowedClients.length > 0 && (client === undefined || !settings.allowedClients.includes(client))) {
    return { reason: 'client_not_allowed', detail: 'the token was issued to another client' };
  }
  return undefined;
}

function refuseTimes({ exp, nbf }: Claims, now: number): Refused | undefined {
  for (const time of [exp, nbf]) {
    if (time !== undefined && !isTime(time)) return { reason: 'claim_invalid', detail: 'exp or nbf is not a number' };
  }
  if (isTime(nbf) && nbf > now + CLOCK_TOLERANCE_SECONDS) {
    return { reason: 'not_yet_valid', detail: 'nbf lies in the future' };
  }
  if (isTime(exp) && now >= exp + CLOCK_TOLERANCE_SECONDS) return { reason: 'expired', detail: 'exp has passed' };
  return undefined;
}

/** The person behind an opaque token that has passed every check. The token itself is of no use to AWS and not kept. */
export function principalOfIntrospection(claims: Claims, { issuer }: IntrospectionSettings): Principal {
  const subject = claims.sub as string;
  const email = oidc.email(claims);
  return {
    issuer,
    subject,
    method: 'introspection',
    displayName: [email?.split('@')[0], ...oidc.names(claims), claims.username].find(isReadable) ?? subject,
    email,
    clientId: oidc.clientId(claims),
    scopes: oidc.scopes(claims),
    groups: oidc.groups(claims),
    claims: withoutCredentials(claims),
    ...(isTime(claims.exp) && { expiresAt: claims.exp }),
  };
}
