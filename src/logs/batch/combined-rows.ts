import type { QueryRow } from '../query-results.js';
import { naturalOrder } from './natural-order.js';
import type { Combine } from './query-shape.js';
import { bareColumn } from './row-order.js';

/**
 * Puts together the aggregates of parts of the log groups: rows that agree in every other column become one, their
 * counts and sums added, their least and greatest values compared.
 */
export function combineRows(rows: readonly QueryRow[], columns: ReadonlyMap<string, Combine>): readonly QueryRow[] {
  const groups = new Map<string, QueryRow>();
  for (const row of rows) {
    const key = JSON.stringify(
      Object.entries(row)
        .filter(([name]) => !columns.has(bareColumn(name)))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    const known = groups.get(key);
    groups.set(key, known === undefined ? row : combineTwo(known, row, columns));
  }
  return [...groups.values()];
}

function combineTwo(left: QueryRow, right: QueryRow, columns: ReadonlyMap<string, Combine>): QueryRow {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const a = left[name];
      const b = right[name];
      const how = columns.get(bareColumn(name));
      return [name, a === undefined || b === undefined || how === undefined ? (a ?? b ?? '') : combined(a, b, how)];
    }),
  );
}

function combined(a: string, b: string, how: Combine): string {
  // AWS gives numbers with at most four decimals.
  if (how === 'sum') return String(Number((Number(a) + Number(b)).toFixed(4)));
  const ordered = naturalOrder(a, b) <= 0;
  return (how === 'min') === ordered ? a : b;
}
