import { z } from 'zod';
import { InvalidInput } from '../errors.js';

/** A place in a paged AWS listing: the page behind AWS's own token, and how many of its items were already given. */
export interface PagePlace {
  readonly token?: string;
  readonly skip: number;
}

const START: PagePlace = { skip: 0 };
const MAX_CURSOR_LENGTH = 8_192;

const place = z.strictObject({ t: z.string().min(1).max(4_096).optional(), s: z.int().min(0).max(100_000) });

/** The argument by which a listing goes on. */
export const cursorInput = z
  .string()
  .max(MAX_CURSOR_LENGTH, 'must be a next_cursor as an earlier answer gave it')
  .refine(isCursor, 'must be a next_cursor as an earlier answer gave it; leave it out to begin anew')
  .nullish()
  .describe('next_cursor of the previous answer, with the same other arguments.');

/** A place as callers get it: opaque text. It holds no right: whoever uses it needs their own. */
export function toCursor({ token, skip }: PagePlace): string {
  return Buffer.from(JSON.stringify({ t: token, s: skip })).toString('base64url');
}

/**
 * The place a cursor names; the start without one.
 * @throws InvalidInput for a text that no answer gave
 */
export function readCursor(cursor: string | null | undefined): PagePlace {
  if (cursor == null) return START;
  try {
    const { t: token, s: skip } = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { token, skip };
  } catch {
    throw new InvalidInput('cursor', 'must be a next_cursor as an earlier answer gave it; leave it out to begin anew');
  }
}

function isCursor(text: string): boolean {
  try {
    readCursor(text);
    return true;
  } catch {
    return false;
  }
}
