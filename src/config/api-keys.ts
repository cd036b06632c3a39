import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ApiKeyEntry, type ParsedApiKeys, parseApiKeys } from './api-key-entries.js';
import type { Findings } from './findings.js';

/** A list of keys in a file, which is read again while the server runs. */
export interface ApiKeysFile {
  readonly path: string;
  /** What the file held at start. */
  readonly entries: readonly ApiKeyEntry[];
  /** SHA-256 of the text that was read: a change is a change of this. */
  readonly sha256: string;
}

/** The keys accepted at start. */
export interface ApiKeysConfig {
  /** Those of the environment and of the file. */
  readonly apiKeys: readonly ApiKeyEntry[];
  readonly apiKeysFile?: ApiKeysFile;
}

interface ApiKeySettings {
  readonly API_KEYS?: string | undefined;
  readonly API_KEYS_FILE?: string | undefined;
}

/** Larger files are no list of keys. */
export const MAX_KEYS_FILE_BYTES = 1024 * 1024;

/** Reads every configured API key; what is wrong or worth knowing goes to the findings, by position and never by value. */
export function assembleApiKeys(settings: ApiKeySettings, findings: Findings, nowSeconds: number): ApiKeysConfig {
  const listed = settings.API_KEYS === undefined ? NOTHING : parseApiKeys(settings.API_KEYS);
  findings.problems.push(...listed.problems);
  const apiKeysFile =
    settings.API_KEYS_FILE === undefined ? undefined : readAtStart(settings.API_KEYS_FILE, listed.entries, findings);
  const apiKeys = [...listed.entries, ...(apiKeysFile?.entries ?? [])];
  for (const { label, expiresAt } of apiKeys) {
    if (expiresAt !== undefined && expiresAt <= nowSeconds)
      findings.warnings.push(`A key of ${label} has expired and is refused: remove its entry.`);
  }
  return { apiKeys, ...(apiKeysFile !== undefined && { apiKeysFile }) };
}

const NOTHING: ParsedApiKeys = { entries: [], problems: [] };

/** Parses the text of a file of keys; `taken` are the keys of the environment. */
export function parseApiKeysFile(
  bytes: Buffer,
  taken: readonly ApiKeyEntry[],
): ParsedApiKeys & { readonly sha256: string } {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length > MAX_KEYS_FILE_BYTES)
    return { entries: [], problems: ['API_KEYS_FILE: is larger than 1 MB'], sha256 };
  return { ...parseApiKeys(bytes.toString('utf8').replace(/^\ufeff/, ''), 'API_KEYS_FILE', taken), sha256 };
}

/** Why a file cannot be read, without its path: `ENOENT` and the like. */
export function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return `API_KEYS_FILE: cannot be read (${code})`;
}

function readAtStart(path: string, taken: readonly ApiKeyEntry[], findings: Findings): ApiKeysFile {
  try {
    const { entries, problems, sha256 } = parseApiKeysFile(readFileSync(path), taken);
    findings.problems.push(...problems);
    return { path, entries, sha256 };
  } catch (error) {
    findings.problems.push(`${unreadable(error)}; give the path of a text file with one key a line`);
    return { path, entries: [], sha256: '' };
  }
}
