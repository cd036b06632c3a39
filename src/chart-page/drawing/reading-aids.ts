import type { Chart } from '../reading/chart.js';
import { sumOf } from '../reading/largest-first.js';
import { momentsOf } from '../reading/series.js';
import { durationText, type LocalTime } from './local-time.js';
import { exactNumber } from './number-text.js';

/** The chart as a table: its moments, with the value of each series. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many moments have no row. */
  readonly left: number;
}

const MOST_ROWS = 500;

/** The values of a chart for those who do not see it; of very many the newest. */
export function tableOf({ series }: Chart, local: LocalTime): Table {
  const moments = momentsOf(series);
  const shown = moments.slice(-MOST_ROWS);
  const values = series.map(({ points }) => new Map(points.map(({ time, value }) => [time, value])));
  return {
    head: [`Time (${local.zone})`, ...series.map(({ label }) => label)],
    rows: shown.map((time) => [local.full(time), ...values.map((of) => valueText(of.get(time)))]),
    left: moments.length - shown.length,
  };
}

/** What a series was at a moment, beside its name. */
export function valuesAt({ series }: Chart, time: number): readonly string[] {
  return series.map(({ points }) => valueText(points.find((point) => point.time === time)?.value));
}

/** What stands beside the name of each series while nobody asks for a moment. */
export function totals({ kind, series }: Chart): readonly string[] {
  return series.map((one) => {
    if (kind === 'bars') return `${exactNumber(sumOf(one))} in all`;
    const highest = one.points.reduce((a, { value }) => Math.max(a, value), -Infinity);
    return `latest ${exactNumber(one.points.at(-1)?.value ?? 0)}, highest ${exactNumber(highest)}`;
  });
}

/** The chart in a sentence or two. */
export function inWords(chart: Chart, local: LocalTime): string {
  const { kind, title, series, span, thresholds } = chart;
  const drawn = kind === 'bars' ? `Bar chart, each bar ${durationText(chart.stepMs)}` : 'Line chart';
  const lines = totals(chart).map((total, index) => `${series[index]?.label}: ${total}`);
  const marks = thresholds.map(({ label, value }) => `${label}: ${exactNumber(value)}`);
  const when = `from ${local.full(span.start)} to ${local.full(span.end)}, ${local.zone}`;
  return `${drawn}: ${title}, ${when}. ${[...lines, ...marks].join('. ')}. A table of the values follows.`;
}

function valueText(value: number | undefined): string {
  return value === undefined ? '–' : exactNumber(value);
}
