import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueryExecution } from './query-execution.js';
import { parseQuery } from './query-parser.js';
import { RecordRow } from './row.js';

const START = Date.UTC(2026, 10, 21, 10);

/** Records newest first, one a minute, each the JSON text of a value or a plain text. */
function records(...messages: readonly (object | string)[]): RecordRow[] {
  return messages.map((message, index) => {
    const timestamp = START - index * 60_000;
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const event = {
      timestamp,
      ingestionTime: timestamp,
      logStreamName: `s${index % 2}`,
      message: text,
      sequence: index,
    };
    return new RecordRow(event, { accountId: '111111111111', logGroupName: '/g' });
  });
}

function run(query: string, rows: readonly RecordRow[], limit = 10_000): Record<string, string>[] {
  const execution = new QueryExecution(parseQuery(query), limit);
  execution.add(rows);
  return execution.results().map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
}

const ORDERS = records(
  { level: 'INFO', ms: 10, user: { id: 'a' }, ok: true },
  { level: 'ERROR', ms: 40, user: { id: 'b' }, tags: ['x', 'y'] },
  { level: 'INFO', ms: 20, user: { id: 'a' } },
  { level: 'WARN', ms: 30 },
);

describe('QueryExecution', () => {
  it('shows @timestamp, @message and @ptr where no command names a column', () => {
    const [first, ...others] = run('filter level = "ERROR"', ORDERS);
    expect(Object.keys(first ?? {})).toEqual(['@timestamp', '@message', '@ptr']);
    expect(first?.['@timestamp']).toBe('2026-11-21 09:59:00.000');
    expect(others).toEqual([]);
  });

  it('finds fields of JSON messages at dotted paths, and leaves out what a record does not have', () => {
    expect(run('fields user.id, tags.1, ok, user | limit 2', ORDERS)).toEqual([
      { 'user.id': 'a', ok: '1', '@ptr': expect.any(String) },
      { 'user.id': 'b', 'tags.1': 'y', '@ptr': expect.any(String) },
    ]);
  });

  it('finds the fields of the lines Lambda itself writes', () => {
    const id = '0f8d6f2e-1111-4222-a333-444455556666';
    const report = `REPORT RequestId: ${id}\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB`;
    expect(
      run(
        'filter @type = "REPORT" | display @requestId, @duration, @maxMemoryUsed',
        records(report, `END RequestId: ${id}`),
      ),
    ).toEqual([{ '@requestId': id, '@duration': '12.5', '@maxMemoryUsed': '64000000', '@ptr': expect.any(String) }]);
  });

  it('gives system fields', () => {
    expect(run('fields @log, @logStream, @ingestionTime, @nosuch | limit 1', ORDERS)).toEqual([
      {
        '@log': '111111111111:/g',
        '@logStream': 's0',
        '@ingestionTime': '2026-11-21 10:00:00.000',
        '@ptr': expect.any(String),
      },
    ]);
  });

  it('adds up the columns of fields and parse, and lets the last display choose', () => {
    const rows = records('[info] took 12 ms', 'nothing to see');
    expect(run('fields @logStream | parse @message "[*] took * ms" as level, ms', rows)).toEqual([
      { '@logStream': 's0', level: 'info', ms: '12', '@ptr': expect.any(String) },
      { '@logStream': 's1', '@ptr': expect.any(String) },
    ]);
    expect(run('parse @message /took (?<ms>\\d+)/ | display @logStream | display ms * 2 as twice', rows)[0]).toEqual({
      twice: '24',
      '@ptr': expect.any(String),
    });
  });

  it('groups by fields and time, newest first, keys before aggregates', () => {
    const execution = new QueryExecution(parseQuery('stats count(*) as n, sum(ms) by level, bin(2m)'), 100);
    execution.add(ORDERS);
    expect(execution.results().map((row) => row.map(({ value }) => value))).toEqual([
      ['INFO', '2026-11-21 10:00:00.000', '1', '10'],
      ['ERROR', '2026-11-21 09:58:00.000', '1', '40'],
      ['INFO', '2026-11-21 09:58:00.000', '1', '20'],
      ['WARN', '2026-11-21 09:56:00.000', '1', '30'],
    ]);
  });

  it('computes every aggregate', () => {
    const query =
      'stats count(*) as n, count(user.id) as users, count_distinct(user.id) as different, sum(ms) as total, avg(ms) as mean,' +
      ' min(ms) as least, max(ms) as most, pct(ms, 50) as middle, stddev(ms) as spread, earliest(level) as first,' +
      ' latest(level) as last, max(ms) - min(ms) as width, sum(nosuch) as nothing';
    expect(run(query, ORDERS)).toEqual([
      {
        n: '4',
        users: '3',
        different: '2',
        total: '100',
        mean: '25',
        least: '10',
        most: '40',
        middle: '25',
        spread: '11.1803',
        first: 'WARN',
        last: 'INFO',
        width: '30',
      },
    ]);
  });

  it('keeps every percentile between the least and the greatest value, rising with the percent', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.nat(100), fc.nat(100), (numbers, one, other) => {
        const rows = records(...numbers.map((ms) => ({ ms })));
        const low = Math.min(one, other);
        const high = Math.max(one, other);
        const [row] = run(`stats min(ms) as a, pct(ms, ${low}) as b, pct(ms, ${high}) as c, max(ms) as d`, rows);
        const [a, b, c, d] = [row?.['a'], row?.['b'], row?.['c'], row?.['d']].map(Number);
        expect([a, b, c, d]).toEqual([a, b, c, d].toSorted((left, right) => Number(left) - Number(right)));
      }),
    );
  });

  it('gives no row where stats had no record', () => {
    expect(run('filter level = "NONE" | stats count(*)', ORDERS)).toEqual([]);
  });

  it('aggregates an aggregation', () => {
    expect(run('stats sum(ms) as total by level | stats max(total) as most, count(*) as levels', ORDERS)).toEqual([
      { most: '40', levels: '3' },
    ]);
  });

  it('sorts by several keys, texts before numbers, rows without the value last both ways', () => {
    const rows = records({ k: 2 }, { k: 'b' }, { n: 0 }, { k: 10 }, { k: 'a', n: 1 });
    const order = (query: string): (string | undefined)[] => run(query, rows).map((row) => row['k']);
    expect(order('fields k | sort k')).toEqual(['a', 'b', '2', '10', undefined]);
    expect(order('fields k | sort k desc')).toEqual(['10', '2', 'b', 'a', undefined]);
    expect(run('sort level desc, ms asc | display ms', ORDERS).map((row) => row['ms'])).toEqual([
      '30',
      '10',
      '20',
      '40',
    ]);
  });

  it('returns the newest first by default, and the same when told so', () => {
    const times = (query: string): (string | undefined)[] => run(query, ORDERS).map((row) => row['@timestamp']);
    expect(times('fields @timestamp')).toEqual(times('fields @timestamp | sort @timestamp desc'));
    expect(times('fields @timestamp | sort @timestamp asc')).toEqual(times('fields @timestamp').toReversed());
  });

  it('dedup keeps the first of each combination and every record that lacks a value', () => {
    expect(run('fields ms | dedup user.id', ORDERS).map((row) => row['ms'])).toEqual(['10', '40', '30']);
    expect(run('fields ms | sort ms desc | dedup user.id | limit 2', ORDERS).map((row) => row['ms'])).toEqual([
      '40',
      '30',
    ]);
  });

  it('cuts at the smaller of the limits', () => {
    expect(run('limit 3', ORDERS, 2)).toHaveLength(2);
    expect(run('limit 3', ORDERS, 10)).toHaveLength(3);
  });

  it('counts as matched what passed the filters, before limits and aggregation', () => {
    const execution = new QueryExecution(parseQuery('filter level = "INFO" | sort @timestamp desc | limit 1'), 10);
    execution.add(ORDERS);
    expect(execution.recordsMatched).toBe(2);
    expect(execution.results()).toHaveLength(1);
  });

  it('gives the same result however the records are cut into portions', () => {
    const query = fc.constantFrom(
      'fields ms | filter ms > 3 | sort ms desc, @timestamp asc | limit 7',
      'stats count(*), avg(ms), latest(ms) by level, bin(3m) | sort level',
      'fields @timestamp, ms | sort @timestamp desc | limit 5',
      'parse @message "level\\":\\"*\\"" as l | dedup l',
      'pattern @message | sort @sampleCount desc',
      'limit 4 | stats sum(ms)',
    );
    const messages = fc.array(fc.record({ level: fc.constantFrom('A', 'B'), ms: fc.nat(9) }), { maxLength: 40 });
    fc.assert(
      fc.property(query, messages, fc.nat(40), (text, values, cut) => {
        const whole = new QueryExecution(parseQuery(text), 100);
        whole.add(records(...values));
        const portions = new QueryExecution(parseQuery(text), 100);
        portions.add(records(...values).slice(0, cut));
        portions.add(records(...values).slice(cut));
        expect(portions.results()).toEqual(whole.results());
        expect(portions.recordsMatched).toBe(whole.recordsMatched);
      }),
    );
  });

  it('pattern describes what messages share, with samples and ratio', () => {
    const rows = records('user 17 signed in', 'user 23 signed in', 'ERROR: disk /dev/sda1 is full', 'user 5 signed in');
    const [first, second] = run('pattern @message | sort @sampleCount desc', rows);
    expect(first).toMatchObject({
      '@pattern': 'user <Number-1> signed in',
      '@sampleCount': '3',
      '@ratio': '0.75',
      '@severityLabel': 'None',
    });
    expect(second).toMatchObject({ '@severityLabel': 'Error', '@sampleCount': '1' });
    const samples = JSON.parse(first?.['@logSamples'] ?? '[]') as object[];
    expect(samples[0]).toEqual({ timestamp: START, logStreamName: 's0', message: 'user 17 signed in' });
    expect(JSON.parse(first?.['@tokens'] ?? '[]')).toContainEqual({
      dynamicTokenPosition: 1,
      isDynamic: true,
      tokenString: '<Number-1>',
      enumerations: { 17: 1, 23: 1, 5: 1 },
    });
    expect(first).not.toHaveProperty('@ptr');
  });
});
