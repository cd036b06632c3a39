import type { Chart, Point } from '../reading/chart.js';
import type { Frame } from './frame.js';
import { lookOf } from './look.js';
import { pixel, type Shape } from './shape.js';

/** Each series as a line that breaks where points are missing; a point without neighbours is a dot. */
export function lineShapes({ series, stepMs }: Chart, frame: Frame): readonly Shape[] {
  return series.flatMap(({ points }, index) => {
    const runs = unbroken(points, stepMs);
    const lines = runs.filter((run) => run.length > 1).map((run) => thinned(run, frame));
    const path = lines.map((run) => pathOf(run, frame)).join('');
    const dots = runs.flatMap((run) => (run.length === 1 ? run : []));
    return [
      ...(path === '' ? [] : [{ tag: 'path', look: `line ${lookOf(index)}`, at: {}, path } as const]),
      ...dots.map(({ time, value }): Shape => {
        const at = { cx: pixel(frame.x(time)), cy: pixel(frame.y(value)), r: 2.5 };
        return { tag: 'circle', look: `dot ${lookOf(index)}`, at };
      }),
    ];
  });
}

/** Runs of points that lie no further apart than `gapMs`; without one all are a run. */
export function unbroken(points: readonly Point[], gapMs: number): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run === undefined || before === undefined || (gapMs > 0 && point.time - before.time > gapMs))
      runs.push([point]);
    else run.push(point);
  }
  return runs;
}

/** Of all points that share a column of pixels the first, the lowest, the highest and the last: what can be seen. */
function thinned(points: readonly Point[], frame: Pick<Frame, 'x'>): readonly Point[] {
  const kept: Point[] = [];
  let column: Point[] = [];
  for (const [index, point] of points.entries()) {
    column.push(point);
    const next = points[index + 1];
    if (next !== undefined && Math.floor(frame.x(next.time)) === Math.floor(frame.x(point.time))) continue;
    kept.push(...ends(column));
    column = [];
  }
  return kept;
}

function ends(column: readonly Point[]): readonly Point[] {
  if (column.length <= 4) return column;
  const lowest = column.reduce((a, b) => (b.value < a.value ? b : a));
  const highest = column.reduce((a, b) => (b.value > a.value ? b : a));
  const chosen = new Set([column[0], lowest, highest, column.at(-1)]);
  return column.filter((point) => chosen.has(point));
}

function pathOf(run: readonly Point[], frame: Frame): string {
  return run
    .map(({ time, value }, index) => `${index === 0 ? 'M' : 'L'}${pixel(frame.x(time))} ${pixel(frame.y(value))}`)
    .join('');
}
