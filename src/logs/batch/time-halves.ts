import type { QueryRow } from '../query-results.js';

/** Seconds since the epoch, as StartQuery takes them; both ends are included. */
export interface SecondsRange {
  readonly start: number;
  readonly end: number;
}

/** True while halves are shorter than the whole. */
export function canHalve({ start, end }: SecondsRange): boolean {
  return end - start >= 2;
}

/**
 * Both halves include the second at which they meet. AWS reads `endTime` as that second's first millisecond, inclusive,
 * and may come to mean the whole second (aws/aws-sdk issue 280): a gap of a second would lose events, and what both
 * halves find is told by its pointer.
 */
export function halvesOf({ start, end }: SecondsRange): readonly [earlier: SecondsRange, later: SecondsRange] {
  const middle = Math.floor((start + end) / 2);
  return [
    { start, end: middle },
    { start: middle, end },
  ];
}

/** The rows of both halves, newest half first, each event once. */
export function joinHalves(earlier: readonly QueryRow[], later: readonly QueryRow[]): readonly QueryRow[] {
  const seen = new Set(later.map((row) => row['@ptr']).filter((pointer) => pointer !== undefined));
  return [...later, ...earlier.filter(({ '@ptr': pointer }) => pointer === undefined || !seen.has(pointer))];
}
