import { createHash } from 'node:crypto';

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
/** The keys this server makes begin so; a text with this prefix is never anything else. */
const API_KEY_PREFIX = 'cwmcp_';

/**
 * Finds the one credential of a request in the raw header lines (Node's own `headers` silently drops a second
 * `Authorization` line). Only `Authorization: Bearer` counts, the scheme in any case (RFC 6750 section 2.1, RFC 9110
 * section 11.1); other schemes present nothing this server understands. Linear in the length of the header.
 */
export function presentedCredential(rawHeaders: readonly string[]): PresentedCredential {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
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

/** Names a credential in audit records without giving it away: the first 12 hex digits of its SHA-256. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
