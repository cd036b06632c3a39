import { describe, expect, it } from 'vitest';
import { CHART_DATA_KEY } from '../chart-data.js';
import type { Chart, View } from './chart.js';
import { viewOf } from './view-of.js';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 20, 12);
const iso = (ms: number): string => new Date(ms).toISOString();
const chart = (view: View): Chart => {
  if (view.kind === 'words') throw new Error(view.notes.join(' '));
  return view;
};
const series = (label: string, values: readonly unknown[], more: object = {}): object => ({
  id: 'm1',
  label,
  statusCode: 'Complete',
  datapoints: values.map((value, index) => ({ timestamp: iso(NOON + index * MINUTE), value })),
  messages: [],
  ...more,
});
const data = (...results: object[]): View =>
  viewOf({ structuredContent: { metricDataResults: results, messages: [] } });

describe('metricDataView', () => {
  it('makes a line of each series, over the time that was asked for', () => {
    const range = { start: iso(NOON - 10 * MINUTE), end: iso(NOON + 10 * MINUTE) };
    const view = viewOf({
      structuredContent: { metricDataResults: [series('a', [1, 2]), series('b', [3])], time_range: range },
      _meta: { [CHART_DATA_KEY]: { unit: 'Percent' } },
    });
    expect(view).toMatchObject({
      kind: 'lines',
      title: 'Metric data',
      valueName: 'Percent',
      series: [
        {
          label: 'a',
          points: [
            { time: NOON, value: 1 },
            { time: NOON + MINUTE, value: 2 },
          ],
        },
        { label: 'b', points: [{ time: NOON, value: 3 }] },
      ],
      span: { start: NOON - 10 * MINUTE, end: NOON + 10 * MINUTE },
      stepMs: 1.5 * MINUTE,
      notes: [],
    });
  });

  it('leaves out what is no number or no time, and puts points in order', () => {
    const points = [
      { timestamp: iso(NOON + MINUTE), value: 2 },
      { timestamp: iso(NOON), value: 1 },
      { timestamp: 'soon', value: 3 },
      { timestamp: iso(NOON + 2 * MINUTE), value: Number.NaN },
      { timestamp: iso(NOON + 3 * MINUTE), value: Infinity },
      { timestamp: iso(NOON + 4 * MINUTE), value: null },
      { timestamp: iso(NOON + 5 * MINUTE), value: '6' },
    ];
    expect(chart(data(series('a', [], { datapoints: points }))).series[0]?.points).toEqual([
      { time: NOON, value: 1 },
      { time: NOON + MINUTE, value: 2 },
    ]);
  });

  it('says in words that there are no data, and for which series', () => {
    expect(data()).toEqual({ kind: 'words', title: 'Metric data', notes: ['There are no data to draw.'] });
    expect(data(series('CPU', []))).toMatchObject({
      kind: 'words',
      title: 'CPU',
      notes: ['There are no data to draw.', 'No data in this time range: CPU.'],
    });
    expect(data(series('a', [1]), series('b', [])).notes).toEqual(['No data in this time range: b.']);
  });

  it('says what is partial: the hint, the state of a series, what CloudWatch says', () => {
    const partial = series('b', [2], { statusCode: 'PartialData', messages: [{ code: 'X', value: 'Too many.' }] });
    const view = viewOf({
      structuredContent: { metricDataResults: [series('a', [1]), partial], hint: 'The newest 2 of 9 points are here.' },
    });
    expect(view.notes).toEqual(['The newest 2 of 9 points are here.', 'Not complete: b: PartialData.', 'Too many.']);
  });

  it('draws twenty of many series and says so', () => {
    const view = chart(data(...Array.from({ length: 33 }, (_, index) => series(`s${index}`, [index]))));
    expect(view.series).toHaveLength(20);
    expect(view.notes).toEqual(['20 of 33 series are drawn.']);
  });
});

describe('metricChartView', () => {
  const answer = (more: object = {}): object => ({
    title: 'payments-duration',
    series: [{ label: 'p99', datapoints: 2, minimum: 1, maximum: 3, average: 2 }],
    alarm_line: 3_000,
    time_range: { start: iso(NOON), end: iso(NOON + 5 * MINUTE) },
    ...more,
  });
  const points = [
    [NOON / 1_000, 1],
    [NOON / 1_000 + 60, 3],
  ];

  it('draws the points that came beside the numbers, the threshold of the alarm, and the marks', () => {
    const marks = [{ label: 'budget', value: 5 }, { label: 'deploy', time: iso(NOON + MINUTE) }, { label: 'nowhere' }];
    const drawn = { series: [{ label: 'p99', points }], marks, unit: 'Milliseconds' };
    expect(viewOf({ structuredContent: answer(), _meta: { [CHART_DATA_KEY]: drawn } })).toMatchObject({
      kind: 'lines',
      title: 'payments-duration',
      valueName: 'Milliseconds',
      series: [
        {
          label: 'p99',
          points: [
            { time: NOON, value: 1 },
            { time: NOON + MINUTE, value: 3 },
          ],
        },
      ],
      thresholds: [
        { label: 'Alarm threshold', value: 3_000 },
        { label: 'budget', value: 5 },
      ],
      moments: [{ label: 'deploy', time: NOON + MINUTE }],
    });
  });

  it('says what is missing of the numbers, and how many series are left out', () => {
    const many = Array.from({ length: 22 }, () => ({ label: 'p99', datapoints: 2 }));
    const drawn = { series: [{ label: 'p99', points }], marks: [] };
    const partial = answer({ series: many, message: 'Not all data: chart fewer metrics.' });
    expect(viewOf({ structuredContent: partial, _meta: { [CHART_DATA_KEY]: drawn } }).notes).toEqual([
      'Not all data: chart fewer metrics.',
      '1 of 22 series are drawn.',
    ]);
  });

  it('gives the numbers when a client keeps the points to itself', () => {
    expect(viewOf({ structuredContent: answer() })).toEqual({
      kind: 'words',
      title: 'payments-duration',
      notes: ['This client did not hand over the points of the lines.', 'p99: lowest 1, average 2, highest 3.'],
    });
  });

  it('says when an alarm has no data', () => {
    const empty = answer({ series: [{ label: 'p99', datapoints: 0, minimum: null }] });
    const drawn = { series: [{ label: 'p99', points: [] }], marks: [] };
    expect(viewOf({ structuredContent: empty, _meta: { [CHART_DATA_KEY]: drawn } })).toMatchObject({
      kind: 'words',
      notes: ['There are no data to draw.', 'No data in this time range: p99.'],
    });
  });
});
