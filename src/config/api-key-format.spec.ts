import { crc32 as zlibCrc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, isWellFormedKey, keyIdOf, newApiKey } from './api-key-format.js';

describe('newApiKey', () => {
  it('makes a key of 256 random bits that can be sent as a bearer token and is never made twice [A6]', () => {
    const keys = Array.from({ length: 1000 }, () => newApiKey());
    for (const key of keys) expect(key).toMatch(/^cwmcp_[0-9a-f]{8}_[\w-]{43}_[0-9A-Za-z]{6}$/);
    expect(new Set(keys.map((key) => key.slice(15, 58))).size).toBe(1000);
    expect(keys.every(isWellFormedKey)).toBe(true);
    expect(keyIdOf(keys[0] ?? '')).toBe(keys[0]?.slice(6, 14));
  });
});

describe('isWellFormedKey', () => {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

  it('notices every change of one character, and every part that is missing [KEY-08]', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.constantFrom(...characters.split('')), (at, character) => {
        const key = newApiKey();
        const changed = key.slice(0, at) + character + key.slice(at + 1);
        expect(isWellFormedKey(changed)).toBe(changed === key);
        expect(isWellFormedKey(key.slice(0, at) + key.slice(at + 1))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no other text for a key', () => {
    fc.assert(fc.property(fc.string(), (text) => !isWellFormedKey(text) && !isWellFormedKey(`cwmcp_${text}`)));
    expect(isWellFormedKey(`${newApiKey()}\n`)).toBe(false);
  });
});

describe('crc32', () => {
  it('agrees with zlib', () => {
    const ascii = fc.string({ unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)) });
    fc.assert(fc.property(ascii, (text) => crc32(text) === zlibCrc32(text)));
  });
});
