import { cleanText } from './clean-text.js';
import { maskSecrets, secretKindOf } from '../secret-masking.js';

/** What a caller gets of data that others wrote, and what was done to it. */
export interface UntrustedOutput<T> {
  readonly output: T;
  /** Control, bidi and invisible characters that were removed. */
  readonly sanitized_chars: number;
  /** Secrets that were replaced by a mark. */
  readonly masked_secrets: number;
}

/**
 * A JSON value whose every text, names of members included, is cleaned and its secrets masked. SECURITY: logs, names
 * and descriptions come from whoever writes to the account; nothing of them reaches a caller any other way.
 */
export function untrustedOutput<T>(value: T, { mask }: { readonly mask: boolean }): UntrustedOutput<T> {
  const walk = new Walk(mask);
  const output = walk.value(value) as T;
  return { output, sanitized_chars: walk.removed, masked_secrets: walk.masked };
}

/** The counts to show beside an output: those that are not zero. */
export function shownCounts({
  sanitized_chars,
  masked_secrets,
}: Omit<UntrustedOutput<unknown>, 'output'>): Readonly<Record<string, number>> {
  return { ...(sanitized_chars > 0 && { sanitized_chars }), ...(masked_secrets > 0 && { masked_secrets }) };
}

class Walk {
  removed = 0;
  masked = 0;

  constructor(private readonly mask: boolean) {}

  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(this.members(value));
  }

  private members(record: object): Map<string, unknown> {
    const members = new Map<string, unknown>();
    for (const [name, value] of Object.entries(record)) {
      const shown = unused(this.text(name), members);
      members.set(shown, this.member(shown, value));
    }
    return members;
  }

  private member(name: string, value: unknown): unknown {
    if (typeof value !== 'string') return this.value(value);
    const text = this.text(value);
    const kind = this.mask ? secretKindOf(name, text) : undefined;
    if (kind === undefined) return text;
    this.masked += 1;
    return `[masked: ${kind}]`;
  }

  private text(text: string): string {
    const clean = cleanText(text);
    this.removed += clean.removed;
    if (!this.mask) return clean.text;
    const { text: result, masked } = maskSecrets(clean.text);
    this.masked += masked;
    return result;
  }
}

/** Two names that differ only in what is not seen stay two members. */
function unused(name: string, members: ReadonlyMap<string, unknown>): string {
  if (!members.has(name)) return name;
  for (let number = 2; ; number += 1) if (!members.has(`${name} (${number})`)) return `${name} (${number})`;
}
