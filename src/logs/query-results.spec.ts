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
  const rows = { items: [{ '@message': 'hi' }], truncated: false };

  it('shows a finished query without a message', () => {
    const result = toQueryResult('id', {
      status: 'Complete',
      statistics: { recordsMatched: 1, bytesScanned: 9 },
      rows,
    });
    expect(queryResult.parse(result)).toEqual({
      queryId: 'id',
      status: 'Complete',
      statistics: { recordsMatched: 1, bytesScanned: 9 },
      message: null,
      results: [{ '@message': 'hi' }],
      truncated: false,
    });
  });

  it('names the way on for a query that outlived the waiting', () => {
    const { message } = toQueryResult('id', { status: POLLING_TIMEOUT, rows: { items: [], truncated: false } });
    expect(message).toContain('get_logs_insight_query_results');
  });

  it('cuts rows that would not fit into an answer and says so', () => {
    const items = Array.from({ length: 10 }, () => ({ '@message': 'x'.repeat(100_000) }));
    const result = toQueryResult('id', { status: 'Complete', rows: { items, truncated: false } });
    expect(result.results).toHaveLength(7);
    expect(result.truncated).toBe(true);
  });
});
