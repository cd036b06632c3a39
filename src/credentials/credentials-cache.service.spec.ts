import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceError } from '../errors.js';
import { CredentialsCacheService } from './credentials-cache.service.js';
import { UserCredentials } from './user-credentials.js';

const MINUTE = 60_000;
let made = 0;

function exchange(lifeMs = 60 * MINUTE): () => Promise<UserCredentials> {
  return async () => {
    made += 1;
    const expiration = new Date(Date.now() + lifeMs);
    return new UserCredentials({ accessKeyId: `ASIA${made}`, secretAccessKey: 's', sessionToken: 't', expiration });
  };
}

function failing(error: Error): () => Promise<UserCredentials> {
  return async () => {
    made += 1;
    throw error;
  };
}

beforeEach(() => {
  made = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** How many exchanges two requests cost that lie `gapMs` apart. */
async function exchangesFor(gapMs: number, lifeMs: number, tokenExpiresAt?: number): Promise<number> {
  const cache = new CredentialsCacheService();
  made = 0;
  await cache.resolve('k', exchange(lifeMs), tokenExpiresAt);
  vi.advanceTimersByTime(gapMs);
  await cache.resolve('k', exchange(lifeMs), tokenExpiresAt);
  return made;
}

describe('CredentialsCacheService.resolve', () => {
  it('makes one exchange for 100 concurrent requests of one key [ISO-09]', async () => {
    const cache = new CredentialsCacheService();
    const all = await Promise.all(Array.from({ length: 100 }, () => cache.resolve('k', exchange())));
    expect(made).toBe(1);
    expect(new Set(all).size).toBe(1);
  });

  it('never lets one key wait for another [ISO-09]', async () => {
    const cache = new CredentialsCacheService();
    let finish = (): void => {};
    const slow = cache.resolve('slow', () => new Promise((resolve) => (finish = () => resolve(exchange()()))));
    await expect(cache.resolve('quick', exchange())).resolves.toBeInstanceOf(UserCredentials);
    finish();
    await slow;
  });

  it('renews credentials five minutes before they expire [B6] [ISO-06]', async () => {
    expect(await exchangesFor(10 * MINUTE - 1, 15 * MINUTE)).toBe(1);
    expect(await exchangesFor(10 * MINUTE, 15 * MINUTE)).toBe(2);
  });

  it('keeps credentials for a quarter of an hour at most [B6]', async () => {
    expect(await exchangesFor(15 * MINUTE - 1, 60 * MINUTE)).toBe(1);
    expect(await exchangesFor(15 * MINUTE, 60 * MINUTE)).toBe(2);
  });

  it('does not keep credentials beyond the token they were obtained with [B6]', async () => {
    const inTwoMinutes = (): number => (Date.now() + 2 * MINUTE) / 1000;
    expect(await exchangesFor(2 * MINUTE - 1, 60 * MINUTE, inTwoMinutes())).toBe(1);
    expect(await exchangesFor(2 * MINUTE, 60 * MINUTE, inTwoMinutes())).toBe(2);
  });

  it('remembers a refusal for five seconds', async () => {
    const cache = new CredentialsCacheService();
    const refused = failing(new ServiceError('credentials_refused', 'no'));
    await expect(cache.resolve('k', refused)).rejects.toThrow('no');
    vi.advanceTimersByTime(4_999);
    await expect(cache.resolve('k', exchange())).rejects.toThrow('no');
    expect(made).toBe(1);
    vi.advanceTimersByTime(1);
    await expect(cache.resolve('k', exchange())).resolves.toBeInstanceOf(UserCredentials);
  });

  it('remembers no other failure', async () => {
    const cache = new CredentialsCacheService();
    await expect(cache.resolve('k', failing(new ServiceError('credentials_unavailable', 'down')))).rejects.toThrow(
      'down',
    );
    await expect(cache.resolve('k', exchange())).resolves.toBeInstanceOf(UserCredentials);
  });

  it('holds a thousand entries and drops the one longest unused', async () => {
    const cache = new CredentialsCacheService();
    for (let key = 0; key < 1_001; key += 1) await cache.resolve(String(key), exchange());
    await cache.resolve('1000', exchange());
    expect(made).toBe(1_001);
    await cache.resolve('0', exchange());
    expect(made).toBe(1_002);
  });
});

describe('CredentialsCacheService.forget', () => {
  it('drops the given credentials and never newer ones', async () => {
    const cache = new CredentialsCacheService();
    const first = await cache.resolve('k', exchange());
    cache.forget('k', first);
    const second = await cache.resolve('k', exchange());
    expect(second).not.toBe(first);
    cache.forget('k', first);
    expect(await cache.resolve('k', exchange())).toBe(second);
  });
});
