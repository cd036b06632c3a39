import { InvalidInput } from '../../errors.js';
import { untrustedOutput } from '../../mcp/untrusted-output.js';
import { endWithin } from './json-size.js';
import type { RecordOrigin } from './record-origin.js';
import { timeOf } from './shown-event.js';

/** Fields that the answer has as members of its own. */
const SHOWN_APART = new Set(['@message', '@log', '@logStream', '@timestamp', '@ptr']);

/** A part of a record as its tool answers it. */
export interface RecordPart {
  log_group: string | null;
  log_stream: string | null;
  timestamp: string | null;
  message: string;
  message_length: number;
  next_offset: number | null;
  fields: Record<string, string>;
  omitted_fields: number;
}

export interface PartOptions {
  /** Where in the message the part begins, in characters. */
  readonly offset: number;
  readonly budgetBytes: number;
  readonly maskSecrets: boolean;
}

/**
 * As much of a record as one answer holds: three quarters for the message, the rest for its fields, which are in the
 * first part only.
 * @throws InvalidInput for an offset beyond the message
 */
export function recordPart(
  record: { readonly fields: Readonly<Record<string, string>>; readonly origin?: RecordOrigin },
  { offset, budgetBytes, maskSecrets }: PartOptions,
): RecordPart {
  // SECURITY: masked as a whole, then cut; or an offset into a secret would get the rest of it.
  const raw = record.fields['@message'] ?? '';
  const { output: whole } = untrustedOutput(raw, { mask: maskSecrets });
  if (offset > 0 && offset >= whole.length) {
    throw new InvalidInput('offset', `must be less than the length of the message, ${whole.length} characters`);
  }
  const end = endWithin(whole, offset, Math.floor((budgetBytes * 3) / 4));
  const others = Object.entries(record.fields).filter(([name]) => !SHOWN_APART.has(name));
  const fields = offset === 0 ? fitting(others, Math.floor(budgetBytes / 4)) : [];
  return {
    log_group: record.origin?.logGroup ?? null,
    log_stream: record.fields['@logStream'] ?? null,
    timestamp: timestampOf(record.fields['@timestamp']),
    // A message that is not cut is masked like everything else, and its secrets are counted.
    message: offset === 0 && end === whole.length ? raw : whole.slice(offset, end),
    message_length: whole.length,
    next_offset: end < whole.length ? end : null,
    fields: Object.fromEntries(fields),
    omitted_fields: offset === 0 ? others.length - fields.length : 0,
  };
}

/** Those of the fields that fit, in their order; a long one does not keep later ones out. */
function fitting(
  fields: readonly (readonly [string, string])[],
  budgetBytes: number,
): readonly (readonly [string, string])[] {
  let bytes = 0;
  return fields.filter((field) => {
    const weight = Buffer.byteLength(JSON.stringify(field));
    if (bytes + weight > budgetBytes) return false;
    bytes += weight;
    return true;
  });
}

function timestampOf(text: string | undefined): string | null {
  const ms = Number(text);
  return text !== undefined && Number.isSafeInteger(ms) && Math.abs(ms) < 8.64e15 ? timeOf(ms) : null;
}
