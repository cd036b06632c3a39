import { readCursor, toCursor } from './page-cursor.js';
import type { TimeRange } from './time-range.js';
import { InvalidInput } from '../errors.js';

const TOKEN = /^(\d{12,14})-(\d{12,14}):(.*)$/s;

/** A cursor that keeps the time range of its first call, which `now` and defaults would move with each further call. */
export function toWindowCursor({ start, end }: TimeRange, cursor: string | null): string | null {
  if (cursor === null) return null;
  const { token = '', skip } = readCursor(cursor);
  return toCursor({ token: `${start.getTime()}-${end.getTime()}:${token}`, skip });
}

/**
 * The time range and the cursor within it that a cursor holds; undefined without one.
 * @throws InvalidInput for a text that no answer gave
 */
export function readWindowCursor(
  cursor: string | null | undefined,
): { readonly range: TimeRange; readonly cursor: string } | undefined {
  if (cursor == null) return undefined;
  const { token = '', skip } = readCursor(cursor);
  const match = TOKEN.exec(token);
  if (match === null) throw new InvalidInput('cursor', 'must be a next_cursor as an earlier answer gave it');
  const [, start, end, inner] = match;
  return {
    range: { start: new Date(Number(start)), end: new Date(Number(end)) },
    cursor: toCursor({ token: inner === '' ? undefined : inner, skip }),
  };
}
