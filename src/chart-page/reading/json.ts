/** Members of a JSON object whose shape nobody has checked. */
export type Members = Readonly<Record<string, unknown>>;

/** Larger numbers overflow where they are added up, and smaller ones where they are divided. */
const LARGEST = 1e280;
const SMALLEST = 1e-280;
/** Where calendars have no surprises. */
const LAST_MOMENT = Date.UTC(2200, 0);

/** The members of an object; none for anything else. */
export function members(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** The items of an array; none for anything else. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text of at most `max` characters; empty for anything else. */
export function text(value: unknown, max = 200): string {
  if (typeof value !== 'string') return '';
  if (value.length <= max) return value;
  const characters = Array.from(value.slice(0, 2 * max + 2));
  return characters.length <= max ? value : `${characters.slice(0, max).join('')}…`;
}

/** A number that can be drawn. */
export function finite(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(Math.abs(value) <= LARGEST)) return undefined;
  return Math.abs(value) < SMALLEST ? 0 : value;
}

/** A number of milliseconds that is a moment between 1970 and 2200. */
export function moment(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= LAST_MOMENT ? Math.round(ms) : undefined;
}

/** The moment that an ISO 8601 text with a zone names. */
export function momentOf(value: unknown): number | undefined {
  return typeof value === 'string' ? moment(Date.parse(value)) : undefined;
}
