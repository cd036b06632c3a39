import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TOKEN_LENGTH, presentedCredential } from './presented-credential.js';

const withBearer = (text: string): ReturnType<typeof presentedCredential> =>
  presentedCredential(['Host', 'mcp.test', 'Authorization', `Bearer ${text}`]);

describe('presentedCredential', () => {
  it('finds the bearer credential whatever the case of name and scheme, and however many spaces follow', () => {
    for (const name of ['authorization', 'AUTHORIZATION', 'AuthoriZation']) {
      for (const scheme of ['Bearer ', 'bearer ', 'BEARER   ']) {
        expect(presentedCredential([name, `${scheme}abc`])).toEqual({ kind: 'opaque', text: 'abc' });
      }
    }
  });

  it('decides the kind by shape alone [KEY-14]', () => {
    expect(withBearer('a.b.c').kind).toBe('jwt');
    expect(withBearer('..').kind).toBe('jwt');
    expect(withBearer('a.b').kind).toBe('opaque');
    expect(withBearer('a.b.c.d.e').kind).toBe('opaque');
    expect(withBearer('cwmcp_a.b.c').kind).toBe('api-key');
    expect(withBearer('Cwmcp_a').kind).toBe('opaque');
  });

  it('takes a missing header and other schemes for no credential', () => {
    for (const value of ['', 'Basic dTpw', 'abc', 'Bearertoken', 'Bearer\tabc', 'Token Bearer abc']) {
      expect(presentedCredential(['Authorization', value])).toEqual({ kind: 'none' });
    }
    expect(presentedCredential(['X-Authorization', 'Bearer abc', 'Cookie', 'Authorization=Bearer abc']).kind).toBe(
      'none',
    );
  });

  it('is never fooled by a header value that reads like a header name', () => {
    expect(presentedCredential(['X-A', 'authorization', 'X-B', 'Bearer abc'])).toEqual({ kind: 'none' });
  });

  it('finds two lines ambiguous, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        expect(presentedCredential(['Authorization', first, 'x', 'y', 'authorization', second]).kind).toBe('ambiguous');
      }),
    );
  });

  it('finds anything malformed that is not one token of permitted characters [JWT-21]', () => {
    for (const text of ['', ',', 'a b', 'a\tb', 'a=b', '=', 'a,b', '"a"', 'ä', 'a\u0000', 'a.b=.c', 'a, Bearer b']) {
      expect(withBearer(text).kind).toBe('malformed');
    }
    expect(presentedCredential(['Authorization', 'Bearer']).kind).toBe('malformed');
  });

  it('draws the line at 8 KB, and at 256 characters for API keys', () => {
    expect(withBearer('a'.repeat(MAX_TOKEN_LENGTH)).kind).toBe('opaque');
    expect(withBearer('a'.repeat(MAX_TOKEN_LENGTH + 1)).kind).toBe('malformed');
    expect(withBearer(`cwmcp_${'a'.repeat(250)}`).kind).toBe('api-key');
    expect(withBearer(`cwmcp_${'a'.repeat(251)}`).kind).toBe('malformed');
  });

  it('answers every header there can be with one of its kinds, and hands on only what was sent', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('Authorization', 'Host'), fc.string())), (lines) => {
        const presented = presentedCredential(lines.flat());
        const text = 'text' in presented ? presented.text : '';
        expect([...lines, ['', '']].some(([, value]) => value?.endsWith(text))).toBe(true);
      }),
    );
  });
});
