import type { Collected } from './pages.js';

/** As many items from the front as fit into the budget; `truncated` also when the list already was. */
export function withinBudget<T>({ items, truncated }: Collected<T>, budgetBytes: number): Collected<T> {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > budgetBytes) return { items: items.slice(0, index), truncated: true };
  }
  return { items, truncated };
}
