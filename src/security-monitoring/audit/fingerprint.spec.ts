import { describe, expect, it } from 'vitest';
import { bearerFingerprint, fingerprint } from './fingerprint.js';

describe('fingerprint', () => {
  it('is the first twelve hex digits of the SHA-256', () => {
    expect(fingerprint('abc')).toBe('ba7816bf8f01');
  });
});

describe('bearerFingerprint', () => {
  it.each(['Bearer abc', 'bearer   abc', 'BEARER abc '])('names the credential of %j', (header) => {
    expect(bearerFingerprint(header)).toBe('ba7816bf8f01');
  });

  it.each([undefined, '', 'Bearer', 'Bearer  ', 'Basic abc', `Bearer ${'x'.repeat(8193)}`])(
    'names none in %j',
    (header) => {
      expect(bearerFingerprint(header)).toBeUndefined();
    },
  );
});
