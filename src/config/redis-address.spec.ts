import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { loadAppConfig } from './app-config.js';

const load = (url: string): ReturnType<typeof loadAppConfig> => loadAppConfig({ ENABLE_AUTH: 'false', REDIS_URL: url });

function problemOf(url: string): string {
  try {
    load(url);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems.join('\n');
    throw error;
  }
  return '';
}

describe('REDIS_URL', () => {
  it.each([
    ['redis://127.0.0.1', { host: '127.0.0.1', port: 6379, tls: false, database: 0 }],
    ['redis://localhost:6380/3', { host: 'localhost', port: 6380, tls: false, database: 3 }],
    ['rediss://[::1]:7000/', { host: '::1', port: 7000, tls: true, database: 0 }],
    [
      'rediss://:p%40ss%2Fw%25rd@cache.example.com',
      { host: 'cache.example.com', port: 6379, tls: true, password: 'p@ss/w%rd', database: 0 },
    ],
    [
      'REDISS://app:secret@cache.example.com:6379/0',
      { host: 'cache.example.com', port: 6379, tls: true, username: 'app', password: 'secret', database: 0 },
    ],
  ])('%s is understood', (url, address) => {
    expect(load(url).limits.redis).toEqual(address);
  });

  it.each([
    ['nonsense'],
    ['http://127.0.0.1:6379'],
    ['redis:127.0.0.1'],
    ['redis://'],
    ['redis://:0'],
    ['redis://127.0.0.1:0'],
    ['redis://127.0.0.1:99999'],
    ['redis://user@127.0.0.1'],
    ['redis://127.0.0.1/keys'],
    ['redis://127.0.0.1/1/2'],
    ['redis://127.0.0.1?tls=false'],
    ['rediss://127.0.0.1#x'],
    ['redis://:100%@127.0.0.1'],
    ['redis://a%2Fb'],
    ['unix:///run/redis.sock'],
    [' '],
    ['none'],
  ])('%s is refused by name', (url) => {
    expect(problemOf(url)).toMatch(/^REDIS_URL: .*example: REDIS_URL=rediss:/);
  });

  it('is never shown, whatever is wrong with it', () => {
    const SECRET = 'canary-of-redis';
    fc.assert(
      fc.property(fc.constantFrom('redis', 'rediss', 'http', ''), fc.string(), fc.string(), (scheme, left, right) => {
        expect(problemOf(`${scheme}://${left}:${SECRET}@${right}`)).not.toContain(SECRET);
      }),
    );
  });

  it('without encryption to another machine is worth a warning', () => {
    const warnings = (url: string): string[] => load(url).warnings.filter((text) => text.startsWith('REDIS_URL'));
    expect(warnings('redis://:pw@cache.example.com')).toHaveLength(1);
    expect(warnings('redis://:pw@cache.example.com')[0]).not.toContain('cache.example.com');
    expect(warnings('redis://127.0.0.1')).toEqual([]);
    expect(warnings('redis://[::1]')).toEqual([]);
    expect(warnings('rediss://:pw@cache.example.com')).toEqual([]);
  });
});
