import { createHash } from 'node:crypto';

/** Nothing longer is accepted as a credential anywhere, so nothing longer is worth hashing. */
const MAX_LENGTH = 8192;

/** Names a credential in audit records without giving it away: the first 12 hex digits of its SHA-256. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The fingerprint of the bearer credential in an `Authorization` header, judged by nobody yet. */
export function bearerFingerprint(authorization: string | undefined): string | undefined {
  if (authorization?.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const text = authorization.slice(7).trim();
  return text === '' || text.length > MAX_LENGTH ? undefined : fingerprint(text);
}
