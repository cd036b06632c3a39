import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceError } from '../errors.js';
import { CredentialsCacheService, type ExchangeOccasion, type ExchangeRun } from './credentials-cache.service.js';
import { TokenRefused } from './exchange/token-refused.js';
import { UserCredentials } from './user-credentials.js';

const MINUTE = 60_000;
let occasions: ExchangeOccasion[] = [];

function exchange(lifeMs = 60 * MINUTE): ExchangeRun {
  return async (occasion) => {
    occasions.push(occasion);
    const expiration = new Date(Date.now() + lifeMs);
    const accessKeyId = `ASIA${occasions.length}`;
    return new UserCredentials({ accessKeyId, secretAccessKey: 's', sessionToken: 't', expiration });
  };
}

function failing(error: Error): ExchangeRun {
  return async (occasion) => {
    occasions.push(occasion);
    throw error;
  };
}

/** An exchange that ends when told to. */
function pending(): { run: ExchangeRun; finish: (run?: ExchangeRun) => void } {
  let finish = (_run?: ExchangeRun): void => undefined;
  const run: ExchangeRun = (occasion) =>
    new Promise((resolve) => {
      finish = (then = exchange()) => resolve(then(occasion));
    });
  return { run, finish: (then) => finish(then) };
}

const down = new ServiceError('credentials_unavailable', 'down');
const refused = new ServiceError('credentials_refused', 'no');

beforeEach(() => {
  occasions = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lets what runs in the background end. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

/** Whether credentials of this age are used as they are, renewed meanwhile, or replaced first. */
async function atAge(ageMs: number, lifeMs: number, tokenExpiresAt?: number): Promise<string> {
  const cache = new CredentialsCacheService();
  occasions = [];
  const first = await cache.resolve('k', exchange(lifeMs), tokenExpiresAt);
  vi.advanceTimersByTime(ageMs);
  const second = await cache.resolve('k', exchange(lifeMs), tokenExpiresAt);
  await settle();
  if (occasions.length === 1) return 'used';
  return second === first ? 'renewed meanwhile' : 'replaced';
}

describe('CredentialsCacheService.resolve', () => {
  it('makes one exchange for 100 concurrent requests of one key [ISO-09]', async () => {
    const cache = new CredentialsCacheService();
    const all = await Promise.all(Array.from({ length: 100 }, () => cache.resolve('k', exchange())));
    expect(occasions).toEqual(['needed']);
    expect(new Set(all).size).toBe(1);
  });

  it('never lets one key wait for another [ISO-09]', async () => {
    const cache = new CredentialsCacheService();
    const slow = pending();
    const waiting = cache.resolve('slow', slow.run);
    await expect(cache.resolve('quick', exchange())).resolves.toBeInstanceOf(UserCredentials);
    slow.finish();
    await waiting;
  });

  it('begins to renew seven to eight minutes before the end, and never uses what has ended [B6] [ISO-06]', async () => {
    expect(await atAge(7 * MINUTE - 1, 15 * MINUTE)).toBe('used');
    expect(await atAge(8 * MINUTE, 15 * MINUTE)).toBe('renewed meanwhile');
    expect(await atAge(15 * MINUTE - 1, 15 * MINUTE)).toBe('renewed meanwhile');
    expect(await atAge(15 * MINUTE, 15 * MINUTE)).toBe('replaced');
  });

  it('keeps credentials for a quarter of an hour at most [B6]', async () => {
    expect(await atAge(7 * MINUTE - 1, 60 * MINUTE)).toBe('used');
    expect(await atAge(8 * MINUTE, 60 * MINUTE)).toBe('renewed meanwhile');
    expect(await atAge(15 * MINUTE, 60 * MINUTE)).toBe('replaced');
  });

  it('does not keep credentials beyond the token they were obtained with [B6]', async () => {
    const inFourMinutes = (): number => (Date.now() + 4 * MINUTE) / 1000;
    expect(await atAge(4 * MINUTE - 1, 60 * MINUTE, inFourMinutes())).toBe('used');
    expect(await atAge(4 * MINUTE, 60 * MINUTE, inFourMinutes())).toBe('replaced');
  });

  it('renews ahead of the end of a token as soon as a later token asks [B6]', async () => {
    const cache = new CredentialsCacheService();
    const seconds = (ms: number): number => (Date.now() + ms) / 1000;
    const first = await cache.resolve('k', exchange(), seconds(5 * MINUTE));
    vi.advanceTimersByTime(4 * MINUTE);
    expect(await cache.resolve('k', exchange(), seconds(5 * MINUTE))).toBe(first);
    await settle();
    vi.advanceTimersByTime(2 * MINUTE);
    const second = await cache.resolve('k', exchange(), seconds(3 * MINUTE));
    expect(second).not.toBe(first);
    expect(occasions).toEqual(['needed', 'early']);
  });

  it('lets everybody go on with the credentials still valid while one renewal runs [B6] [ISO-06]', async () => {
    const cache = new CredentialsCacheService();
    const first = await cache.resolve('k', exchange(15 * MINUTE));
    vi.advanceTimersByTime(9 * MINUTE);
    const slow = pending();
    const during = await Promise.all(Array.from({ length: 100 }, () => cache.resolve('k', slow.run)));
    expect(new Set(during)).toEqual(new Set([first]));
    slow.finish();
    await settle();
    expect(await cache.resolve('k', exchange())).not.toBe(first);
    expect(occasions).toEqual(['needed', 'early']);
  });

  it('goes on with valid credentials when renewing fails, and tries again three times at most [B6] [ISO-07]', async () => {
    for (const chance of [0, 0.5, 0.999]) {
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      const cache = new CredentialsCacheService();
      occasions = [];
      const first = await cache.resolve('k', exchange(15 * MINUTE));
      for (let second = 0; second < 15 * 60; second += 1) {
        expect(await cache.resolve('k', failing(down))).toBe(first);
        await vi.advanceTimersByTimeAsync(1_000);
      }
      expect(occasions.slice(1).every((occasion) => occasion === 'early')).toBe(true);
      expect(occasions.length - 1).toBeGreaterThanOrEqual(2);
      expect(occasions.length - 1).toBeLessThanOrEqual(3);
      await expect(cache.resolve('k', failing(down))).rejects.toThrow('down');
      expect(occasions.at(-1)).toBe('needed');
    }
  });

  it('spreads renewals of users who came at the same time', async () => {
    const cache = new CredentialsCacheService();
    for (let user = 0; user < 200; user += 1) await cache.resolve(String(user), exchange(15 * MINUTE));
    vi.advanceTimersByTime(7 * MINUTE);
    const begun: number[] = [];
    for (let step = 0; step < 6; step += 1) {
      const before = occasions.length;
      vi.advanceTimersByTime(10_000);
      for (let user = 0; user < 200; user += 1) await cache.resolve(String(user), exchange(15 * MINUTE));
      begun.push(occasions.length - before);
    }
    expect(begun.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(Math.max(...begun)).toBeLessThan(80);
  });

  it('stops using credentials once AWS refuses to renew them [B6]', async () => {
    const cache = new CredentialsCacheService();
    await cache.resolve('k', exchange(15 * MINUTE));
    vi.advanceTimersByTime(9 * MINUTE);
    await cache.resolve('k', failing(refused));
    await settle();
    await expect(cache.resolve('k', exchange())).rejects.toThrow('no');
  });

  it('tries on when an early renewal that somebody now waits for fails', async () => {
    const cache = new CredentialsCacheService();
    await cache.resolve('k', exchange(15 * MINUTE));
    vi.advanceTimersByTime(14 * MINUTE);
    const slow = pending();
    await cache.resolve('k', slow.run);
    vi.advanceTimersByTime(2 * MINUTE);
    const waiting = cache.resolve('k', exchange());
    slow.finish(failing(down));
    await expect(waiting).resolves.toBeInstanceOf(UserCredentials);
    expect(occasions).toEqual(['needed', 'early', 'needed']);
  });

  it('remembers a refusal for five seconds', async () => {
    const cache = new CredentialsCacheService();
    await expect(cache.resolve('k', failing(refused))).rejects.toThrow('no');
    vi.advanceTimersByTime(4_999);
    await expect(cache.resolve('k', exchange())).rejects.toThrow('no');
    expect(occasions).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await expect(cache.resolve('k', exchange())).resolves.toBeInstanceOf(UserCredentials);
  });

  it('remembers a refused token as long as the token lives, a quarter of an hour at most [ISO-19]', async () => {
    const cache = new CredentialsCacheService();
    const bad = failing(new TokenRefused('bad token'));
    const exp = (Date.now() + 4 * MINUTE) / 1000;
    await expect(cache.resolve('short', bad, exp)).rejects.toThrow('bad token');
    await expect(cache.resolve('long', bad)).rejects.toThrow('bad token');
    vi.advanceTimersByTime(4 * MINUTE - 1);
    await expect(cache.resolve('short', exchange(), exp)).rejects.toThrow('bad token');
    vi.advanceTimersByTime(11 * MINUTE);
    await expect(cache.resolve('long', exchange())).rejects.toThrow('bad token');
    expect(occasions).toHaveLength(2);
    vi.advanceTimersByTime(1);
    await expect(cache.resolve('long', exchange())).resolves.toBeInstanceOf(UserCredentials);
  });

  it('remembers no other failure', async () => {
    const cache = new CredentialsCacheService();
    await expect(cache.resolve('k', failing(down))).rejects.toThrow('down');
    await expect(cache.resolve('k', exchange())).resolves.toBeInstanceOf(UserCredentials);
  });

  it('holds a thousand entries and drops the one longest unused', async () => {
    const cache = new CredentialsCacheService();
    for (let key = 0; key < 1_001; key += 1) await cache.resolve(String(key), exchange());
    await cache.resolve('1000', exchange());
    expect(occasions).toHaveLength(1_001);
    await cache.resolve('0', exchange());
    expect(occasions).toHaveLength(1_002);
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
