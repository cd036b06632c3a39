import { describe, expect, it } from 'vitest';
import { POLLING_TIMEOUT, queryResult, toQueryResult, toRow } from './query-results.js';

describe('toRow', () => {
  it('makes an object of the fields, whatever their names', () => {
    const row = toRow([{ field: '@message', value: 'hi' }, { field: '__proto__', value: 'x' }, { field: 'empty' }]);
    expect(Object.entries(row)).toEqual([
      ['@message', 'hi'],
      ['__proto__', 'x'],
      ['empty', ''],
    ]);
  });
});

describe('toQueryResult', () => {
  const items = [{ '@message': 'hi' }];
  const whole = { rows: { items, nextCursor: null }, fromStart: true };

  it('shows a finished query without a message', () => {
    const state = { status: 'Complete', statistics: { recordsMatched: 1, bytesScanned: 5_000_000_000 }, ...whole };
    expect(queryResult.parse(toQueryResult('id', state))).toEqual({
      queryId: 'id',
      status: 'Complete',
      statistics: { recordsMatched: 1, bytesScanned: 5_000_000_000 },
      cost: { bytes_scanned: 5_000_000_000, gb_scanned: 5, estimated_usd: 0.025 },
      message: null,
      results: items,
      returned: 1,
      total: 1,
      truncated: false,
      next_cursor: null,
    });
  });

  it('names the way on for a query that outlived the waiting', () => {
    const state = { status: POLLING_TIMEOUT, rows: { items: [], nextCursor: null }, fromStart: true };
    const { message, total } = toQueryResult('id', state);
    expect(message).toContain('get_logs_insight_query_results');
    expect(total).toBeNull();
  });

  it('says of a part how many rows there are and how to get the next', () => {
    const rows = { items, nextCursor: 'next' };
    const state = { status: 'Complete', statistics: { resultCount: 100_000 }, rows, fromStart: true };
    const result = toQueryResult('id', state);
    expect(result).toMatchObject({ returned: 1, total: 100_000, truncated: true, next_cursor: 'next' });
    expect(result.message).toContain('next_cursor');
  });

  it('gives no place to go on from in what a running query found so far', () => {
    const result = toQueryResult('id', { status: 'Running', rows: { items, nextCursor: 'next' }, fromStart: true });
    expect(result).toMatchObject({ returned: 1, total: null, truncated: true, next_cursor: null });
  });
});
