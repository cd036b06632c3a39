import { describe, expect, it } from 'vitest';
import { IntrospectionCache } from './introspection-cache.js';

const NOON = Date.UTC(2026, 10, 21, 12);
const SECOND = 1_000;
const claims = (expiresInSeconds?: number) => ({
  sub: 'alice',
  ...(expiresInSeconds !== undefined && { exp: NOON / SECOND + expiresInSeconds }),
});

describe('IntrospectionCache.keep', () => {
  it('tells a token that ended in its time from one that was revoked or made up [D4]', () => {
    const cache = new IntrospectionCache();
    cache.keep('ended', claims(10), NOON);
    cache.keep('revoked', claims(10), NOON);
    cache.keep('for ever', claims(), NOON);
    expect(cache.keep('revoked', 'inactive', NOON + 9 * SECOND)).toBe('inactive');
    expect(cache.keep('ended', 'inactive', NOON + 10 * SECOND)).toBe('expired');
    expect(cache.keep('for ever', 'inactive', NOON + 10 * SECOND)).toBe('inactive');
    expect(cache.keep('made up', 'inactive', NOON)).toBe('inactive');
  });

  it('remembers that a token has expired for as long as anybody comes with it', () => {
    const cache = new IntrospectionCache();
    cache.keep('t', claims(10), NOON);
    for (const seconds of [10, 25, 40]) expect(cache.keep('t', 'inactive', NOON + seconds * SECOND)).toBe('expired');
    expect(cache.get('t', NOON + 41 * SECOND)).toBe('expired');
    expect(cache.get('t', NOON + 51 * SECOND)).toBeUndefined();
  });
});
