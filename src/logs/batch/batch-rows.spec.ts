import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchRows } from './batch-rows.js';
import { combineRows } from './combined-rows.js';
import { naturalOrder } from './natural-order.js';
import { halvesOf, canHalve, joinHalves } from './time-halves.js';

const sign = (value: number): number => Math.sign(value);
const values = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'B', '0', '9', '.', '-', ' ', '_'), maxLength: 6 }),
  fc.integer().map(String),
);

describe('naturalOrder', () => {
  it('puts texts before numbers and runs of digits by their length, as AWS documents', () => {
    const order = [
      '!',
      '#',
      '*%04',
      '0#',
      '5A',
      '111A',
      '2345_',
      '@',
      '@_',
      'A',
      'A9876fghj',
      'a12345hfh',
      '0',
      '1',
      '2',
      '3',
      '10',
    ];
    expect(order.toReversed().toSorted(naturalOrder)).toEqual(order);
    const times = ['2026-11-20 09:59:59.999', '2026-11-20 10:00:00.000'];
    expect(times.toReversed().toSorted(naturalOrder)).toEqual(times);
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(sign(naturalOrder(a, b))).toBe(-sign(naturalOrder(b, a)) + 0);
        if (naturalOrder(a, b) <= 0 && naturalOrder(b, c) <= 0) expect(naturalOrder(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('BatchRows', () => {
  const rowsOf = (numbers: readonly number[]) => numbers.toSorted((a, b) => b - a).map((n) => ({ n: String(n) }));
  const chunks = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 }), { minLength: 1, maxLength: 6 });

  it('gives the first rows of all queries, whichever ends first', () => {
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 8 }), fc.boolean(), (parts, limit, reversed) => {
        const batch = new BatchRows({ limit, order: [{ column: 'n', descending: true }] });
        const indexed = parts.map((numbers, index) => ({ numbers, index }));
        for (const { numbers, index } of reversed ? indexed.toReversed() : indexed) {
          batch.add(
            index,
            { region: `r${index}`, logGroups: ['/g'] },
            { rows: rowsOf(numbers).slice(0, limit), splits: 0 },
          );
        }
        const all = indexed.flatMap(({ numbers, index }) =>
          rowsOf(numbers).map((row) => ({ ...row, _region: `r${index}`, _logGroups: '/g' })),
        );
        expect(batch.rows()).toEqual(all.toSorted((a, b) => Number(b.n) - Number(a.n)).slice(0, limit));
      }),
    );
  });

  it('leaves the rows of one query as AWS ordered them', () => {
    const batch = new BatchRows({ limit: 5, order: [{ column: 'n', descending: true }] });
    batch.add(0, { region: 'r', logGroups: ['/g'] }, { rows: [{ n: '1' }, { n: '2' }], splits: 0 });
    expect(batch.rows().map(({ n }) => n)).toEqual(['1', '2']);
    expect(batch.missingKeys()).toEqual([]);
  });

  it('hides columns of the log that are called like its own', () => {
    const batch = new BatchRows({ limit: 5, order: [], accountLabel: 'prod' });
    batch.add(0, { region: 'r', logGroups: ['/a', '/b'] }, { rows: [{ _region: 'x', _account: 'y' }], splits: 0 });
    expect(batch.rows()).toEqual([{ _region: 'r', _logGroups: '2 log groups', _account: 'prod' }]);
  });
});

describe('combineRows', () => {
  it('gives what one query over all the events would have given', () => {
    const event = fc.record({
      key: fc.constantFrom('a', 'b'),
      value: fc.integer({ min: -99, max: 99 }),
      part: fc.nat(3),
    });
    const statsOf = (events: readonly { key: string; value: number }[]) =>
      [...Map.groupBy(events, ({ key }) => key)].map(([key, group]) => ({
        key,
        'count( * )': String(group.length),
        total: String(group.reduce((sum, { value }) => sum + value, 0)),
        least: String(Math.min(...group.map(({ value }) => value))),
        most: String(Math.max(...group.map(({ value }) => value))),
      }));
    const columns = new Map([
      ['count(*)', 'sum'],
      ['total', 'sum'],
      ['least', 'min'],
      ['most', 'max'],
    ] as const);
    const byKey = (rows: readonly object[]) =>
      rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const parts = [...Map.groupBy(events, ({ part }) => part).values()];
        expect(byKey(combineRows(parts.flatMap(statsOf), columns))).toEqual(byKey(statsOf(events)));
      }),
    );
  });
});

describe('halvesOf', () => {
  it('cover the whole without a gap, and joined give each event once', () => {
    const range = fc
      .tuple(fc.nat(1_000), fc.integer({ min: 2, max: 1_000 }))
      .map(([start, length]) => ({ start, end: start + length }));
    // Milliseconds; both readings of an end are tried: the first millisecond of the second, and the whole of it.
    fc.assert(
      fc.property(range, fc.array(fc.nat(2_000_000)), fc.constantFrom(0, 999), (whole, times, tail) => {
        const query = ({ start, end }: { start: number; end: number }) =>
          times
            .map((at, index) => ({ at, '@ptr': String(index) }))
            .filter(({ at }) => at >= start * 1_000 && at <= end * 1_000 + tail)
            .toSorted((a, b) => b.at - a.at)
            .map(({ at, ...row }) => ({ ...row, '@timestamp': String(at) }));
        const [earlier, later] = halvesOf(whole);
        const joined = joinHalves(query(earlier), query(later));
        const pointers = (rows: readonly Readonly<Record<string, string>>[]) => new Set(rows.map((row) => row['@ptr']));
        expect(pointers(joined)).toEqual(pointers(query(whole)));
        expect(joined).toHaveLength(query(whole).length);
        expect(canHalve(whole)).toBe(true);
        expect(Math.max(earlier.end - earlier.start, later.end - later.start)).toBeLessThan(whole.end - whole.start);
      }),
    );
  });
});
