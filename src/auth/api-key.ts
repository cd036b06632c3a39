import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyEntry } from '../config/api-key-entries.js';
import { API_KEY_PREFIX, isWellFormedKey } from '../config/api-key-format.js';
import { MAX_API_KEY_LENGTH } from './presented-credential.js';

/** An accepted key, ready to be compared with. */
export interface KnownApiKey extends ApiKeyEntry {
  readonly digest: Buffer;
}

/** Decodes the digests once, since every request is compared with all of them. */
export function knownApiKeys(entries: readonly ApiKeyEntry[]): readonly KnownApiKey[] {
  return entries.map((entry) => ({ ...entry, digest: Buffer.from(entry.sha256, 'hex') }));
}

/**
 * The entry a presented text is the key of, expired or not. SECURITY: digests are compared, each in constant time and
 * always all of them, so that the time taken tells neither how much of a key was right nor which entry matched.
 */
export function findApiKey(text: string, keys: readonly KnownApiKey[]): KnownApiKey | undefined {
  if (!canBeKey(text)) return undefined;
  const digest = createHash('sha256').update(text).digest();
  let found: KnownApiKey | undefined;
  for (const key of keys) {
    if (timingSafeEqual(digest, key.digest)) found = key;
  }
  return found;
}

/** A text with the server's prefix and a wrong checksum was mistyped or made up: it is not worth a digest. */
function canBeKey(text: string): boolean {
  if (text.length > MAX_API_KEY_LENGTH) return false;
  return !text.startsWith(API_KEY_PREFIX) || isWellFormedKey(text);
}
