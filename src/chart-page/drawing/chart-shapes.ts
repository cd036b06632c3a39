import type { Chart } from '../reading/chart.js';
import { barShapes } from './bar-shapes.js';
import { joinedBars } from './joined-bars.js';
import { type Frame, frameOf, type Size } from './frame.js';
import { lineShapes } from './line-shapes.js';
import type { LocalTime } from './local-time.js';
import { shortNumber } from './number-text.js';
import { pixel, type Shape } from './shape.js';
import { timeTicks } from './time-axis.js';

/** A chart as it is drawn. */
export interface Drawing {
  readonly chart: Chart;
  readonly frame: Frame;
  readonly shapes: readonly Shape[];
}

const TICK_WIDTH = 64;
const LABEL_WIDTH = 6.6;
const LABEL_HEIGHT = 20;

/** Draws a chart of any size into the room there is. */
export function drawingOf(given: Chart, size: Size, local: LocalTime): Drawing {
  const chart = given.kind === 'bars' ? joinedBars(given, size.width) : given;
  const frame = frameOf(chart, size);
  const drawn = chart.kind === 'bars' ? barShapes(chart, frame) : lineShapes(chart, frame);
  const shapes = [
    ...grid(frame),
    ...timeMarks(chart, frame, local),
    ...drawn,
    ...moments(chart, frame),
    ...thresholds(chart, frame),
  ];
  return { chart, frame, shapes };
}

function grid(frame: Frame): readonly Shape[] {
  return frame.axis.ticks.flatMap((tick): Shape[] => {
    const y = pixel(frame.y(tick));
    return [
      { tag: 'line', look: tick === 0 ? 'grid zero' : 'grid', at: { x1: frame.left, x2: frame.right, y1: y, y2: y } },
      { tag: 'text', look: 'tick value', at: { x: frame.left - 8, y: y + 4 }, text: shortNumber(tick) },
    ];
  });
}

function timeMarks({ span }: Chart, frame: Frame, local: LocalTime): readonly Shape[] {
  const { left, right, bottom } = frame;
  const most = Math.max(2, Math.floor((right - left) / TICK_WIDTH));
  return timeTicks(span, most, local).flatMap(({ time, label, day }): Shape[] => {
    const x = pixel(frame.x(time));
    return [
      { tag: 'line', look: 'mark', at: { x1: x, x2: x, y1: bottom, y2: bottom + 5 } },
      { tag: 'text', look: 'tick time', at: { x, y: bottom + 18 }, text: label },
      ...(day === undefined ? [] : [{ tag: 'text', look: 'tick day', at: { x, y: bottom + 33 }, text: day } as const]),
    ];
  });
}

function thresholds(chart: Chart, frame: Frame): readonly Shape[] {
  return chart.thresholds.flatMap(({ label, value }): Shape[] => {
    const y = pixel(frame.y(value));
    const text = `${label} ${shortNumber(value)}`;
    const above = labelFits(chart, frame, y, text);
    return [
      { tag: 'line', look: 'threshold', at: { x1: frame.left, x2: frame.right, y1: y, y2: y } },
      { tag: 'text', look: 'threshold-label', at: { x: frame.right - 2, y: above ? y - 6 : y + 15 }, text },
    ];
  });
}

/** Whether above the line there is room for its label, and not more in its way than below. */
function labelFits({ series }: Chart, frame: Frame, y: number, text: string): boolean {
  if (y - frame.top < LABEL_HEIGHT) return false;
  const from = frame.timeAt(frame.right - text.length * LABEL_WIDTH);
  const near = series
    .flatMap(({ points }) => points.filter(({ time }) => time >= from))
    .map(({ value }) => frame.y(value) - y);
  const above = near.filter((distance) => distance < 0 && distance > -LABEL_HEIGHT).length;
  const below = near.filter((distance) => distance > 0 && distance < LABEL_HEIGHT).length;
  return above <= below || frame.bottom - y < LABEL_HEIGHT;
}

function moments(chart: Chart, frame: Frame): readonly Shape[] {
  return chart.moments
    .filter(({ time }) => time >= chart.span.start && time <= chart.span.end)
    .flatMap(({ label, time }): Shape[] => {
      const x = pixel(frame.x(time));
      const fits = x + 5 + label.length * LABEL_WIDTH < frame.right;
      return [
        { tag: 'line', look: 'moment', at: { x1: x, x2: x, y1: frame.top, y2: frame.bottom } },
        {
          tag: 'text',
          look: fits ? 'moment-label' : 'moment-label before',
          at: { x: fits ? x + 5 : x - 5, y: frame.top + 10 },
          text: label,
        },
      ];
    });
}
