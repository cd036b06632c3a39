import { API_KEY_PREFIX } from '../config/api-key-format.js';
import { rawHeaderValues } from '../security-monitoring/http/raw-header.js';

/** A credential that one strategy can judge; its kind is decided by its shape alone. */
export interface UsableCredential {
  readonly kind: 'jwt' | 'api-key' | 'opaque';
  readonly text: string;
}

/** What the request presented, before anything is verified. */
export type PresentedCredential = UsableCredential | { readonly kind: 'none' | 'malformed' | 'ambiguous' };

/** Longest bearer token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 8192;
/** Longest API key that is looked at, in characters. */
export const MAX_API_KEY_LENGTH = 256;

/**
 * Finds the one credential of a request in the raw header lines (Node's own `headers` silently drops a second
 * `Authorization` line). Only `Authorization: Bearer` counts, the scheme in any case (RFC 6750 section 2.1, RFC 9110
 * section 11.1); other schemes present nothing this server understands. Linear in the length of the header.
 */
export function presentedCredential(rawHeaders: readonly string[]): PresentedCredential {
  const values = rawHeaderValues(rawHeaders, 'authorization');
  const [value] = values;
  if (value === undefined) return { kind: 'none' };
  if (values.length > 1) return { kind: 'ambiguous' };
  const scheme = value.slice(0, 7).toLowerCase();
  if (scheme !== 'bearer ' && scheme !== 'bearer') return { kind: 'none' };
  const text = value.slice(7).trimStart();
  // SECURITY: the length is checked before the expression runs, and the expression cannot backtrack.
  if (text.length > MAX_TOKEN_LENGTH || !/^[A-Za-z0-9\-._~+/]+=*$/.test(text)) return { kind: 'malformed' };
  return byShape(text);
}

/** A JWS has three segments (RFC 7515 section 7.1); everything else may be an API key. */
function byShape(text: string): PresentedCredential {
  if (text.startsWith(API_KEY_PREFIX)) {
    return text.length > MAX_API_KEY_LENGTH ? { kind: 'malformed' } : { kind: 'api-key', text };
  }
  return { kind: text.split('.').length === 3 ? 'jwt' : 'opaque', text };
}

/** What is left of a token that lost a segment or gained one: neither a key nor a token of any kind. */
export function isBrokenToken({ kind, text }: UsableCredential): boolean {
  return kind === 'opaque' && (text.includes('.') || text.startsWith('eyJ'));
}

/**
 * Whether an authorization server may be asked what a text is. SECURITY: a key of this server, a JWT and any part of
 * one stay here; they may belong to somebody else's issuer.
 */
export function mayBeOpaqueToken({ kind, text }: UsableCredential): boolean {
  return kind === 'opaque' && !text.split('.').some((segment) => segment.startsWith('eyJ'));
}
