import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endWithin } from './json-size.js';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', '\u00e9', '\u20ac', '\ud800', '\u{1f600}') }),
);
const weight = (part: string): number => Buffer.byteLength(JSON.stringify(part)) - 2;

describe('endWithin', () => {
  it('takes as much as fits as JSON, never more, and never half a character', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 200 }), (whole, bytes) => {
        const end = endWithin(whole, 0, bytes);
        const part = whole.slice(0, end);
        const first = whole.slice(0, (whole.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
        if (part !== first) expect(weight(part)).toBeLessThanOrEqual(bytes);
        if (end < whole.length) {
          const next = (whole.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
          expect(weight(whole.slice(0, end + next))).toBeGreaterThan(bytes);
        }
      }),
    );
  });

  it('gets through any text, part by part, without loss', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 20 }), (whole, bytes) => {
        const parts: string[] = [];
        for (let start = 0; start < whole.length;) {
          const end = endWithin(whole, start, bytes);
          expect(end).toBeGreaterThan(start);
          parts.push(whole.slice(start, end));
          start = end;
        }
        expect(parts.join('')).toBe(whole);
      }),
    );
  });
});
