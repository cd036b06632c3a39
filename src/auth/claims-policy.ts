import type { Refused } from './auth-failure.js';
import type { IssuerTrust } from './issuers/issuer-profile.js';
import type { Claims, TokenShape } from './token-shape.js';

/** How far the clocks of issuer and server may differ, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 30;
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;

/**
 * Judges the claims of a token whose signature is already verified (RFC 7519 section 4.1, RFC 9068 section 4, RFC 8725
 * section 3). Everything but the expiry is judged first, so `expired` means: was good once.
 */
export function refuseClaims(
  token: Pick<TokenShape, 'header' | 'claims'>,
  trust: IssuerTrust,
  nowSeconds: number,
): Refused | undefined {
  return refuseRecipient(token, trust) ?? refuseSubject(token.claims) ?? refuseTimes(token.claims, nowSeconds);
}

function refuseRecipient(
  token: Pick<TokenShape, 'header' | 'claims'>,
  { settings, profile }: IssuerTrust,
): Refused | undefined {
  const { claims } = token;
  if (claims.iss !== settings.issuer) return { reason: 'iss_mismatch', detail: 'iss is not the issuer' };
  if (!profile.audiences(claims).some((audience) => settings.audiences.includes(audience))) {
    return { reason: 'aud_mismatch', detail: 'aud names no accepted audience' };
  }
  // A logout token or security event (RFC 8417) carries a subject and an audience too, but says nobody is calling.
  if ('events' in claims) return { reason: 'typ_mismatch', detail: 'a security event token is no access token' };
  if (!settings.acceptIdTokens && profile.isIdToken(token)) {
    return { reason: 'typ_mismatch', detail: 'ID tokens are not accepted' };
  }
  const client = profile.clientId(claims);
  if (settings.allowedClients.length > 0 && (client === undefined || !settings.allowedClients.includes(client))) {
    return { reason: 'client_not_allowed', detail: 'the token was issued to another client' };
  }
  return undefined;
}

function refuseSubject({ sub }: Claims): Refused | undefined {
  if (typeof sub === 'string' && /^[\x20-\x7e]{1,255}$/.test(sub)) return undefined;
  return invalid('sub is missing or not 1 to 255 printable characters');
}

function refuseTimes({ exp, nbf, iat }: Claims, now: number): Refused | undefined {
  if (!isTime(exp)) return invalid('exp is missing or not a number');
  if (!isTime(iat)) return invalid('iat is missing or not a number');
  if (nbf !== undefined && !isTime(nbf)) return invalid('nbf is not a number');
  if (iat > now + CLOCK_TOLERANCE_SECONDS) return invalid('iat lies in the future');
  if (exp - iat > MAX_LIFETIME_SECONDS) return invalid('the token lives longer than 24 hours');
  if (nbf !== undefined && nbf > now + CLOCK_TOLERANCE_SECONDS) {
    return { reason: 'not_yet_valid', detail: 'nbf lies in the future' };
  }
  if (now >= exp + CLOCK_TOLERANCE_SECONDS) return { reason: 'expired', detail: 'exp has passed' };
  return undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function invalid(detail: string): Refused {
  return { reason: 'claim_invalid', detail };
}
