import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonExcess, jsonShape } from './json-shape.js';

const valuesIn = (value: unknown): unknown[] | undefined =>
  typeof value === 'object' && value !== null ? Object.values(value) : undefined;

describe('jsonShape', () => {
  it('measures what JSON.parse would make, whatever the strings hold', () => {
    const depth = (value: unknown): number => {
      const values = valuesIn(value);
      return values === undefined ? 0 : 1 + Math.max(0, ...values.map(depth));
    };
    const members = (value: unknown): number => {
      const values = valuesIn(value);
      return values === undefined ? 0 : values.reduce((sum: number, one) => sum + members(one), values.length || 1);
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonShape(JSON.stringify(value))).toEqual({ depth: depth(value), members: members(value) });
      }),
    );
  });
});

describe('jsonExcess', () => {
  it.each([
    ['['.repeat(64), undefined],
    ['['.repeat(65), 'is nested deeper than 64 levels'],
    [`[0${',0'.repeat(9_999)}]`, undefined],
    [`[0${',0'.repeat(10_000)}]`, 'has more than 10000 members and items'],
    [`"${',['.repeat(20_000)}"`, undefined],
  ])('tells what is too much (case %#) [MCP-08]', (text, excess) => {
    expect(jsonExcess(text)).toBe(excess);
  });
});
