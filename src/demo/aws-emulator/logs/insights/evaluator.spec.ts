import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from './evaluator.js';
import { parseQuery } from './query-parser.js';
import { ComputedRow } from './row.js';
import { formatValue, isTrue, Timestamp, type Value } from './value.js';

function evaluate(text: string, values: Readonly<Record<string, Value>> = {}): string | undefined {
  const [command] = parseQuery(`fields ${text} as result`).commands;
  if (command?.kind !== 'fields' || !command.columns[0]) throw new Error('no column');
  const value = compile(command.columns[0].expression)(new ComputedRow(Object.entries(values)));
  return value === undefined ? undefined : formatValue(value);
}

function holds(text: string, values: Readonly<Record<string, Value>>): boolean {
  const [command] = parseQuery(`filter ${text}`).commands;
  if (command?.kind !== 'filter') throw new Error('no filter');
  return isTrue(compile(command.condition)(new ComputedRow(Object.entries(values))));
}

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: -50, max: 50 }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.constantFrom('', 'a', 'b', 'ab', '7', '7.0', 'false'),
);

describe('compile', () => {
  it('is two-valued: not turns every comparison round, missing values included', () => {
    const comparison = fc.constantFrom('a = b', 'a != b', 'a < b', 'a like "a"', 'a in [b, 7]', 'ispresent(a)', 'a');
    fc.assert(
      fc.property(comparison, value, value, (text, a, b) => {
        expect(holds(`not (${text})`, { a, b })).toBe(!holds(text, { a, b }));
      }),
    );
  });

  it('keeps the laws of De Morgan', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(holds('not (a and b)', { a, b })).toBe(holds('not a or not b', { a, b }));
        expect(holds('not (a or b)', { a, b })).toBe(holds('not a and not b', { a, b }));
      }),
    );
  });

  it('orders two present values in exactly one way', () => {
    const present = value.filter((candidate) => candidate !== undefined);
    fc.assert(
      fc.property(present, present, (a, b) => {
        const ways = ['a < b', 'a = b', 'a > b'].filter((text) => holds(text, { a, b }));
        expect(ways).toHaveLength(1);
      }),
    );
  });

  it.each([
    ['a = 7', { a: '7' }, true],
    ['a = "7.0"', { a: 7 }, true],
    ['a < 10', { a: '9' }, true],
    ['a < "b"', { a: 'abc' }, true],
    ['a = 1', {}, false],
    ['a != 1', {}, true],
    ['a < 1', {}, false],
    ['a like "or"', { a: 'error' }, true],
    ['a like "OR"', { a: 'error' }, false],
    ['a not like "or"', { a: 'error' }, false],
    ['a not like "or"', {}, true],
    ['a like /^e.*R$/i', { a: 'error' }, true],
    ['a =~ /(?i)RR/', { a: 'error' }, true],
    ['a in ["x", 7]', { a: '7' }, true],
    ['a not in ["x", 7]', { a: 'y' }, true],
    ['ok = true and not (ok = false)', { ok: 1 }, true],
    ['strcontains(a, "rr")', { a: 'error' }, true],
  ] as const)('decides %s with %j', (text, values, expected) => {
    expect(holds(text, values)).toBe(expected);
  });

  it.each([
    ['1 + 2 * 3 - 4 / 2', '5'],
    ['2 ^ 3 % 5', '3'],
    ['-a + 1', '-6'],
    ['1 / 3', '0.3333'],
    ['1 / 0', undefined],
    ['a + missing', undefined],
    ['abs(-2.5)', '2.5'],
    ['floor(2.7)', '2'],
    ['ceil(2.1)', '3'],
    ['sqrt(0 - 1)', undefined],
    ['greatest(1, a, missing)', '7'],
    ['least(3, a)', '3'],
    ['strlen("späť")', '4'],
    ['toupper("ab")', 'AB'],
    ['tolower("AB")', 'ab'],
    ['trim("  a b ")', 'a b'],
    ['concat("a", 1, missing, "b")', 'a1b'],
    ['substr("abcdef", 2, 3)', 'cde'],
    ['replace("a.b.c", ".", "$&")', 'a$&b$&c'],
    ['coalesce(missing, a, 1)', '7'],
    ['if(a > 5, "big", "small")', 'big'],
    ['ispresent(missing)', '0'],
    ['isempty("")', '1'],
    ['isblank("  ")', '1'],
    ['bin(5m)', '2026-11-21 10:05:00.000'],
    ['datefloor(@timestamp, 1h)', '2026-11-21 10:00:00.000'],
    ['dateceil(@timestamp, 1d)', '2026-11-22 00:00:00.000'],
    ['toMillis(@timestamp)', '1795255679123'],
    ['fromMillis(0)', '1970-01-01 00:00:00.000'],
    ['@timestamp', '2026-11-21 10:07:59.123'],
  ])('computes %s', (text, expected) => {
    const at = new Timestamp(Date.UTC(2026, 10, 21, 10, 7, 59, 123));
    expect(evaluate(text, { a: '7', '@timestamp': at })).toBe(expected);
  });
});
