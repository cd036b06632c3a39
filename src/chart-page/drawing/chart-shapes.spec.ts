import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHART_DATA_KEY } from '../chart-data.js';
import type { Chart, Point } from '../reading/chart.js';
import { viewOf } from '../reading/view-of.js';
import { type Drawing, drawingOf } from './chart-shapes.js';
import { LocalTime } from './local-time.js';
import { inWords, tableOf } from './reading-aids.js';
import type { Shape } from './shape.js';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 20, 12);
const SIZE = { width: 600, height: 300 };
const utc = new LocalTime();

const points = (...values: (number | undefined)[]): Point[] =>
  values.flatMap((value, index) => (value === undefined ? [] : [{ time: NOON + index * MINUTE, value }]));
const lines = (...series: Point[][]): Chart => ({
  kind: 'lines',
  title: 'title',
  valueName: 'Percent',
  series: series.map((one, index) => ({ label: `s${index}`, points: one })),
  span: { start: NOON, end: NOON + 10 * MINUTE },
  stepMs: 1.5 * MINUTE,
  thresholds: [],
  moments: [],
  notes: [],
});
const bars = (...series: Point[][]): Chart => ({ ...lines(...series), kind: 'bars', stepMs: MINUTE });
const looking = ({ shapes }: Drawing, look: string): Shape[] =>
  shapes.filter((shape) => shape.look.split(' ').includes(look));
const draw = (chart: Chart, size = SIZE): Drawing => drawingOf(chart, size, utc);

describe('drawingOf lines', () => {
  it('leads a line through the points, to the scale of both axes', () => {
    const drawing = draw(lines(points(0, 50, 100)));
    const { left, right, top, bottom } = drawing.frame;
    const tenth = (right - left) / 10;
    const [line] = looking(drawing, 'line');
    const corners = (line?.path ?? '')
      .slice(1)
      .split('L')
      .map((pair) => pair.split(' ').map(Number));
    expect(corners.map(([x = 0]) => Math.round(x))).toEqual([left, left + tenth, left + 2 * tenth].map(Math.round));
    expect(corners.map(([, y = 0]) => Math.round(y))).toEqual([bottom, (top + bottom) / 2, top].map(Math.round));
  });

  it('breaks where points are missing, and makes a dot of a lonely one', () => {
    const drawing = draw(lines(points(1, 2, undefined, undefined, 3, undefined, 4, 5)));
    expect(looking(drawing, 'line')[0]?.path?.match(/M/g)).toHaveLength(2);
    expect(looking(drawing, 'dot')).toHaveLength(1);
  });

  it('keeps what can be seen of ten thousand points, the highest and the lowest among it', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      time: NOON + index * 60,
      value: index === 5_000 ? 99 : index % 3,
    }));
    const drawing = draw({ ...lines(many), stepMs: 90 });
    const corners = (looking(drawing, 'line')[0]?.path ?? '').split('L');
    expect(corners.length).toBeLessThan(4 * SIZE.width);
    expect(corners.map((pair) => Number(pair.split(' ')[1]))).toContain(Math.round(drawing.frame.y(99) * 10) / 10);
  });

  it('shows thresholds and moments with their names, inside the axes', () => {
    const marked = {
      thresholds: [{ label: 'Alarm threshold', value: 300 }],
      moments: [
        { label: 'deploy', time: NOON + MINUTE },
        { label: 'later', time: NOON + 99 * MINUTE },
      ],
    };
    const drawing = draw({ ...lines(points(1, 2)), ...marked });
    const [threshold] = looking(drawing, 'threshold');
    expect(threshold?.at.y1).toBe(Math.round(drawing.frame.y(300) * 10) / 10);
    expect(threshold?.at.y1).toBeGreaterThanOrEqual(drawing.frame.top);
    expect(looking(drawing, 'threshold-label')[0]?.text).toBe('Alarm threshold 300');
    expect(looking(drawing, 'moment-label').map(({ text }) => text)).toEqual(['deploy']);
  });

  it('puts the name of a threshold where the lines are not', () => {
    const side = (value: number, ...values: number[]): number => {
      const drawing = draw({
        ...lines(points(...values)),
        thresholds: [{ label: 'x', value }],
        span: { start: NOON, end: NOON + 2 * MINUTE },
      });
      return Math.sign((looking(drawing, 'threshold-label')[0]?.at.y ?? 0) - drawing.frame.y(value));
    };
    const [over, under] = [-1, 1];
    expect(side(50, 0, 100, 52)).toBe(under);
    expect(side(50, 0, 100, 48)).toBe(over);
    expect(side(50, 0, 100, 90)).toBe(over);
    expect(side(100, 0, 50, 60)).toBe(under);
    expect(side(0, 0, 100, 2)).toBe(over);
  });

  it('tells more series than there are colours apart by dashes', () => {
    const drawing = draw(lines(...Array.from({ length: 20 }, () => points(1, 2))));
    expect(new Set(looking(drawing, 'line').map(({ look }) => look)).size).toBe(20);
  });
});

describe('drawingOf bars', () => {
  it('puts the bars of a moment on top of each other, as high as their values', () => {
    const drawing = draw(bars(points(3, 1), points(2)));
    const [first, second, upper] = looking(drawing, 'bar').map(({ at }) => at);
    expect(first?.height).toBeCloseTo(3 * (second?.height ?? 0), 0);
    expect((upper?.y ?? 0) + (upper?.height ?? 0)).toBeCloseTo(first?.y ?? 0, 0);
    expect(upper?.x).toBe(first?.x);
    expect((first?.y ?? 0) + (first?.height ?? 0)).toBeCloseTo(drawing.frame.bottom, 0);
  });

  it('adds up neighbours where there is no room for each, and loses none', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ time: NOON + index * MINUTE, value: 1 }));
    const chart = { ...bars(many), span: { start: NOON, end: NOON + 5_000 * MINUTE } };
    const drawing = draw(chart, { width: 300, height: 200 });
    expect(looking(drawing, 'bar').length).toBeLessThan(110);
    expect(drawing.chart.series[0]?.points.reduce((sum, { value }) => sum + value, 0)).toBe(5_000);
    expect(drawing.chart.stepMs).toBeGreaterThan(MINUTE);
  });
});

describe('inWords', () => {
  it('says what the chart shows, and in which time zone', () => {
    const chart = { ...lines(points(1, 5, 3)), thresholds: [{ label: 'Alarm threshold', value: 4 }] };
    expect(inWords(chart, utc)).toBe(
      'Line chart: title, from 20 Nov 2026 12:00 to 20 Nov 2026 12:10, UTC. s0: latest 3, highest 5. Alarm threshold: 4. A table of the values follows.',
    );
  });
});

describe('tableOf', () => {
  it('has a row for each moment, and says which values are missing', () => {
    expect(tableOf(lines(points(1, 2), points(undefined, 3)), utc)).toEqual({
      head: ['Time (UTC)', 's0', 's1'],
      rows: [
        ['20 Nov 2026 12:00', '1', '–'],
        ['20 Nov 2026 12:01', '2', '3'],
      ],
      left: 0,
    });
  });

  it('lists the newest five hundred, and tells of the others', () => {
    const many = Array.from({ length: 700 }, (_, index) => ({ time: NOON + index * MINUTE, value: index }));
    const { rows, left } = tableOf(lines(many), utc);
    expect([rows.length, left, rows.at(-1)?.[1]]).toEqual([500, 200, '699']);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"onload="x',
    "url('https://evil.example')",
    '__proto__',
    'constructor',
    ']]>',
    'javascript:1',
  ),
);
const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ min: new Date(NOON), max: new Date(NOON + 1e8), noInvalidDate: true }).map((date) => date.toISOString()),
  hostile,
);
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1e308, -1e308, 5e-324, 0, -0), fc.jsonValue());
const loose = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc.record(model, { requiredKeys: [] });
const mark = loose({ label: hostile, value: number, time });
const rowTime = time.map((text) => text.replace('T', ' ').replace('Z', ''));
const moment = fc.date({ min: new Date(NOON), max: new Date(NOON + 1e8), noInvalidDate: true });
const counted = fc.record({
  'bin(5m)': moment.map((date) => date.toISOString().replace('T', ' ').replace('Z', '')),
  level: hostile,
  'count(*)': fc.nat().map(String),
});
const row = fc.oneof(
  loose({ 'bin(5m)': rowTime, '@timestamp': rowTime, level: hostile, ms: fc.double().map(String) }),
  fc.dictionary(hostile, fc.oneof(hostile, rowTime, fc.nat().map(String))),
  fc.jsonValue(),
);
const answer = loose({
  title: hostile,
  alarm_line: number,
  time_range: loose({ start: time, end: time }),
  hint: hostile,
  message: hostile,
  status: hostile,
  statistics: loose({ recordsMatched: number }),
  metricDataResults: fc.array(
    fc.oneof(
      loose({
        label: hostile,
        statusCode: hostile,
        datapoints: fc.array(loose({ timestamp: time, value: number })),
        messages: fc.jsonValue(),
      }),
      fc.jsonValue(),
    ),
  ),
  series: fc.array(fc.oneof(loose({ label: hostile, minimum: number }), fc.jsonValue())),
  results: fc.oneof(fc.array(counted), fc.array(row)),
});
const extra = loose({
  series: fc.array(loose({ label: hostile, points: fc.array(fc.tuple(number, number)) })),
  marks: fc.array(mark),
  unit: hostile,
});
const KINDS = ['metricDataResults', 'series', 'results'];
const answered = fc.tuple(answer, extra, fc.constantFrom(...KINDS)).map(([all, drawn, kind]) => ({
  content: [{ type: 'text', text: 'x' }],
  structuredContent: Object.fromEntries(Object.entries(all).filter(([name]) => name === kind || !KINDS.includes(name))),
  _meta: { [CHART_DATA_KEY]: drawn },
}));
const result = fc.oneof({ arbitrary: answered, weight: 9 }, { arbitrary: fc.jsonValue(), weight: 1 });

describe('any result at all', () => {
  it('is drawn or put into words: numbers become coordinates, and texts stay texts', () => {
    const drawn = { lines: 0, bars: 0, words: 0 };
    fc.assert(
      fc.property(
        result,
        fc.integer({ min: 0, max: 2_000 }),
        fc.constantFrom('UTC', 'Asia/Kolkata'),
        (one, width, zone) => {
          const view = viewOf(one);
          drawn[view.kind] += 1;
          expect([view.title, ...view.notes].every((text) => typeof text === 'string' && text.length <= 25_000)).toBe(
            true,
          );
          if (view.kind === 'words') return;
          const local = new LocalTime(zone);
          const { chart, shapes } = drawingOf(view, { width, height: width / 2 }, local);
          for (const shape of shapes) expectHarmless(shape);
          expect(inWords(chart, local)).toContain(zone);
          expect(tableOf(chart, local).rows.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
    expect(Math.min(drawn.lines, drawn.bars, drawn.words)).toBeGreaterThan(5);
  });
});

function expectHarmless({ tag, look, at, path, text }: Shape): void {
  expect(['line', 'path', 'rect', 'circle', 'text']).toContain(tag);
  expect(look).toMatch(/^[a-z0-9 -]+$/);
  expect(Object.keys(at).filter((name) => !/^([xy][12]?|cx|cy|r|width|height)$/.test(name))).toEqual([]);
  expect(Object.values(at).filter((value) => !Number.isFinite(value))).toEqual([]);
  if (path !== undefined) expect(path).toMatch(/^[ML\d. -]+$/);
  if (text !== undefined) expect(tag).toBe('text');
}
