/** A value of a metric and the time at which its period began. */
export interface MetricPoint {
  readonly timeMs: number;
  readonly value: number;
}

/** A metric at equal steps of time. */
export interface MetricGrid {
  readonly startMs: number;
  readonly stepMs: number;
  /** NaN where nothing was published: gaps are left out of every sum, never filled. */
  readonly values: Float64Array;
}

const SHORT_STEPS_SECONDS = [1, 5, 10, 30];
const LONGEST_STEP_SECONDS = 3_600;
const SNAP_TOLERANCE = 0.1;
/** A grid may be so many times as long as there are points; sparser than that it shows no rhythm. */
const MAX_STEPS_PER_POINT = 4;

/**
 * How often the metric is published, in seconds: its most frequent gap, taken as 1, 5, 10, 30 seconds or whole minutes
 * up to an hour where it is within a tenth of one. The points are in ascending order, two at least.
 */
export function publishingPeriodSeconds(points: readonly MetricPoint[]): number {
  const counts = new Map<number, number>();
  let best = 0;
  for (let index = 1; index < points.length; index += 1) {
    const gap = points[index]!.timeMs - points[index - 1]!.timeMs;
    if (gap <= 0) continue;
    counts.set(gap, (counts.get(gap) ?? 0) + 1);
    // The shortest of equally frequent gaps: the longer ones are more likely to hold missing points.
    const [count, bestCount] = [counts.get(gap)!, counts.get(best) ?? 0];
    if (count > bestCount || (count === bestCount && gap < best)) best = gap;
  }
  return snapped(best / 1_000);
}

/** The share of the points in the time that all of them would take without a gap. */
export function densityRatio(points: readonly MetricPoint[], periodSeconds: number): number {
  const [first] = points;
  if (first === undefined) return 0;
  const untilMs = first.timeMs + periodSeconds * 1_000 * (points.length - 1);
  return points.filter(({ timeMs }) => timeMs <= untilMs).length / points.length;
}

/** The points on a grid; undefined when they lie too far apart for one. */
export function toGrid(points: readonly MetricPoint[], periodSeconds: number): MetricGrid | undefined {
  const stepMs = periodSeconds * 1_000;
  const startMs = points[0]?.timeMs ?? 0;
  const steps = Math.round(((points.at(-1)?.timeMs ?? startMs) - startMs) / stepMs) + 1;
  if (!(steps <= points.length * MAX_STEPS_PER_POINT)) return undefined;
  const values = new Float64Array(steps).fill(Number.NaN);
  for (const { timeMs, value } of points) values[Math.round((timeMs - startMs) / stepMs)] = value;
  return { startMs, stepMs, values };
}

function snapped(seconds: number): number {
  const minutes = Math.min(LONGEST_STEP_SECONDS, Math.max(60, Math.round(seconds / 60) * 60));
  const nearest = [...SHORT_STEPS_SECONDS, minutes].reduce((best, step) =>
    Math.abs(step - seconds) < Math.abs(best - seconds) ? step : best,
  );
  return Math.abs(nearest - seconds) <= SNAP_TOLERANCE * nearest ? nearest : seconds;
}
