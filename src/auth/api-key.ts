import { createHash, timingSafeEqual } from 'node:crypto';
import type { AppConfig } from '../config/app-config.js';
import { MAX_API_KEY_LENGTH } from './presented-credential.js';

type ApiKeyEntry = AppConfig['auth']['apiKeys'][number];

/**
 * The entry a presented text is the key of. SECURITY: digests are compared, each in constant time and always all of
 * them, so that the time taken tells neither how much of a key was right nor which entry matched.
 */
export function findApiKey(text: string, entries: readonly ApiKeyEntry[]): ApiKeyEntry | undefined {
  if (text.length > MAX_API_KEY_LENGTH) return undefined;
  const digest = createHash('sha256').update(text).digest();
  let found: ApiKeyEntry | undefined;
  for (const entry of entries) {
    if (timingSafeEqual(digest, Buffer.from(entry.sha256, 'hex'))) found = entry;
  }
  return found;
}
