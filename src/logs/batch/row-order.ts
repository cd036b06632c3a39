import type { QueryRow } from '../query-results.js';
import { naturalOrder } from './natural-order.js';

/** One key of `sort`. */
export interface SortKey {
  /** The column as the query names it. */
  readonly column: string;
  readonly descending: boolean;
}

/** One order over the rows of several queries; equal rows stay as they came, and so do all without keys. */
export function inOrder<T>(items: readonly T[], rowOf: (item: T) => QueryRow, keys: readonly SortKey[]): readonly T[] {
  if (keys.length === 0) return items;
  const columns = keys.map(({ column }) => bareColumn(column));
  const keyed = items.map((item) => ({ item, values: valuesOf(rowOf(item), columns) }));
  return keyed.toSorted((left, right) => compare(left.values, right.values, keys)).map(({ item }) => item);
}

/** The sort keys that no row carries: the rows of several queries then have no common order. */
export function missingKeys(rows: readonly QueryRow[], keys: readonly SortKey[]): readonly string[] {
  return keys
    .map(({ column }) => column)
    .filter((column) => {
      const bare = bareColumn(column);
      return rows.length > 0 && rows.every((row) => !Object.keys(row).some((name) => bareColumn(name) === bare));
    });
}

/** A column's name as it is compared: AWS may write `count(*)` with other white space than the query does. */
export function bareColumn(name: string): string {
  return name.replace(/\s+/g, '');
}

function valuesOf(row: QueryRow, columns: readonly string[]): readonly (string | undefined)[] {
  return columns.map((column) => row[column] ?? Object.entries(row).find(([name]) => bareColumn(name) === column)?.[1]);
}

/** Rows without a value come last in both directions. */
function compare(
  left: readonly (string | undefined)[],
  right: readonly (string | undefined)[],
  keys: readonly SortKey[],
): number {
  for (const [index, { descending }] of keys.entries()) {
    const a = left[index];
    const b = right[index];
    if (a === undefined || b === undefined) {
      if (a === b) continue;
      return a === undefined ? 1 : -1;
    }
    const order = naturalOrder(a, b);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
