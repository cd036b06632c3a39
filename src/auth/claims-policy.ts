import type { IssuerSettings, TokenKind } from '../config/issuer-settings.js';
import type { Refused } from './auth-failure.js';
import { credentialsCarriedBy } from './claim-credentials.js';
import type { IssuerTrust } from './issuers/issuer-profile.js';
import type { Claims, TokenShape } from './token-shape.js';

/** How far the clocks of issuer and server may differ, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 30;
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;

/**
 * Judges the claims of a token whose signature is already verified (RFC 7519 section 4.1, RFC 9068 section 4, RFC 8725
 * section 3). Everything but the expiry is judged first, so `expired` means: was good once.
 */
export function refuseClaims(token: Judged, trust: IssuerTrust, nowSeconds: number): Refused | undefined {
  return (
    refuseRecipient(token, trust) ??
    refuseSubject(token.claims) ??
    refuseCredentials(token.claims, trust) ??
    refuseTimes(token.claims, nowSeconds)
  );
}

type Judged = Pick<TokenShape, 'header' | 'claims'>;

function refuseRecipient(token: Judged, { settings, profile }: IssuerTrust): Refused | undefined {
  const { claims } = token;
  if (claims.iss !== settings.issuer) return { reason: 'iss_mismatch', detail: 'iss is not the issuer' };
  const kind = profile.tokenKind(token);
  if (kind === undefined) return invalid('the token does not say whether it is an access token or an ID token');
  // Such a token has no audience of its own: its client is all that says whom it is for.
  const isForItsClient = profile.clientNamesAudience === true && kind === 'access' && claims.aud === undefined;
  if (!isForItsClient && !profile.audiences(claims).some((audience) => settings.audiences.includes(audience))) {
    return { reason: 'aud_mismatch', detail: 'aud names no accepted audience' };
  }
  const refused = refuseKind(token, kind, settings);
  if (refused !== undefined) return refused;
  const client = profile.clientId(claims);
  const { allowedClients } = settings;
  if (allowedClients.length === 0 && !isForItsClient) return undefined;
  if (client !== undefined && allowedClients.includes(client)) return undefined;
  return { reason: 'client_not_allowed', detail: 'the token was issued to another client' };
}

function refuseKind({ header, claims }: Judged, kind: TokenKind, settings: IssuerSettings): Refused | undefined {
  // A logout token or security event (RFC 8417) carries a subject and an audience too, but says nobody is calling.
  if ('events' in claims) return wrongKind('a security event token is no access token');
  if (settings.requireAtJwt && header.typ !== 'at+jwt') return wrongKind('typ is not at+jwt (RFC 9068 section 4)');
  return settings.acceptedTokens.includes(kind) ? undefined : wrongKind(`${kind} tokens are not accepted`);
}

function wrongKind(detail: string): Refused {
  return { reason: 'typ_mismatch', detail };
}

/** A caller without a subject of its own is nobody: no other claim stands in for it. */
export function refuseSubject({ sub }: Claims): Refused | undefined {
  if (typeof sub === 'string' && /^[\x20-\x7e]{1,255}$/.test(sub)) return undefined;
  return invalid('sub is missing or not 1 to 255 printable characters');
}

function refuseCredentials(claims: Claims, { claimCredentials }: IssuerTrust): Refused | undefined {
  const carried = claimCredentials === true ? credentialsCarriedBy(claims) : undefined;
  return carried !== undefined && 'reason' in carried ? carried : undefined;
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

/** Seconds since the epoch as a token writes them (RFC 7519 section 2, NumericDate). */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function invalid(detail: string): Refused {
  return { reason: 'claim_invalid', detail };
}
