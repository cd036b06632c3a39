import type { Chart, Series, View } from './chart.js';
import { finite, items, type Members, members, moment, momentOf, text } from './json.js';
import { inOrder, momentsOf, spanOf, usualStep } from './series.js';

/** More lines nobody tells apart. */
export const MOST_LINES = 20;
/** A line goes on over a point that came late, and breaks where one is missing. */
const GAP = 1.5;

/** What get_metric_data answers. */
export function metricDataView(answer: Members, extra: Members): View {
  const results = items(answer['metricDataResults']).map(members);
  const series = results.map(({ label, id, datapoints }) => ({
    label: text(label) || text(id) || 'Unnamed',
    points: inOrder(
      items(datapoints)
        .map(members)
        .map(({ timestamp, value }) => ({ time: momentOf(timestamp), value: finite(value) })),
    ),
  }));
  const incomplete = results.flatMap(({ label, statusCode }) =>
    statusCode === undefined || statusCode === 'Complete' ? [] : [`${text(label)}: ${text(statusCode)}`],
  );
  const said = [answer, ...results].flatMap((from) => items(members(from)['messages']).map(members));
  const title = series.length === 1 ? (series[0]?.label ?? '') : 'Metric data';
  return metricView(title, series, answer, extra, [
    text(answer['hint'], 1_000),
    ...(incomplete.length > 0 ? [`Not complete: ${incomplete.slice(0, MOST_LINES).join(', ')}.`] : []),
    ...said.map(({ value }) => text(value, 500)),
  ]);
}

/** What get_metric_chart answers: numbers for the reader, and the points beside them for the page. */
export function metricChartView(answer: Members, extra: Members): View {
  const title = text(answer['title']) || 'Metrics';
  const summaries = items(answer['series']).map(members);
  const drawn = items(extra['series'])
    .map(members)
    .map(({ label, points }) => ({
      label: text(label) || 'Unnamed',
      points: inOrder(
        items(points)
          .map(items)
          .map(([seconds, value]) => pointOf(seconds, value)),
      ),
    }));
  const handed = extra['series'] !== undefined || summaries.every(({ datapoints }) => datapoints === 0);
  const said = [text(answer['message'], 1_000), ...moreThan(drawn.length, summaries.length)];
  if (handed) return metricView(title, drawn, answer, extra, said);
  const numbers = summaries.slice(0, MOST_LINES).map(inNumbers);
  return { kind: 'words', title, notes: ['This client did not hand over the points of the lines.', ...numbers] };
}

function metricView(
  title: string,
  series: readonly Series[],
  answer: Members,
  extra: Members,
  said: readonly string[],
): View {
  const filled = series.filter(({ points }) => points.length > 0);
  const empty = series.filter(({ points }) => points.length === 0).map(({ label }) => label);
  const notes = [...new Set([...said, ...moreThan(Math.min(filled.length, MOST_LINES), filled.length)])];
  if (empty.length > 0) notes.push(`No data in this time range: ${empty.slice(0, MOST_LINES).join(', ')}.`);
  const shown = notes.filter((note) => note !== '');
  if (filled.length === 0) {
    return { kind: 'words', title, notes: ['There are no data to draw.', ...shown] };
  }
  return chartOf(title, filled.slice(0, MOST_LINES), answer, extra, shown);
}

function chartOf(
  title: string,
  series: readonly Series[],
  answer: Members,
  extra: Members,
  notes: readonly string[],
): Chart {
  const threshold = finite(answer['alarm_line']);
  const marks = items(extra['marks']).map(members);
  const range = members(answer['time_range']);
  return {
    kind: 'lines',
    title,
    valueName: text(extra['unit'], 40) || (series.length === 1 ? (series[0]?.label ?? '') : 'Value'),
    series,
    span: spanOf(series, { start: momentOf(range['start']), end: momentOf(range['end']) }),
    stepMs: GAP * (usualStep(momentsOf(series)) ?? 0),
    thresholds: [
      ...(threshold === undefined ? [] : [{ label: 'Alarm threshold', value: threshold }]),
      ...marks.flatMap(({ label, value }) => {
        const at = finite(value);
        return at === undefined ? [] : [{ label: text(label, 60), value: at }];
      }),
    ],
    moments: marks.flatMap(({ label, time }) => {
      const at = momentOf(time);
      return at === undefined ? [] : [{ label: text(label, 60), time: at }];
    }),
    notes,
  };
}

function pointOf(seconds: unknown, value: unknown): { time?: number; value?: number } {
  const at = finite(seconds);
  return { time: at === undefined ? undefined : moment(at * 1_000), value: finite(value) };
}

function moreThan(drawn: number, all: number): readonly string[] {
  return all > drawn && drawn > 0 ? [`${drawn} of ${all} series are drawn.`] : [];
}

function inNumbers({ label, minimum, average, maximum }: Members): string {
  const said = (value: unknown): string => (finite(value) === undefined ? 'none' : String(value));
  return `${text(label)}: lowest ${said(minimum)}, average ${said(average)}, highest ${said(maximum)}.`;
}
