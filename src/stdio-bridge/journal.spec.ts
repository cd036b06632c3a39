import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toLine } from './client-output.js';
import { Journal } from './journal.js';

describe('Journal', () => {
  it('tells the same words once in half a minute, on one line, with everything odd escaped', () => {
    const lines: string[] = [];
    let now = 0;
    const journal = new Journal(
      (line) => lines.push(line),
      false,
      () => now,
    );
    for (const at of [0, 1000, 29_999, 30_000]) {
      now = at;
      journal.warn('a\u001b[2J\nb\u202e\u0085');
    }
    expect(lines).toEqual(
      Array.from({ length: 2 }, () => 'cloudwatch-mcp-bridge: a\\u{1b}[2J\\u{a}b\\u{202e}\\u{85}\n'),
    );
  });

  it('cuts long words and is silent about details unless asked', () => {
    const lines: string[] = [];
    new Journal(
      (line) => lines.push(line),
      false,
      () => 0,
    ).debug('detail');
    new Journal(
      (line) => lines.push(line),
      true,
      () => 0,
    ).debug('x'.repeat(10_000));
    expect(lines.map((line) => line.length < 400)).toEqual([true]);
  });
});

describe('toLine', () => {
  it('is one line of printable text that holds the same message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = toLine({ text });
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(line.endsWith('\n')).toBe(true);
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
  });
});
