import type { Chart, Span } from '../reading/chart.js';
import { shortNumber } from './number-text.js';
import { type ValueAxis, valueAxis } from './value-axis.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The area between the axes, and where in it a moment and a value lie. */
export interface Frame extends Size {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly axis: ValueAxis;
  x(time: number): number;
  y(value: number): number;
  timeAt(x: number): number;
}

const CHARACTER = 6.6;
const TOP = 14;
const BOTTOM = 40;
const RIGHT = 16;
const TICK_EVERY = 52;

/** The frame of a chart; the smallest one in which anything can be seen, however little room there is. */
export function frameOf(chart: Chart, size: Size): Frame {
  const width = Math.max(160, size.width);
  const height = Math.max(120, size.height);
  const [top, bottom] = [TOP, height - BOTTOM];
  const axis = axisOf(chart, Math.max(2, Math.round((bottom - top) / TICK_EVERY)));
  const longest = Math.max(...axis.ticks.map((tick) => shortNumber(tick).length));
  const left = Math.ceil(16 + longest * CHARACTER);
  const right = width - RIGHT;
  const { start, end }: Span = chart.span;
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    axis,
    x: (time) => left + ((time - start) / (end - start)) * (right - left),
    y: (value) => bottom - ((value - axis.min) / (axis.max - axis.min)) * (bottom - top),
    timeAt: (x) => start + ((x - left) / (right - left)) * (end - start),
  };
}

function axisOf(chart: Chart, ticks: number): ValueAxis {
  const values = [
    ...(chart.kind === 'bars' ? stackHeights(chart) : allValues(chart)),
    ...chart.thresholds.map(({ value }) => value),
  ];
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return valueAxis(low, high, ticks, chart.kind === 'bars');
}

function allValues({ series }: Chart): readonly number[] {
  return series.flatMap(({ points }) => points.map(({ value }) => value));
}

/** What the bars of each moment add up to. */
function stackHeights({ series }: Chart): readonly number[] {
  const sums = new Map<number, number>();
  for (const { points } of series) for (const { time, value } of points) sums.set(time, (sums.get(time) ?? 0) + value);
  return [...sums.values()];
}
