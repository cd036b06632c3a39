import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { keyIdOf, newApiKey } from '../config/api-key-format.js';
import { endOfDay } from '../config/calendar-date.js';
import { type Command, UsageMistake } from './command.js';

/** Makes an API key and prints it, once, with the entry by which the server knows it. */
export const apiKey: Command = {
  usage: 'api-key --label NAME [--expires YYYY-MM-DD]',
  summary: 'makes an API key and prints it once, with the entry for API_KEYS or API_KEYS_FILE',
  run: async (args) => {
    console.log(describeKey(newApiKey(), readOptions(args, Date.now() / 1000)));
  },
};

interface KeyOptions {
  readonly label: string;
  /** The last day of the key. */
  readonly expires?: string;
}

/** @throws UsageMistake */
export function readOptions(args: readonly string[], nowSeconds: number): KeyOptions {
  const { label, expires } = parseOptions(args);
  if (label === undefined) throw new UsageMistake('--label is missing: name who will use the key, e.g. --label ci');
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(label)) {
    throw new UsageMistake('--label must be 1 to 64 letters, digits, dots, underscores or hyphens');
  }
  if (expires === undefined) return { label };
  const end = endOfDay(expires);
  if (end === undefined) throw new UsageMistake('--expires must be a date such as 2027-01-31');
  if (end <= nowSeconds) throw new UsageMistake('--expires lies in the past');
  return { label, expires };
}

function parseOptions(args: readonly string[]): { label?: string; expires?: string } {
  try {
    return parseArgs({ args: [...args], options: { label: { type: 'string' }, expires: { type: 'string' } } }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageMistake(error.message.split('. ', 1)[0]);
  }
}

/** What is shown of a new key: the key, its entry, and what to do with either. */
export function describeKey(key: string, { label, expires }: KeyOptions): string {
  const digest = createHash('sha256').update(key).digest('hex');
  const entry = `${label}:sha256:${digest}${expires === undefined ? '' : `:${expires}`}`;
  return `The key, shown this once and kept nowhere. Hand it to ${label}:

  ${key}

Its entry, which is no secret. Add it to API_KEYS (comma separated) or as a line of API_KEYS_FILE:

  ${entry}

The client sends it as a header:  Authorization: Bearer <the key>
Audit records name it:            ${label}, key ${digest.slice(0, 12)} (the key itself begins cwmcp_${keyIdOf(key)})
It ends:                          ${expires === undefined ? 'never; give --expires YYYY-MM-DD for a last day' : `after ${expires}, UTC`}
To replace it:                    make another with the same label, list both entries, then remove this one
To revoke it:                     remove its entry; API_KEYS_FILE takes effect within 10 seconds, API_KEYS at a restart`;
}
