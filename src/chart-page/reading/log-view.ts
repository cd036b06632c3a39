import type { Series, View } from './chart.js';
import { finite, items, type Members, members, momentOf, text } from './json.js';
import { type Columns, columnsOf, type Row, rowTime } from './log-columns.js';
import { largestFirst } from './largest-first.js';
import { MOST_LINES } from './metric-view.js';
import { inOrder, momentsOf, spanOf, usualStep } from './series.js';

const MOST_BARS = 60;
const GAP = 1.5;
const SECOND_MS = 1_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3_600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
  w: 604_800 * SECOND_MS,
};
/** How long the bars of single events may last, in seconds. */
const BAR_SECONDS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400];

/** What a Logs Insights query answers: bars or lines of aggregates over time, or how many events there were when. */
export function logView(answer: Members): View {
  const rows = items(answer['results']).map((row) => rowOf(members(row)));
  const columns = columnsOf(rows);
  const notes = notesOf(answer);
  if (rows.length === 0) return words('Logs Insights query', ['The query has no rows.', ...notes]);
  if (columns === undefined) {
    const advice =
      'There is no time in these rows to draw them by; the text of the answer has them. With "by bin(5m)" a stats has one.';
    return words('Logs Insights query', [advice, ...notes]);
  }
  return columns.aggregated ? aggregates(rows, columns, answer, notes) : events(rows, columns, answer, notes);
}

function aggregates(rows: readonly Row[], columns: Columns, answer: Members, notes: readonly string[]): View {
  const { values, groups } = columns;
  const series = seriesOf(rows, columns);
  if (series.length === 0) return words('Logs Insights query', ['No value in these rows can be drawn.', ...notes]);
  const counts = values.length === 1 && series.every(({ points }) => points.every(({ value }) => isCount(value)));
  const shown = counts ? largestFirst(series) : series.slice(0, MOST_LINES);
  const stepMs = binOf(columns.time) ?? usualStep(momentsOf(series)) ?? UNIT_MS['m']!;
  const range = members(answer['time_range']);
  return {
    kind: counts ? 'bars' : 'lines',
    title: text([values.join(', '), ...(groups.length > 0 ? [`by ${groups.join(', ')}`] : [])].join(' ')),
    valueName: values.length === 1 ? text(values[0], 60) : 'Value',
    series: shown,
    span: spanOf(shown, { start: momentOf(range['start']), end: momentOf(range['end']) }, counts ? stepMs : 0),
    stepMs: counts ? stepMs : GAP * stepMs,
    thresholds: [],
    moments: [],
    notes: shown.length < series.length && !counts ? [...notes, leftOut(shown, series)] : notes,
  };
}

/** One series for each value and group, in the order of the rows. */
function seriesOf(rows: readonly Row[], { time, values, groups }: Columns): readonly Series[] {
  const points = new Map<string, { time?: number; value?: number }[]>();
  for (const row of rows) {
    const group = groups.map((name) => row.get(name) || 'none').join(' · ');
    for (const name of values) {
      const value = row.get(name) ?? '';
      if (value === '') continue;
      const label = text(
        [...(values.length > 1 || groups.length === 0 ? [name] : []), group].filter(Boolean).join(' · '),
      );
      const found = points.get(label) ?? [];
      found.push({ time: rowTime(row.get(time)), value: finite(Number(value)) });
      points.set(label, found);
    }
  }
  return [...points]
    .map(([label, found]) => ({ label, points: inOrder(found) }))
    .filter((one) => one.points.length > 0);
}

function events(rows: readonly Row[], { time }: Columns, answer: Members, notes: readonly string[]): View {
  const times = rows.flatMap((row) => rowTime(row.get(time)) ?? []);
  const first = times.reduce((a, b) => Math.min(a, b), Infinity);
  const last = times.reduce((a, b) => Math.max(a, b), -Infinity);
  const seconds = BAR_SECONDS.find((one) => (last - first) / (one * SECOND_MS) <= MOST_BARS);
  const stepMs = SECOND_MS * (seconds ?? 86_400 * Math.ceil((last - first) / (86_400 * SECOND_MS * MOST_BARS)));
  const counts = new Map<number, number>();
  for (const at of times) {
    const bar = Math.floor(at / stepMs) * stepMs;
    counts.set(bar, (counts.get(bar) ?? 0) + 1);
  }
  const series = [{ label: 'Log events', points: inOrder([...counts].map(([at, value]) => ({ time: at, value }))) }];
  const matched = finite(members(answer['statistics'])['recordsMatched']) ?? 0;
  const part =
    matched > rows.length ? `Only the ${rows.length} events of this answer are drawn, of ${matched} that match.` : '';
  return {
    kind: 'bars',
    title: 'Log events over time',
    valueName: 'Events',
    series,
    span: spanOf(series, {}, stepMs),
    stepMs,
    thresholds: [],
    moments: [],
    notes: part === '' ? notes : [part, ...notes],
  };
}

function rowOf(row: Members): Row {
  return new Map(Object.entries(row).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function notesOf({ message, status, truncated }: Members): readonly string[] {
  const said = text(message, 500);
  if (said !== '') return [said];
  if (truncated === true) return ['There are more rows than these.'];
  return status === undefined || status === 'Complete' ? [] : [`The query is not complete: ${text(status)}.`];
}

function words(title: string, notes: readonly string[]): View {
  return { kind: 'words', title, notes };
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

/** How long the bins of `bin(5m)` are; undefined for another name. */
function binOf(name: string): number | undefined {
  const [, amount = '0', unit = ''] = /^bin\((\d{1,6})\s*(ms|s|m|h|d|w)/i.exec(name) ?? [];
  return Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0) || undefined;
}

function leftOut(shown: readonly Series[], all: readonly Series[]): string {
  return `${shown.length} of ${all.length} series are drawn.`;
}
