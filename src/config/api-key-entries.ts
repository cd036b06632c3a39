import { createHash } from 'node:crypto';

/** One accepted API key, by digest only: the key itself is not kept. */
export interface ApiKeyEntry {
  /** Names the key in audit records and is the principal's subject. */
  readonly label: string;
  /** SHA-256 of the key, 64 hex digits. */
  readonly sha256: string;
}

const HASHED = /^([A-Za-z0-9._-]{1,64}):sha256:([0-9a-f]{64})$/;
const MINIMUM_CHARACTERS = 32;
const MINIMUM_DISTINCT = 8;

/**
 * Reads `API_KEYS`: hashed entries `label:sha256:hex`, or plain keys, which are hashed here and labelled with the first
 * twelve hex digits of their digest. Problems name the position of the entry, never the key (NIST SP 800-63B: look-up
 * secrets of 112 bits or more).
 */
export function parseApiKeys(text: string): { entries: ApiKeyEntry[]; problems: string[] } {
  const entries: ApiKeyEntry[] = [];
  const problems: string[] = [];
  const keys = text.split(',').map((entry) => entry.trim());
  keys.forEach((key, index) => {
    if (key === '') return;
    const position = `entry ${index + 1}`;
    const entry = readEntry(key);
    if (typeof entry === 'string') problems.push(`API_KEYS: ${position} ${entry}`);
    else if (entries.some((other) => other.sha256 === entry.sha256))
      problems.push(`API_KEYS: ${position} repeats an earlier key`);
    else entries.push(entry);
  });
  if (entries.length === 0 && problems.length === 0) problems.push('API_KEYS: holds no key');
  return { entries, problems };
}

function readEntry(key: string): ApiKeyEntry | string {
  const hashed = HASHED.exec(key);
  if (hashed?.[1] !== undefined && hashed[2] !== undefined) return { label: hashed[1], sha256: hashed[2] };
  if (/["'\s]/.test(key)) return 'holds quotes or white space; give the bare key';
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(key))
    return 'holds characters that cannot be sent as a bearer token (RFC 6750 section 2.1)';
  // Three segments are read as a JWT (RFC 7519 section 3.1) and would never be compared with the keys.
  if (key.split('.').length === 3)
    return 'looks like a JWT; use a key with fewer than two dots, e.g. from: openssl rand -hex 32';
  if (key.length < MINIMUM_CHARACTERS)
    return `is shorter than ${MINIMUM_CHARACTERS} characters; make one with: openssl rand -hex 32`;
  if (key.length > 256) return 'is longer than 256 characters';
  if (new Set(key).size < MINIMUM_DISTINCT) return 'is not random enough; make one with: openssl rand -hex 32';
  const sha256 = createHash('sha256').update(key).digest('hex');
  return { label: sha256.slice(0, 12), sha256 };
}
