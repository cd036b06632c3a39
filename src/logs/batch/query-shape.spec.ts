import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryShape } from './query-shape.js';

describe('queryShape', () => {
  it.each([
    ['fields @timestamp | filter a like "stats count(*)" | sort a', false],
    ['fields @message # | stats count(*)', false],
    ['stats count(*) by bin(5m)', true],
    ['filter a = 1 | pattern @message', true],
    ['fields a | dedup a', true],
    ['fields a | somethingNew', true],
  ])('knows whether %j aggregates', (query, aggregates) => {
    expect(queryShape(query).aggregates).toBe(aggregates);
  });

  it('reads the smallest limit of the query', () => {
    expect(queryShape('fields a | limit 50 | sort a | limit 20').ownLimit).toBe(20);
    expect(queryShape('fields a | filter b = "| limit 3"').ownLimit).toBeUndefined();
  });

  it.each([
    ['fields a', [['@timestamp', true]]],
    [
      'fields a | sort b desc, `c d` asc, e',
      [
        ['b', true],
        ['c d', false],
        ['e', false],
      ],
    ],
    ['fields a | sort a | sort b desc', [['b', true]]],
    ['stats count(*) by a | sort count(*) desc', [['count(*)', true]]],
    ['sort a desc | stats count(*) by b', []],
    ['stats count(*) by desc', []],
  ])('reads the order of %j', (query, keys) => {
    expect(queryShape(query).order.map(({ column, descending }) => [column, descending])).toEqual(keys);
  });

  it.each([
    [
      'stats count(*) as n, sum(a), min(b), max(c) as most by bin(5m)',
      { n: 'sum', 'sum(a)': 'sum', 'min(b)': 'min', most: 'max' },
    ],
    ['filter a = 1 | stats count( * ) by b | sort b', { 'count(*)': 'sum' }],
  ])('knows how to put together parts of %j', (query, columns) => {
    const { parts } = queryShape(query);
    expect(parts?.kind === 'combined' ? Object.fromEntries(parts.columns) : parts).toEqual(columns);
  });

  it('knows rows that belong to one log group each', () => {
    expect(queryShape('stats avg(a) by @log, bin(5m) | sort @log | limit 5').parts).toEqual({ kind: 'disjoint' });
  });

  it.each([
    'stats avg(a)',
    'stats count_distinct(a)',
    'stats count(*) / 2',
    'stats max(a) - min(a)',
    'stats count(*) by a | limit 5',
    'stats count(*) by a | stats max(b)',
    'fields a | limit 5 | stats count(*)',
    'stats avg(a) by @log | stats max(b)',
    'pattern @message',
  ])('knows that parts of %j cannot be put together', (query) => {
    expect(queryShape(query)).toMatchObject({ aggregates: true });
    expect(queryShape(query).parts).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
        (query) => void queryShape(`stats ${query} | sort ${query}`),
      ),
    );
  });
});
