import { z } from 'zod';
import { readCursor, toCursor } from './page-cursor.js';

/** A part of a listing, as much as one answer holds. */
export interface Part<T> {
  readonly items: readonly T[];
  /** Where the next part begins; null at the end of the listing. */
  readonly nextCursor: string | null;
}

export interface PartRequest {
  readonly cursor?: string | null;
  /** The most items. */
  readonly limit: number;
  /** The most bytes of JSON; the first item is always given, so that a listing gets on. */
  readonly budgetBytes: number;
  /** Asked after a page whether there is time for another; the part ends there when not. */
  readonly goOn?: () => boolean;
}

/** A listing of AWS: how to fetch a page, and what the answer shows of it. */
export interface Listing<P, T> {
  readonly fetch: (token: string | undefined) => Promise<P>;
  readonly tokenOf: (page: P) => string | undefined;
  /** Items in the form in which they are answered: that is what the budget weighs. */
  readonly itemsOf: (page: P) => readonly T[];
}

/** What every answer that may be a part says of that; spread into the tool's output schema. */
export const partFields = {
  returned: z.int().describe('How many are in this answer.'),
  total: z.int().nullable().describe('How many there are in all; null when AWS does not say.'),
  truncated: z.boolean().describe('True when there are more.'),
  next_cursor: z.string().nullable().describe('Give it as cursor to get the next part.'),
};

/** The fields of `partFields` for a part; the total is known of whole listings and where AWS tells it. */
export function partOf<T>(
  { items, nextCursor }: Part<T>,
  known: { readonly total?: number; readonly fromStart: boolean },
): { returned: number; total: number | null; truncated: boolean; next_cursor: string | null } {
  const whole = nextCursor === null && known.fromStart ? items.length : null;
  return {
    returned: items.length,
    total: known.total ?? whole,
    truncated: nextCursor !== null,
    next_cursor: nextCursor,
  };
}

/**
 * One part of a listing: from the cursor on, up to the limit and the budget. Asks for no page it does not need, skips
 * empty pages, and ends where AWS repeats a token.
 * @throws InvalidInput for a cursor that no answer gave
 */
export async function collectPart<P, T>(listing: Listing<P, T>, request: PartRequest): Promise<Part<T>> {
  const items: T[] = [];
  let bytes = 0;
  let { token, skip } = readCursor(request.cursor);
  for (;;) {
    const page = await listing.fetch(token);
    const shown = listing.itemsOf(page);
    for (let index = skip; index < shown.length; index += 1) {
      const item = shown[index] as T;
      bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
      const full = items.length >= request.limit || (items.length > 0 && bytes > request.budgetBytes);
      if (full) return { items, nextCursor: toCursor({ token, skip: index }) };
      items.push(item);
    }
    const next = listing.tokenOf(page);
    if (next === undefined || next === token) return { items, nextCursor: null };
    if (items.length >= request.limit || request.goOn?.() === false) {
      return { items, nextCursor: toCursor({ token: next, skip: 0 }) };
    }
    token = next;
    skip = 0;
  }
}
