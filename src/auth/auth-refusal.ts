import { HttpRefusal } from '../errors.js';
import type { AuthFailureReason } from '../security-monitoring/security-event.js';
import { bearerChallenge } from './challenge.js';

const MISSING = 'Authentication is required. Send one Authorization header: Bearer and an access token or API key.';
const SEVERAL = 'Several credentials were presented. Send exactly one Authorization header.';
const UNAVAILABLE = 'The sign-in service cannot be reached, so the token was not judged. Try again shortly.';
const TOO_MANY = 'Too many failed sign-in attempts from this address. Try again later.';
const INVALID = 'The access token is not valid for this server.';
const SCOPE = 'The access token lacks a scope that this needs. Sign in again and ask for the scopes named here.';

/** Texts that differ from `INVALID`; no reason beyond these is told, since it would only help to forge a token. */
const TEXTS: Partial<Record<AuthFailureReason, string>> = {
  malformed: 'The Authorization header is malformed. Send Bearer, one space, and one access token or API key.',
  expired: 'The access token or API key has expired. Refresh the token, sign in again or use a newer key.',
  key_unknown: 'The API key is not known to this server.',
};

/**
 * The answer to a failed authentication (RFC 6750 section 3.1): 401 with a challenge, 400 for several credentials, 429
 * over the failure budget, and 503 when the identity provider is to blame, so that no client throws away a good token.
 * `scopes` are those every token needs; a challenge names them, so that the next sign-in asks for them.
 */
export function authRefusal(
  reason: AuthFailureReason,
  resourceMetadata: string,
  retryAfterSeconds: number,
  scopes: readonly string[] = [],
  limitHeaders: Readonly<Record<string, string>> = {},
): HttpRefusal {
  const scope = scopes.length === 0 ? undefined : scopes.join(' ');
  const later = { ...limitHeaders, 'Retry-After': String(retryAfterSeconds) };
  switch (reason) {
    case 'missing':
      return new HttpRefusal(401, 'unauthorized', MISSING, {
        'WWW-Authenticate': bearerChallenge({ resourceMetadata, scope }),
      });
    case 'scope_insufficient':
      return insufficientScope(resourceMetadata, scopes);
    case 'multiple_credentials':
      return challenged(400, 'invalid_request', SEVERAL, resourceMetadata);
    case 'idp_unavailable':
    case 'introspection_unavailable':
      return new HttpRefusal(503, 'idp_unavailable', UNAVAILABLE, later, undefined, { retryAfterSeconds });
    case 'rate_limited':
      return new HttpRefusal(429, 'rate_limited', TOO_MANY, later, undefined, { retryAfterSeconds });
    default:
      return challenged(401, 'invalid_token', TEXTS[reason] ?? INVALID, resourceMetadata, scope);
  }
}

/** The answer to a good token that lacks a scope: 403 naming all that the request needs, never what the token has. */
export function insufficientScope(resourceMetadata: string, scopes: readonly string[]): HttpRefusal {
  const error = { code: 'insufficient_scope', description: SCOPE };
  return new HttpRefusal(403, 'insufficient_scope', SCOPE, {
    'WWW-Authenticate': bearerChallenge({ resourceMetadata, error, scope: scopes.join(' ') }),
  });
}

function challenged(
  status: 400 | 401,
  error: 'invalid_request' | 'invalid_token',
  description: string,
  resourceMetadata: string,
  scope?: string,
): HttpRefusal {
  const challenge = bearerChallenge({ resourceMetadata, error: { code: error, description }, scope });
  const code = status === 400 ? 'invalid_request' : 'unauthorized';
  return new HttpRefusal(status, code, description, { 'WWW-Authenticate': challenge }, error);
}
