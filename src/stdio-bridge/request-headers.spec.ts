import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerValue, modernHeaders } from './request-headers.js';
import { type Message, readLine } from './json-rpc.js';

const message = (value: object): Message =>
  readLine(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value }))) as Message;
const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

describe('modernHeaders', () => {
  it('repeats revision, method and name', () => {
    const call = message({ id: 1, method: 'tools/call', params: { name: 'a', _meta } });
    expect(modernHeaders(call)).toEqual({
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': 'a',
    });
  });

  it.each([
    ['without an envelope', { id: 1, method: 'tools/list' }],
    ['with an envelope of something else', { id: 1, method: 'x', params: { _meta: { progressToken: 1 } } }],
    [
      'with a revision that is no text',
      { id: 1, method: 'x', params: { _meta: { [Object.keys(_meta)[0] ?? '']: 1 } } },
    ],
    ['that is a reply', { id: 1, result: { _meta } }],
  ])('has none for a message %s', (_, value) => {
    expect(modernHeaders(message(value))).toBeUndefined();
  });

  it.each([
    ['constructor', { name: 'x' }],
    ['tools/call', { name: 7 }],
    ['resources/read', { name: 'x' }],
  ])('names nothing for %s %j', (method, params) => {
    expect(modernHeaders(message({ method, params: { ...params, _meta } }))).not.toHaveProperty('Mcp-Name');
  });
});

describe('headerValue', () => {
  it('is always a field value HTTP takes, from which the text can be had back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const value = headerValue(text);
        expect(value).toMatch(/^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/);
        const [, encoded] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
        expect(encoded === undefined ? value : Buffer.from(encoded, 'base64').toString()).toBe(
          Buffer.from(text).toString(),
        );
      }),
    );
  });

  it.each(['', ' a', 'a ', 'ä', 'a\nb', '=?base64?YQ==?='])('encodes %j', (text) => {
    expect(headerValue(text)).toBe(`=?base64?${Buffer.from(text).toString('base64')}?=`);
  });
});
