import type { Series } from './chart.js';
import { inOrder } from './series.js';

/** More colours on top of each other nobody tells apart. */
const MOST_STACKED = 8;

/** The series with the largest sums, and one of all the others together. */
export function largestFirst(series: readonly Series[]): readonly Series[] {
  const sorted = series
    .map((one) => ({ one, sum: sumOf(one) }))
    .sort((a, b) => b.sum - a.sum)
    .map(({ one }) => one);
  if (sorted.length <= MOST_STACKED) return sorted;
  const others = sorted.slice(MOST_STACKED - 1);
  return [...sorted.slice(0, MOST_STACKED - 1), { label: `${others.length} others`, points: together(others) }];
}

/** What the values of a series add up to. */
export function sumOf({ points }: Series): number {
  return points.reduce((sum, { value }) => sum + value, 0);
}

function together(series: readonly Series[]): Series['points'] {
  const sums = new Map<number, number>();
  for (const { points } of series) {
    for (const { time, value } of points) sums.set(time, (sums.get(time) ?? 0) + value);
  }
  return inOrder([...sums].map(([time, value]) => ({ time, value })));
}
