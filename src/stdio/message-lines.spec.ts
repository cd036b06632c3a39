import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_LIMIT_BYTES, type Line, MessageLines } from './message-lines.js';

const request = (id: unknown, params: object = {}): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params });

/** What the lines of a text are answered with, or the message itself. */
function read(text: string | Buffer): unknown[] {
  return new MessageLines().push(Buffer.from(text)).map(shown);
}

function shown(line: Line): unknown {
  return 'message' in line ? line.message : [line.refusal.id, line.refusal.error.code];
}

/** The text in pieces of the given sizes, over and over. */
function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let begin = 0;
  for (let turn = 0; begin < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(begin, begin + size);
    begin += size;
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of buffers that something still refers to. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe('MessageLines', () => {
  it('reads messages, whatever the line end, and leaves out empty lines', () => {
    const text = `${JSON.stringify(request(1))}\r\n\n  \n${JSON.stringify(request('two'))}\n`;
    expect(read(text)).toEqual([request(1), request('two')]);
  });

  it('keeps the beginning of a line until its end comes', () => {
    const lines = new MessageLines();
    const text = `${JSON.stringify(request(1))}\n`;
    expect(lines.push(Buffer.from(text.slice(0, 20)))).toEqual([]);
    expect(lines.push(Buffer.from(text.slice(20))).map(shown)).toEqual([request(1)]);
  });

  it.each<[what: string, line: string | Buffer, id: unknown, code: number]>([
    ['no JSON', 'hello', null, -32_700],
    ['half a message', '{"jsonrpc":"2.0","id":1,"meth', null, -32_700],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), null, -32_700],
    ['a batch', JSON.stringify([request(1)]), null, -32_600],
    ['a number', '1', null, -32_600],
    ['null', 'null', null, -32_600],
    ['a method that is no text', '{"jsonrpc":"2.0","id":7,"method":3}', 7, -32_600],
    ['another version', '{"jsonrpc":"1.0","id":"a","method":"ping"}', 'a', -32_600],
    ['an id that is none', '{"jsonrpc":"2.0","id":{},"method":"ping"}', null, -32_600],
    // It would be an answer to a request of the client with the same id.
    ['a broken response', '{"jsonrpc":"2.0","id":7,"result":3}', null, -32_600],
    [
      'deep nesting',
      JSON.stringify(request(3, { a: 1 })).replace('1}', `${'['.repeat(70)}${']'.repeat(70)}}`),
      3,
      -32_602,
    ],
    ['very deep nesting', '['.repeat(1_000_000) + ']'.repeat(1_000_000), null, -32_600],
  ])('refuses %s and reads the next line', (_what, line, id, code) => {
    const bytes = Buffer.concat([Buffer.from(line), Buffer.from(`\n${JSON.stringify(request(9))}\n`)]);
    expect(read(bytes)).toEqual([[id, code], request(9)]);
  });

  const giant = 'x'.repeat(LINE_LIMIT_BYTES);

  it.each<[where: string, line: string, id: unknown]>([
    ['first', `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"a":"${giant}"}}`, 5],
    ['second', `{"method":"tools/call","id":"five-5","params":{"a":"${giant}","id":6}}`, 'five-5'],
    ['last', `{"method":"tools/call","params":{"id":6,"a":["${giant}"]},"jsonrpc":"2.0","id":5}`, 5],
    ['last, after the arguments', `{"jsonrpc":"2.0","method":"tools/call","params":{"a":"${giant}"},"id":5 } `, 5],
    ['nowhere but in the arguments', `{"jsonrpc":"2.0","method":"x","params":{"a":"${giant}","id":6}}`, null],
    ['in a text', String.raw`{"jsonrpc":"2.0","method":"x","params":{"a":"${giant}\",\"id\":6}"}}`, null],
    ['in a response', `{"jsonrpc":"2.0","result":{"method":"${giant}"},"id":5}`, null],
    ['nowhere', giant + giant, null],
  ])('answers a line of more than 10 MB by the id that stands %s', (_where, line, id) => {
    const lines = new MessageLines();
    const answers = [...pieces(Buffer.from(`${line}\n${JSON.stringify(request(9))}\n`), [65_536])].flatMap((chunk) =>
      lines.push(chunk),
    );
    expect(answers.map(shown)).toEqual([[id, -32_600], request(9)]);
  });

  it('keeps a bounded part of a line that does not end', () => {
    const lines = new MessageLines();
    const before = heldBytes();
    for (let mb = 0; mb < 100; mb += 1) lines.push(Buffer.alloc(1024 * 1024, 'x'));
    expect(heldBytes() - before).toBeLessThan(30 * 1024 * 1024);
    expect(lines.push(Buffer.from('\n')).map(shown)).toEqual([[null, -32_600]]);
  });

  it('reads the same messages however the bytes are cut', () => {
    const line = fc.oneof(
      fc.integer().map((id) => JSON.stringify(request(id, { text: 'ä€🙂' }))),
      fc.string().map((text) => text.replaceAll('\n', ' ')),
      fc.json().map((text) => text.replaceAll('\n', ' ')),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (texts, sizes) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const lines = new MessageLines();
        const cut = [...pieces(bytes, sizes)].flatMap((chunk) => lines.push(chunk)).map(shown);
        expect(cut).toEqual(read(bytes));
        expect(cut).toHaveLength(texts.filter((text) => text.trim() !== '').length);
      }),
    );
  });
});
