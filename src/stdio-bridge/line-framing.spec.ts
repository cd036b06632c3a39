import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, LineFramer } from './line-framing.js';

const LIMIT = 20;

function framed(bytes: Buffer, cuts: readonly number[], limit = LIMIT): Line[] {
  const framer = new LineFramer(limit);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const lines = at.slice(1).flatMap((end, index) => framer.push(bytes.subarray(at[index], end)));
  return [...lines, ...framer.end()];
}

const text = (line: Line): string => (line === 'too-long' ? line : line.toString());

describe('LineFramer', () => {
  it('gives the same lines however the bytes are divided', () => {
    const bytes = fc.array(fc.constantFrom('a', 'ä', '\n', '\r', '{"x":1}', 'long '.repeat(5)), { maxLength: 30 });
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), (pieces, cuts) => {
        const buffer = Buffer.from(pieces.join(''));
        expect(framed(buffer, cuts).map(text)).toEqual(framed(buffer, []).map(text));
      }),
    );
  });

  it('gives back every line that was written and fits', () => {
    const line = fc.string({ maxLength: LIMIT }).map((value) => value.replace(/[\r\n]/g, '').slice(0, 5));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        expect(framed(bytes, cuts).map(text)).toEqual(lines);
      }),
    );
  });

  it('ends a line at CRLF too, and gives what is left at the end', () => {
    expect(framed(Buffer.from('a\r\nb\n\nc'), []).map(text)).toEqual(['a', 'b', '', 'c']);
  });

  it('drops a line over the limit and reads on behind it', () => {
    const lines = framed(
      Buffer.from(`${'x'.repeat(LIMIT)}\n${'x'.repeat(LIMIT + 1)}\nok\n${'y'.repeat(50)}`),
      [30, 45],
    );
    expect(lines.map(text)).toEqual(['x'.repeat(LIMIT), 'too-long', 'ok', 'too-long']);
  });
});
