import type { Point, Series, Span } from './chart.js';

const MINUTE_MS = 60_000;

/** The points in the order of time, the last one given for a moment; those without a moment or a number left out. */
export function inOrder(points: readonly { readonly time?: number; readonly value?: number }[]): readonly Point[] {
  const values = new Map<number, number>();
  for (const { time, value } of points) if (time !== undefined && value !== undefined) values.set(time, value);
  return [...values].map(([time, value]) => ({ time, value })).sort((a, b) => a.time - b.time);
}

/** All moments at which a series has a point, in order. */
export function momentsOf(series: readonly Series[]): readonly number[] {
  return [...new Set(series.flatMap(({ points }) => points.map(({ time }) => time)))].sort((a, b) => a - b);
}

/** The usual distance of neighbours; undefined for fewer than two. */
export function usualStep(moments: readonly number[]): number | undefined {
  const steps = moments.slice(1).map((time, index) => time - (moments[index] ?? time));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
}

/** The span asked for, made wider where there are points outside; never empty. */
export function spanOf(series: readonly Series[], asked: Partial<Span>, tailMs = 0): Span {
  let start = asked.start ?? Infinity;
  let end = asked.end ?? -Infinity;
  for (const { points } of series) {
    start = Math.min(start, points[0]?.time ?? Infinity);
    end = Math.max(end, (points.at(-1)?.time ?? -Infinity) + tailMs);
  }
  return end > start ? { start, end } : { start: start - MINUTE_MS, end: start + MINUTE_MS };
}
