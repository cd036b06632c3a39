import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from './failure.js';
import { failureAnswer, isResponse, readLine } from './json-rpc.js';

const read = (value: unknown): ReturnType<typeof readLine> => readLine(Buffer.from(JSON.stringify(value)));

describe('readLine', () => {
  it('keeps the text of a message as it was written', () => {
    const text = '{ "jsonrpc":"2.0", "id":1, "method":"x", "params":{"n":1.0} }';
    expect(readLine(Buffer.from(text))).toEqual({ kind: 'request', id: 1, method: 'x', params: { n: 1 }, text });
  });

  it('tells requests, notifications and replies apart', () => {
    const kinds = [
      { id: '', method: 'x' },
      { method: 'x' },
      { id: 0, result: {} },
      { id: 'a', error: { code: 1, message: 'x' } },
    ].map((message) => read({ jsonrpc: '2.0', ...message }));
    expect(kinds.map((message) => ('kind' in message ? message.kind : message))).toEqual([
      'request',
      'notification',
      'reply',
      'reply',
    ]);
  });

  it('answers whatever is no message, once for each id that can be made out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const answers = read(value);
        expect(Array.isArray(answers) && answers.length > 0).toBe(true);
      }),
    );
    const batch = [{ jsonrpc: '2.0', id: 1, method: 'a' }, { jsonrpc: '2.0', id: '1' }, { id: 1 }, 7];
    expect(read(batch)).toMatchObject([{ id: 1 }, { id: '1' }]);
  });

  it('answers bytes that are no UTF-8', () => {
    expect(readLine(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject([{ id: null, error: { code: -32700 } }]);
  });
});

describe('isResponse', () => {
  it.each([
    [{ result: null }, true],
    [{ error: { code: 1 } }, true],
    [{ error: 'x' }, false],
    [{ method: 'x', result: {} }, false],
    [{}, false],
  ])('%j: %s', (message, expected) => {
    expect(isResponse(message)).toBe(expected);
  });
});

describe('failureAnswer', () => {
  it('says what to do, and the facts for programs', () => {
    const failure = new Failure('rate_limited', 'Try again in 5 seconds.', { status: 429, retryAfterSeconds: 5 });
    expect(failureAnswer('a', failure)).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      error: {
        code: -32603,
        message: 'Try again in 5 seconds.',
        data: { reason: 'rate_limited', status: 429, retryAfterSeconds: 5 },
      },
    });
  });
});
