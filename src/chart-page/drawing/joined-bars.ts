import type { Chart, Point } from '../reading/chart.js';
import { inOrder } from '../reading/series.js';

/** Narrower bars are lines. */
const LEAST_WIDTH = 3;

/** The chart with as many neighbouring bars added up as it takes for a bar to be seen in this width. */
export function joinedBars(chart: Chart, width: number): Chart {
  const { start, end } = chart.span;
  const bars = (end - start) / chart.stepMs;
  const joined = Math.ceil((bars * LEAST_WIDTH) / Math.max(1, width));
  if (joined <= 1) return chart;
  const stepMs = joined * chart.stepMs;
  const series = chart.series.map(({ label, points }) => ({ label, points: addedUp(points, stepMs) }));
  const first = Math.floor(start / stepMs) * stepMs;
  return { ...chart, stepMs, series, span: { start: Math.min(start, first), end: Math.max(end, first + stepMs) } };
}

function addedUp(points: readonly Point[], stepMs: number): readonly Point[] {
  const sums = new Map<number, number>();
  for (const { time, value } of points) {
    const bar = Math.floor(time / stepMs) * stepMs;
    sums.set(bar, (sums.get(bar) ?? 0) + value);
  }
  return inOrder([...sums].map(([time, value]) => ({ time, value })));
}
