import { describe, expect, it } from 'vitest';
import { ended } from './part-outcome.js';
import { queryShape } from './query-shape.js';
import { MAX_DEPTH, rangeInWords, reasonNotToSplit, ScanMeter, whereInWords } from './split-rule.js';

const HOUR = { start: 1_700_000_000, end: 1_700_003_600 };
const timedOut = { range: HOUR, depth: 0, recordsScanned: 1 };
const rules = (query = 'fields @message', mayScan = true) => ({ shape: queryShape(query), mayScanMore: () => mayScan });

describe('reasonNotToSplit', () => {
  it('lets halves run where they can help, also under a limit of the query', () => {
    expect(reasonNotToSplit(timedOut, rules())).toBeUndefined();
    expect(reasonNotToSplit(timedOut, rules('fields @message | limit 20'))).toBeUndefined();
    expect(reasonNotToSplit({ ...timedOut, depth: MAX_DEPTH - 1 }, rules())).toBeUndefined();
  });

  it.each([
    ['aggregates', timedOut, rules('stats count(*)'), 'aggregates cannot be put together'],
    ['patterns', timedOut, rules('pattern @message'), 'aggregates cannot be put together'],
    ['what AWS has not begun', { ...timedOut, recordsScanned: 0 }, rules(), 'had not begun'],
    ['sixteenths', { ...timedOut, depth: MAX_DEPTH }, rules(), 'split 4 times'],
    ['a second', { ...timedOut, range: { start: 5, end: 6 } }, rules(), 'split 0 times'],
    ['what has scanned enough', timedOut, rules('fields a', false), 'confirm_scan: true'],
  ])('names the reason for %s', (_what, query, under, reason) => {
    expect(reasonNotToSplit(query, under)).toContain(reason);
  });
});

describe('ScanMeter', () => {
  it('has room below so many GB', () => {
    const meter = new ScanMeter(1);
    meter.add(999_999_999);
    expect(meter.hasRoom).toBe(true);
    meter.add(1);
    expect([meter.hasRoom, meter.bytes]).toEqual([false, 1_000_000_000]);
  });
});

describe('words for a warning', () => {
  it('name the Region, three log groups and the time range', () => {
    expect(whereInWords({ region: 'eu-west-1', logGroups: ['/a', '/b', '/c', '/d'] })).toBe('eu-west-1: /a, /b, /c...');
    expect(rangeInWords(HOUR)).toBe('2023-11-14T22:13:20Z to 2023-11-14T23:13:20Z');
  });
});

describe('ended', () => {
  const state = (rows: number, statistics: object, nextCursor: string | null = null) => ({
    status: 'Complete',
    statistics,
    rows: { items: Array.from({ length: rows }, (_, index) => ({ n: String(index) })), nextCursor },
    fromStart: true,
  });
  const unread = (query: string, asked: number, of: ReturnType<typeof state>) =>
    ended('here', of, 1, asked, queryShape(query)).unread;

  it('tells how many rows AWS held back', () => {
    expect(unread('fields a', 10, state(4, { recordsMatched: 4 }))).toBe(0);
    expect(unread('fields a', 10, state(10, { recordsMatched: 250 }))).toBe(240);
    expect(unread('fields a | limit 10', 10, state(10, { recordsMatched: 250 }))).toBe(0);
    expect(unread('stats count(*) by a', 10, state(3, { recordsMatched: 250 }))).toBe(0);
    expect(unread('stats count(*) by a', 10, state(10, { recordsMatched: 250 }))).toBeUndefined();
    expect(unread('stats count(*) by a', 10, state(4, { resultCount: 7 }, 'more'))).toBe(3);
  });

  it.each([
    ['Failed', 'aws_rejected', /error of its own \(not retryable\)$/],
    ['Cancelled', 'aws_unavailable', /ended as Cancelled/],
    ['Unknown', 'aws_unavailable', /ended as Unknown/],
  ])('tells of a query that ended as %s', (status, code, warning) => {
    const outcome = ended('here', { ...state(2, {}), status }, 1, 10, queryShape('fields a'));
    expect(outcome).toMatchObject({ rows: [], error: { code }, warnings: [expect.stringMatching(warning)] });
  });
});
