import type { Collected } from './pages.js';

/** What the list of one answer may weigh as JSON, well below the limit of a whole answer. */
export const RESULT_BUDGET_BYTES = 750_000;

/** As many items from the front as fit into the budget; `truncated` also when the list already was. */
export function withinBudget<T>(
  { items, truncated }: Collected<T>,
  budgetBytes: number = RESULT_BUDGET_BYTES,
): Collected<T> {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > budgetBytes) return { items: items.slice(0, index), truncated: true };
  }
  return { items, truncated };
}
