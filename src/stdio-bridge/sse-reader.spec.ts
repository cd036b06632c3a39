import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseReader } from './sse-reader.js';

function read(text: string, cuts: readonly number[] = [], limit = 1000): string[] {
  const bytes = Buffer.from(text);
  const reader = new SseReader(limit);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).flatMap((end, index) => reader.push(bytes.subarray(at[index], end)).data);
}

describe('SseReader', () => {
  it('gives the same events however the bytes are divided', () => {
    const pieces = fc.constantFrom(
      'data: a\n',
      'data:ä\n',
      '\n',
      '\r\n',
      ': note\n',
      'event: message\n',
      'event: x\n',
      'id: 1\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.array(fc.nat()), (parts, cuts) => {
        expect(read(parts.join(''), cuts)).toEqual(read(parts.join('')));
      }),
    );
  });

  it.each([
    ['one line', 'data: {"a":1}\n\n', ['{"a":1}']],
    ['several lines', 'data: a\ndata:b\ndata\ndata:  c\n\n', ['a\nb\n\n c']],
    ['CRLF', 'event: message\r\ndata: a\r\n\r\n', ['a']],
    ['comments, ids and times', ': ping\nid: 7\nretry: 10\ndata: a\n\n', ['a']],
    ['no data', 'event: message\nid: 7\n\ndata:\n\n', []],
    ['events of another type', 'event: ping\ndata: a\n\ndata: b\n\n', ['b']],
    ['an event without its end', 'data: a\n\ndata: b\n', ['a']],
  ])('reads %s', (_, text, events) => {
    expect(read(text)).toEqual(events);
  });

  it.each([
    ['one long line', `data: ${'x'.repeat(200)}`],
    ['many short lines', 'data: x\n'.repeat(200)],
    ['a long comment', `: ${'x'.repeat(200)}`],
  ])('says when an event is over the limit: %s', (_, text) => {
    expect(new SseReader(100).push(Buffer.from(text)).tooLong).toBe(true);
    expect(new SseReader(10_000).push(Buffer.from(text)).tooLong).toBe(false);
  });

  it('does not count what has been given already', () => {
    const reader = new SseReader(100);
    for (let n = 0; n < 50; n += 1) expect(reader.push(Buffer.from('data: 0123456789\n\n')).tooLong).toBe(false);
  });
});
