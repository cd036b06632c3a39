import type { Chart } from '../reading/chart.js';
import type { Frame } from './frame.js';
import { lookOf } from './look.js';
import { pixel, type Shape } from './shape.js';

const SPACE = 1;
/** A bar that is there is seen. */
const LEAST = 1;

/** The bars of each moment on top of each other, from the moment on for as long as one lasts. */
export function barShapes({ series, stepMs }: Chart, frame: Frame): readonly Shape[] {
  const below = new Map<number, number>();
  return series.flatMap(({ points }, index) =>
    points.flatMap(({ time, value }): Shape[] => {
      if (value <= 0) return [];
      const from = below.get(time) ?? 0;
      below.set(time, from + value);
      const [left, right] = [frame.x(time), frame.x(time + stepMs)];
      const [top, bottom] = [frame.y(from + value), frame.y(from)];
      const at = {
        x: pixel(left),
        y: pixel(Math.min(top, bottom - LEAST)),
        width: pixel(Math.max(LEAST, right - left - SPACE)),
        height: pixel(Math.max(LEAST, bottom - top)),
      };
      return [{ tag: 'rect', look: `bar ${lookOf(index)}`, at }];
    }),
  );
}
