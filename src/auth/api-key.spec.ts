import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newApiKey } from '../config/api-key-format.js';
import { findApiKey, type KnownApiKey, knownApiKeys } from './api-key.js';

const entry = (label: string, key: string): KnownApiKey[] => [
  ...knownApiKeys([{ label, sha256: createHash('sha256').update(key).digest('hex') }]),
];

const OLD = 'Kq7dX2mVw9RtB4nLp8sHc3jFz6gYa1eU';
const NEW = newApiKey();
const ENTRIES = [...entry('old', OLD), ...entry('new', NEW)];

describe('findApiKey', () => {
  it('finds each of several keys by its label [A6]', () => {
    expect(findApiKey(OLD, ENTRIES)?.label).toBe('old');
    expect(findApiKey(NEW, ENTRIES)?.label).toBe('new');
  });

  it('finds nothing for near misses', () => {
    for (const key of [OLD, NEW]) {
      for (const at of [0, key.length >> 1, key.length - 1]) {
        const changed = key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1);
        expect(findApiKey(changed, ENTRIES)).toBeUndefined();
      }
      for (const text of [key.slice(1), key.slice(0, -1), `${key}x`, key.toLowerCase(), '']) {
        expect(findApiKey(text, ENTRIES)).toBeUndefined();
      }
    }
  });

  it('finds nothing for anything but the keys', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(findApiKey(text, ENTRIES)).toBeUndefined();
      }),
    );
  });

  it('does not take the digest of a text no key can have [KEY-10]', () => {
    const mistyped = `${NEW.slice(0, -1)}${NEW.endsWith('0') ? '1' : '0'}`;
    expect(findApiKey(mistyped, entry('mistyped', mistyped))).toBeUndefined();
    const long = 'a'.repeat(257);
    expect(findApiKey(long, entry('long', long))).toBeUndefined();
    expect(findApiKey('a'.repeat(256), entry('long', 'a'.repeat(256)))?.label).toBe('long');
  });
});
