import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { readTokenShape } from './token-shape.js';

const HEADER = '{"alg":"RS256","kid":"k1","typ":"at+jwt"}';
const PAYLOAD = '{"iss":"https://idp.test","sub":"alice"}';
const base64url = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

function token(header: string = HEADER, payload: string | Buffer = PAYLOAD, signature = 'c2ln'): string {
  return `${base64url(header)}.${base64url(payload)}.${signature}`;
}

function reasonOf(text: string): string {
  const shape = readTokenShape(text);
  return 'reason' in shape ? shape.reason : 'accepted';
}

describe('readTokenShape', () => {
  it('reads header, claims and issuer', () => {
    expect(readTokenShape(token())).toEqual({
      header: { alg: 'RS256', kid: 'k1', typ: 'at+jwt' },
      claims: { iss: 'https://idp.test', sub: 'alice' },
      issuer: 'https://idp.test',
    });
  });

  it.each(['none', 'HS256', 'HS384', 'HS512', 'EdDSA', 'RS1', 'rs256', 'dir', 'RSA-OAEP', '', null, 1, ['RS256']])(
    'refuses the algorithm %j, before it looks at anything else [JWT-01] [JWT-39]',
    (alg) => {
      expect(reasonOf(token(JSON.stringify({ alg, kid: 'k1' }), PAYLOAD, ''))).toBe('alg_not_allowed');
    },
  );

  it.each([
    ['{"alg":"RS256","kid":"k1","crit":["x-corp-ext"],"x-corp-ext":1}'],
    ['{"alg":"RS256","kid":"k1","crit":[]}'],
    ['{"alg":"RS256","kid":"k1","b64":false}'],
    ['{"alg":"RS256","kid":"k1","zip":"DEF"}'],
  ])('refuses the extension in %s [JWT-08]', (header) => {
    expect(reasonOf(token(header))).toBe('crit_unsupported');
  });

  it('accepts a typ of JWT, at+jwt or none, as media types are compared [JWT-24]', () => {
    const types = ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'];
    for (const typ of types) expect(reasonOf(token(JSON.stringify({ alg: 'RS256', kid: 'k', typ })))).toBe('accepted');
    expect(reasonOf(token('{"alg":"RS256","kid":"k"}'))).toBe('accepted');
    for (const typ of ['dpop+jwt', 'logout+jwt', 'JOSE', 'text/jwt', '', null, 1]) {
      expect(reasonOf(token(JSON.stringify({ alg: 'RS256', kid: 'k', typ })))).toBe('typ_mismatch');
    }
    expect(reasonOf(token('{"alg":"RS256","kid":"k","cty":"JWT"}'))).toBe('typ_mismatch');
  });

  it('requires a key id of 1 to 256 characters [JWT-14]', () => {
    expect(reasonOf(token('{"alg":"RS256"}'))).toBe('unknown_kid');
    for (const kid of ['', 1, null, {}, 'k'.repeat(257)]) {
      expect(reasonOf(token(JSON.stringify({ alg: 'RS256', kid })))).toBe('unknown_kid');
    }
    expect(reasonOf(token(JSON.stringify({ alg: 'RS256', kid: 'k'.repeat(256) })))).toBe('accepted');
  });

  it('refuses duplicate members in header and payload [JWT-17] [CLM-19]', () => {
    expect(reasonOf(token('{"alg":"none","alg":"RS256","kid":"k1"}'))).toBe('malformed');
    expect(reasonOf(token(HEADER, '{"iss":"https://idp.test","sub":"victim","sub":"attacker"}'))).toBe('malformed');
    expect(reasonOf(token(HEADER, '{"iss":"https://idp.test","act":{"sub":"a","sub":"b"}}'))).toBe('malformed');
  });

  it('refuses a payload that is no JSON object [JWT-30]', () => {
    for (const payload of ['"hello"', 'null', '[1]', '5', 'true', '', 'x']) {
      expect(reasonOf(token(HEADER, payload))).toBe('malformed');
    }
  });

  it('refuses bytes that are not UTF-8 and a byte order mark', () => {
    expect(reasonOf(token(HEADER, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('malformed');
    expect(reasonOf(token(HEADER, `\uFEFF${PAYLOAD}`))).toBe('malformed');
  });

  it('refuses a payload nested 2,500 levels deep within 50 ms [JWT-32]', async () => {
    const payload = `{"iss":"https://idp.test","x":${'['.repeat(2500)}${']'.repeat(2500)}}`;
    expect(reasonOf(token(HEADER, payload))).toBe('malformed');
    expect(await medianCpuMs(async () => reasonOf(token(HEADER, payload)))).toBeLessThan(50);
  });

  it('refuses more than 8 KB', () => {
    expect(reasonOf(token(HEADER, `{"iss":"https://idp.test","x":"${'a'.repeat(8192)}"}`))).toBe('malformed');
  });

  it('refuses a token without an issuer', () => {
    expect(reasonOf(token(HEADER, '{"sub":"alice"}'))).toBe('iss_mismatch');
    expect(reasonOf(token(HEADER, '{"iss":["https://idp.test"]}'))).toBe('iss_mismatch');
  });

  it('accepts no other spelling of an accepted token [JWT-21]', () => {
    const good = token();
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.nat(1),
        fc.constantFrom('=', '+', '/', ' ', '\t', '\n', '.', '%', 'é', '\u0000'),
        (at, removed, inserted) => {
          const changed = good.slice(0, at) + inserted + good.slice(at + removed);
          fc.pre(changed !== good);
          expect(reasonOf(changed)).toBe('malformed');
        },
      ),
    );
  });

  it('accepts one last character of a segment only, although several decode to the same bytes', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted = alphabet
      .split('')
      .filter((last) => reasonOf(token(HEADER, PAYLOAD, `c2lnb${last}`)) === 'accepted');
    expect(accepted).toEqual(['A', 'Q', 'g', 'w']);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.tuple(fc.string(), fc.string()).map(([a, b]) => token(a, b)),
        ),
        (text) => {
          expect(() => readTokenShape(text)).not.toThrow();
        },
      ),
    );
  });
});
