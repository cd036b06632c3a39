import { describe, expect, it } from 'vitest';
import type { Chart, View } from './chart.js';
import { viewOf } from './view-of.js';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 20, 12);
const at = (minutes: number): string =>
  new Date(NOON + minutes * MINUTE).toISOString().replace('T', ' ').replace('Z', '');

type Rows = readonly Record<string, string>[];
const query = (results: Rows, more: object = {}): View =>
  viewOf({ structuredContent: { results, status: 'Complete', message: null, truncated: false, ...more } });
const chart = (results: Rows, more?: object): Chart => {
  const view = query(results, more);
  if (view.kind === 'words') throw new Error(view.notes.join(' '));
  return view;
};
const drawn = ({ series }: Chart): object =>
  Object.fromEntries(
    series.map(({ label, points }) => [
      label,
      Object.fromEntries(points.map(({ time, value }) => [(time - NOON) / MINUTE, value])),
    ]),
  );

describe('logView', () => {
  it('makes bars of counts over time, as long as the bins of the query', () => {
    const view = chart([
      { 'bin(5m)': at(10), 'count(*)': '3' },
      { 'bin(5m)': at(0), 'count(*)': '12' },
    ]);
    expect(view).toMatchObject({ kind: 'bars', title: 'count(*)', valueName: 'count(*)', stepMs: 5 * MINUTE });
    expect(drawn(view)).toEqual({ 'count(*)': { 0: 12, 10: 3 } });
    expect(view.span).toEqual({ start: NOON, end: NOON + 15 * MINUTE });
  });

  it('covers the time that was asked for', () => {
    const time_range = {
      start: new Date(NOON - MINUTE).toISOString(),
      end: new Date(NOON + 60 * MINUTE).toISOString(),
    };
    expect(chart([{ 'bin(1m)': at(0), n: '1' }], { time_range }).span).toEqual({
      start: NOON - MINUTE,
      end: NOON + 60 * MINUTE,
    });
  });

  it('stacks the groups of a count, the largest first, and adds up those beyond eight', () => {
    const rows = Array.from({ length: 10 }, (_, index) => ({
      'bin(1m)': at(0),
      service: `s${index}`,
      n: `${index + 1}`,
    }));
    const view = chart(rows);
    expect(view.title).toBe('n by service');
    expect(view.series.map(({ label }) => label)).toEqual(['s9', 's8', 's7', 's6', 's5', 's4', 's3', '3 others']);
    expect(view.series.at(-1)?.points).toEqual([{ time: NOON, value: 1 + 2 + 3 }]);
  });

  it('knows numbers that tell the groups apart from those that are results', () => {
    const rows = [
      { 'bin(5m)': at(0), status: '200', 'count(*)': '90' },
      { 'bin(5m)': at(0), status: '500', 'count(*)': '4' },
    ];
    expect(drawn(chart(rows))).toEqual({ 200: { 0: 90 }, 500: { 0: 4 } });
    const aliased = rows.map(({ 'count(*)': n, ...row }) => ({ ...row, requests: n }));
    expect(drawn(chart(aliased))).toEqual({ 200: { 0: 90 }, 500: { 0: 4 } });
  });

  it('makes lines of averages and of several results', () => {
    const view = chart([
      { 'bin(1m)': at(0), 'avg(ms)': '12.5', 'max(ms)': '40' },
      { 'bin(1m)': at(1), 'avg(ms)': '', 'max(ms)': '41' },
    ]);
    expect(view).toMatchObject({ kind: 'lines', valueName: 'Value' });
    expect(drawn(view)).toEqual({ 'avg(ms)': { 0: 12.5 }, 'max(ms)': { 0: 40, 1: 41 } });
  });

  it('finds the time under a name of the query’s own, and no time in the newest of each group', () => {
    expect(drawn(chart([{ minute: at(0), errors: '2' }]))).toEqual({ errors: { 0: 2 } });
    expect(query([{ level: 'ERROR', 'max(@timestamp)': at(0), n: '2' }]).kind).toBe('words');
  });

  it('counts single events over time, and says how many more match', () => {
    const rows = [at(0), at(0), at(30)].map((time) => ({ '@timestamp': time, '@message': 'x', '@ptr': 'p' }));
    const view = chart(rows, { statistics: { recordsMatched: 4_000 } });
    expect(view).toMatchObject({ kind: 'bars', title: 'Log events over time', stepMs: MINUTE / 2 });
    expect(drawn(view)).toEqual({ 'Log events': { 0: 2, 30: 1 } });
    expect(view.notes).toEqual(['Only the 3 events of this answer are drawn, of 4000 that match.']);
  });

  it('counts very many events in about sixty bars', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({ '@timestamp': at(index % 10_000) }));
    const [series] = chart(rows).series;
    expect(series?.points.length).toBeLessThanOrEqual(61);
    expect(series?.points.reduce((sum, { value }) => sum + value, 0)).toBe(20_000);
  });

  it('says in words why nothing is drawn, or not all', () => {
    expect(query([])).toMatchObject({ kind: 'words', notes: ['The query has no rows.'] });
    expect(query([{ level: 'ERROR', n: '3' }]).notes[0]).toContain('no time in these rows');
    expect(query([], { status: 'Running', message: 'Call again later.' }).notes).toEqual([
      'The query has no rows.',
      'Call again later.',
    ]);
    expect(chart([{ 'bin(1m)': at(0), n: '1' }], { truncated: true }).notes).toEqual([
      'There are more rows than these.',
    ]);
    expect(chart([{ 'bin(1m)': at(0), n: '1' }], { status: 'Failed' }).notes).toEqual([
      'The query is not complete: Failed.',
    ]);
    expect(query([{ 'bin(1m)': at(0), n: '1e999' }]).notes).toEqual(['No value in these rows can be drawn.']);
  });
});
