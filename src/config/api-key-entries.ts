import { createHash } from 'node:crypto';
import { API_KEY_PREFIX, isWellFormedKey } from './api-key-format.js';
import { endOfDay } from './calendar-date.js';

/** One accepted API key, by digest only: the key itself is not kept. */
export interface ApiKeyEntry {
  /** Names the caller in audit records and is the principal's subject; several keys may share it. */
  readonly label: string;
  /** SHA-256 of the key, 64 hex digits. */
  readonly sha256: string;
  /** Seconds since the epoch from which on the key is refused; absent when it does not expire. */
  readonly expiresAt?: number;
}

export interface ParsedApiKeys {
  readonly entries: readonly ApiKeyEntry[];
  readonly problems: readonly string[];
}

/** Where a list of keys stands; problems begin with it. */
export type ApiKeysVariable = 'API_KEYS' | 'API_KEYS_FILE';

interface RawEntry {
  readonly text: string;
  /** In words an operator can count by. */
  readonly position: string;
  /** The name a key has in a JSON object. */
  readonly label?: string;
}

const LABEL = /^[A-Za-z0-9._-]{1,64}$/;
const HASHED = /^(?:([^:]*):)?sha256:([^:]*)(?::(.*))?$/;
const MINIMUM_CHARACTERS = 32;
const MINIMUM_DISTINCT = 8;
const MAKE_ONE = 'make one with: npm run api-key -- --label NAME';
/** Of one list. Every request is compared with all of them. */
const MAXIMUM_KEYS = 1000;

/**
 * Reads a list of API keys: entries separated by commas or line ends, `#` lines left out, or a JSON object as AWS
 * Secrets Manager keeps it, whose member `API_KEYS` is such a list or whose members are the keys by label. An entry is
 * `label:sha256:hex`, with `:YYYY-MM-DD` behind it when the key ends with that day (UTC), or a plain key, which is
 * hashed here and labelled with the first twelve hex digits of its digest. Problems name the position of an entry, never
 * the key (NIST SP 800-63B: look-up secrets of 112 bits or more).
 * @param taken entries of another list, which this one must not repeat
 */
export function parseApiKeys(
  text: string,
  variable: ApiKeysVariable = 'API_KEYS',
  taken: readonly ApiKeyEntry[] = [],
): ParsedApiKeys {
  const raw = splitEntries(text, variable);
  if (typeof raw === 'string') return { entries: [], problems: [`${variable}: ${raw}`] };
  if (raw.length > MAXIMUM_KEYS) {
    return { entries: [], problems: [`${variable}: holds more than ${MAXIMUM_KEYS} keys`] };
  }
  const entries: ApiKeyEntry[] = [];
  const problems: string[] = [];
  const seen = new Set(taken.map(({ sha256 }) => sha256));
  for (const { position, ...key } of raw) {
    const entry = readEntry(key);
    if (typeof entry === 'string') problems.push(`${variable}: ${position} ${entry}`);
    else if (seen.has(entry.sha256)) problems.push(`${variable}: ${position} repeats an earlier key`);
    else entries.push(entry);
    if (typeof entry !== 'string') seen.add(entry.sha256);
  }
  return { entries, problems };
}

/** The entries as they are written, or what is wrong with the whole list. */
function splitEntries(text: string, variable: ApiKeysVariable): readonly RawEntry[] | string {
  if (text.trimStart().startsWith('{')) return jsonEntries(text);
  const inFile = variable === 'API_KEYS_FILE';
  const parts = inFile ? text.split(/\r?\n/) : text.split(/[,\r\n]/);
  const entries = parts
    .map((part, index) => ({ text: part.trim(), position: `${inFile ? 'line' : 'entry'} ${index + 1}` }))
    .filter((entry) => entry.text !== '');
  // A file is cut short while it is written; a list emptied on purpose says so in a comment.
  if (entries.length === 0) return inFile ? 'is blank; to accept no key, leave a line that begins with #' : NO_KEY;
  const keys = entries.filter((entry) => !entry.text.startsWith('#'));
  return keys.length === 0 && !inFile ? NO_KEY : keys;
}

const NO_KEY = 'holds no key';

function jsonEntries(text: string): readonly RawEntry[] | string {
  const secret = parseObject(text);
  if (secret === undefined) return 'begins like a JSON object and is none';
  const list: unknown = secret.API_KEYS;
  if (typeof list === 'string') return splitEntries(list, 'API_KEYS');
  const members = Object.entries(Array.isArray(list) ? list : secret);
  if (members.length === 0) return NO_KEY;
  return members.map(([name, value], index) => ({
    text: typeof value === 'string' ? value.trim() : '',
    position: `member ${index + 1}`,
    ...(!Array.isArray(list) && { label: name }),
  }));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function readEntry({ text, label }: Omit<RawEntry, 'position'>): ApiKeyEntry | string {
  if (label !== undefined && !LABEL.test(label)) return 'has a name that is no label; use 1 to 64 of A-Z a-z 0-9 . _ -';
  const hashed = HASHED.exec(text);
  if (hashed !== null) return readHashed(hashed[1] ?? label, hashed[2] ?? '', hashed[3]);
  const weakness = weaknessOf(text);
  if (weakness !== undefined) return weakness;
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { label: label ?? sha256.slice(0, 12), sha256 };
}

function readHashed(label: string | undefined, digest: string, date: string | undefined): ApiKeyEntry | string {
  const sha256 = digest.toLowerCase();
  if (label === undefined || !LABEL.test(label) || !/^[0-9a-f]{64}$/.test(sha256)) {
    return 'is no hashed key; write label:sha256:<64 hex digits>, the label 1 to 64 of A-Z a-z 0-9 . _ -';
  }
  if (date === undefined) return { label, sha256 };
  const expiresAt = endOfDay(date);
  return expiresAt === undefined ? 'ends with no date; write its last day as 2027-01-31' : { label, sha256, expiresAt };
}

/** Why a plain key cannot be accepted. */
function weaknessOf(key: string): string | undefined {
  if (key === '') return 'is no text';
  if (/["'\s]/.test(key)) return 'holds quotes or white space; give the bare key';
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(key))
    return 'holds characters that cannot be sent as a bearer token (RFC 6750 section 2.1)';
  if (key.startsWith(API_KEY_PREFIX) && !isWellFormedKey(key))
    return `begins with ${API_KEY_PREFIX} and is no whole key of this server; copy it again`;
  // Three segments are read as a JWT (RFC 7519 section 3.1) and would never be compared with the keys.
  if (key.split('.').length === 3) return `looks like a JWT; use a key with fewer than two dots, ${MAKE_ONE}`;
  if (key.length < MINIMUM_CHARACTERS) return `is shorter than ${MINIMUM_CHARACTERS} characters; ${MAKE_ONE}`;
  if (key.length > 256) return 'is longer than 256 characters';
  if (new Set(key).size < MINIMUM_DISTINCT) return `is not random enough; ${MAKE_ONE}`;
  return undefined;
}
