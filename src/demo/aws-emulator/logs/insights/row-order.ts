import { compile, type Evaluator } from './evaluator.js';
import type { Expression, SortKey } from './query.js';
import type { Row } from './row.js';
import { sortOrder, toText, type Value } from './value.js';

/** Stable; rows without a value come last in both directions. */
export function sortRows(rows: readonly Row[], keys: readonly SortKey[]): Row[] {
  const evaluators = keys.map(({ expression, descending }) => ({ evaluate: compile(expression), descending }));
  const keyed = rows.map((row) => ({ row, values: evaluators.map(({ evaluate }) => evaluate(row)) }));
  keyed.sort((left, right) => {
    for (const [index, { descending }] of evaluators.entries()) {
      const order = orderOf(left.values[index], right.values[index], descending);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

/** Keeps the first row of each combination; a row that lacks one of the values is never a duplicate. */
export function dedupRows(rows: readonly Row[], keys: readonly Expression[]): Row[] {
  const evaluators: Evaluator[] = keys.map(compile);
  const seen = new Set<string>();
  return rows.filter((row) => {
    const values = evaluators.map((evaluate) => toText(evaluate(row)));
    if (values.includes(undefined)) return true;
    const key = JSON.stringify(values);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function orderOf(left: Value, right: Value, descending: boolean): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return descending ? sortOrder(right, left) : sortOrder(left, right);
}
