import { CarriedCredentials, type Principal } from '../principal.js';
import type { Refused } from './auth-failure.js';
import type { Claims } from './token-shape.js';

const NAMES = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'] as const;

// As STS makes them: temporary keys begin with ASIA (IAM, unique identifiers) and work only with their session token.
const TEMPORARY_KEY = /^ASIA[A-Z0-9]{12,124}$/;
const SECRET = /^[A-Za-z0-9/+=]{16,256}$/;
const SESSION_TOKEN = /^[\x21-\x7e]{16,8192}$/;

/** The claims that may be looked at, logged and kept: all but AWS keys, whether or not the server accepts those. */
export function withoutCredentials(claims: Claims): Claims {
  if (!NAMES.some((name) => name in claims)) return claims;
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !(NAMES as readonly string[]).includes(name)));
}

/**
 * The temporary AWS keys a verified token carries; undefined when it carries none.
 * SECURITY: a part of the keys, and keys that never expire, are refused; the refusal names claims, never their values.
 */
export function credentialsCarriedBy(claims: Claims): CarriedCredentials | Refused | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] = NAMES.map((name) => claims[name]);
  if (accessKeyId === undefined && secretAccessKey === undefined && sessionToken === undefined) return undefined;
  if (!fits(accessKeyId, TEMPORARY_KEY)) return invalid('aws_access_key_id is not the id of a temporary key (ASIA...)');
  if (!fits(secretAccessKey, SECRET)) return invalid('aws_secret_access_key is missing or not a secret key');
  if (!fits(sessionToken, SESSION_TOKEN)) return invalid('aws_session_token is missing or not a session token');
  return new CarriedCredentials({ accessKeyId, secretAccessKey, sessionToken });
}

/** The principal together with the keys its token carries, where the claims policy lets tokens carry any. */
export function carrying(principal: Principal, claims: Claims, allowed = false): Principal {
  const carried = allowed ? credentialsCarriedBy(claims) : undefined;
  return carried instanceof CarriedCredentials ? { ...principal, carried } : principal;
}

function fits(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function invalid(detail: string): Refused {
  return { reason: 'claim_invalid', detail };
}
