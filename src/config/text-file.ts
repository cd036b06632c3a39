import { readFileSync } from 'node:fs';

const MAX_BYTES = 1_048_576;

/** The text of a configuration file, at most 1 MB of UTF-8; else what is wrong with it, without its path. */
export function readTextFile(path: string): string | { readonly mistake: string } {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) return { mistake: 'is larger than 1 MB' };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trim() === '' ? { mistake: 'names an empty file' } : text;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { mistake: 'names a file that is not UTF-8 text' };
    return { mistake: `names a file that cannot be read (${code})` };
  }
}
