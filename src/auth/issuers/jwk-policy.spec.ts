import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { acceptJwk } from './jwk-policy.js';

const OFFERED = ['RS256', 'ES256'] as const;

function rsa(modulusLength = 2048, publicExponent = 65_537): Record<string, unknown> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
  return { ...publicKey.export({ format: 'jwk' }), kid: 'r' };
}

function ec(namedCurve = 'P-256'): Record<string, unknown> {
  return { ...generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' }), kid: 'e' };
}

const RSA = rsa();
const EC = ec();

describe('acceptJwk', () => {
  it('binds a key to its alg, else to the first algorithm offered that fits it', () => {
    expect(acceptJwk({ ...RSA, alg: 'PS256' }, OFFERED)).toMatchObject({ alg: 'PS256' });
    expect(acceptJwk(RSA, OFFERED)).toMatchObject({ alg: 'RS256' });
    expect(acceptJwk(RSA, ['ES256', 'PS384'])).toMatchObject({ alg: 'PS384' });
    expect(acceptJwk(ec('P-384'), OFFERED)).toMatchObject({ alg: 'ES384' });
  });

  it('hands on the public members it knows and no others', () => {
    const published = { ...EC, x5c: ['AAAA'], x5u: 'http://127.0.0.1/', key_ops: ['verify'], alg: 'ES256' };
    expect(acceptJwk(published, OFFERED)).toEqual({ ...EC, alg: 'ES256', use: 'sig' });
  });

  it('refuses keys that are private, symmetric, of another kind or meant for something else', () => {
    const refusals = [
      [{ ...RSA, d: 'AQAB' }, 'private key'],
      [{ kty: 'oct', k: 'AAAA', kid: 'o' }, 'key type'],
      [{ kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'o' }, 'key type'],
      [{ ...RSA, use: 'enc' }, 'use'],
      [{ ...RSA, key_ops: ['encrypt'] }, 'key_ops'],
      [{ ...RSA, key_ops: 'verify' }, 'key_ops'],
      [{ ...RSA, kid: undefined }, 'no kid'],
      [{ ...RSA, n: 1 }, 'key material'],
      [{ ...EC, y: undefined }, 'key material'],
      [{ ...EC, y: EC['x'] }, 'key material'],
      [{ ...EC, x: '' }, 'key material'],
    ] as const;
    for (const [jwk, reason] of refusals) expect(acceptJwk(jwk, OFFERED)).toBe(reason);
  });

  it('refuses RSA keys that are small or have a small exponent', () => {
    expect(acceptJwk(rsa(1024), OFFERED)).toBe('key size');
    expect(acceptJwk(rsa(2048, 3), OFFERED)).toBe('exponent');
    expect(acceptJwk({ ...RSA, e: 'AQ' }, OFFERED)).toBe('exponent');
    expect(acceptJwk({ ...RSA, e: '' }, OFFERED)).toBe('exponent');
    expect(acceptJwk({ ...RSA, n: `${'A'.repeat(300)}AQAB` }, OFFERED)).toBe('key size');
  });

  it('refuses an alg that does not belong to the kind and curve of the key', () => {
    for (const alg of ['ES256', 'HS256', 'RSA-OAEP', 'none', 7])
      expect(acceptJwk({ ...RSA, alg }, OFFERED)).toBe('algorithm');
    for (const alg of ['ES384', 'RS256']) expect(acceptJwk({ ...EC, alg }, OFFERED)).toBe('algorithm');
    for (const crv of ['secp256k1', '__proto__', 'constructor'])
      expect(acceptJwk({ ...EC, crv }, OFFERED)).toBe('curve');
  });
});
