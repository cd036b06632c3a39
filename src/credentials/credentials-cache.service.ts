import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ServiceError } from '../errors.js';
import { TokenRefused } from './exchange/token-refused.js';
import type { UserCredentials } from './user-credentials.js';

const MAX_ENTRIES = 1_000;
const MAX_LIFE_MS = 15 * 60_000;
/** Renewal begins seven to eight minutes before the end: an outage of STS of five minutes passes unnoticed. */
const EARLY_RENEWAL_MS = 7 * 60_000;
const EARLY_RENEWAL_SPREAD_MS = 60_000;
/** An early renewal that failed is tried again after this long, three times at most before the end. */
const NEXT_RENEWAL_MS = 160_000;
const NEXT_RENEWAL_SPREAD_MS = 60_000;
const REFUSAL_LIFE_MS = 5_000;

/** Why an exchange is made: the caller waits for it, or what is still valid is renewed ahead of its end. */
export type ExchangeOccasion = 'needed' | 'early';

export type ExchangeRun = (occasion: ExchangeOccasion) => Promise<UserCredentials>;

interface Kept {
  readonly credentials: UserCredentials;
  readonly until: number;
  renewFrom: number;
}

interface Refusal {
  readonly refusal: ServiceError;
  readonly until: number;
}

interface Running {
  readonly occasion: ExchangeOccasion;
  readonly result: Promise<UserCredentials>;
}

/**
 * Credentials in memory, never on disk: bounded, one exchange at a time for each key, renewed at least five minutes
 * before they end while everybody goes on with the ones still valid. Keys do not wait for each other. A refusal by AWS
 * ends what is kept and is remembered for five seconds, that of a token as long as the token lives; no other failure is
 * remembered, and none takes away credentials that are still valid.
 */
@Injectable()
export class CredentialsCacheService {
  readonly #outcomes = new LRUCache<string, Kept | Refusal>({ max: MAX_ENTRIES });
  readonly #running = new Map<string, Running>();

  /**
   * The credentials kept under a key, else those of one new exchange, shared by everybody who asks meanwhile.
   * @param tokenExpiresAt seconds since the epoch: credentials are not reused beyond the token they were obtained with
   */
  async resolve(key: string, exchange: ExchangeRun, tokenExpiresAt?: number): Promise<UserCredentials> {
    const now = Date.now();
    const kept = this.#outcomes.get(key);
    if (kept !== undefined && kept.until > now) {
      if ('refusal' in kept) throw kept.refusal;
      if (now >= kept.renewFrom && endOfToken(tokenExpiresAt) > kept.until) {
        this.#renewEarly(key, exchange, tokenExpiresAt);
      }
      return kept.credentials;
    }
    const running = this.#running.get(key);
    if (running === undefined) return this.#run(key, exchange, 'needed', tokenExpiresAt);
    if (running.occasion === 'needed') return running.result;
    // An early renewal tries once only: whoever needs the credentials now tries on when it fails.
    return running.result.catch(() => this.resolve(key, exchange, tokenExpiresAt));
  }

  /** Drops credentials AWS no longer accepts; newer ones under the same key stay. */
  forget(key: string, stale: UserCredentials): void {
    const kept = this.#outcomes.peek(key);
    if (kept !== undefined && 'credentials' in kept && kept.credentials === stale) this.#outcomes.delete(key);
  }

  #renewEarly(key: string, exchange: ExchangeRun, tokenExpiresAt?: number): void {
    if (this.#running.has(key)) return;
    // Nobody waits for it: a failure is recorded by the exchange and shows in the cache.
    this.#run(key, exchange, 'early', tokenExpiresAt).catch(() => undefined);
  }

  #run(
    key: string,
    exchange: ExchangeRun,
    occasion: ExchangeOccasion,
    tokenExpiresAt?: number,
  ): Promise<UserCredentials> {
    const result = this.#exchange(key, exchange, occasion, tokenExpiresAt).finally(() => this.#running.delete(key));
    this.#running.set(key, { occasion, result });
    return result;
  }

  async #exchange(
    key: string,
    exchange: ExchangeRun,
    occasion: ExchangeOccasion,
    tokenExpiresAt?: number,
  ): Promise<UserCredentials> {
    try {
      const credentials = await exchange(occasion);
      this.#outcomes.set(key, keep(credentials, Date.now(), tokenExpiresAt));
      return credentials;
    } catch (error) {
      this.#afterFailure(key, error, endOfToken(tokenExpiresAt));
      throw error;
    }
  }

  #afterFailure(key: string, error: unknown, endOfToken: number): void {
    const now = Date.now();
    if (error instanceof ServiceError && error.code === 'credentials_refused') {
      const life = error instanceof TokenRefused ? MAX_LIFE_MS : REFUSAL_LIFE_MS;
      this.#outcomes.set(key, { refusal: error, until: Math.min(now + life, endOfToken) });
      return;
    }
    const kept = this.#outcomes.peek(key);
    if (kept !== undefined && 'credentials' in kept) kept.renewFrom = nextRenewal(now);
  }
}

function keep(credentials: UserCredentials, now: number, tokenExpiresAt?: number): Kept {
  const expiration = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
  const until = Math.min(expiration, endOfToken(tokenExpiresAt), now + MAX_LIFE_MS);
  const early = until - EARLY_RENEWAL_MS - Math.random() * EARLY_RENEWAL_SPREAD_MS;
  return { credentials, until, renewFrom: Math.max(early, nextRenewal(now)) };
}

/** Spread, so that many users' renewals do not meet at STS. */
function nextRenewal(now: number): number {
  return now + NEXT_RENEWAL_MS + Math.random() * NEXT_RENEWAL_SPREAD_MS;
}

/** Milliseconds since the epoch. */
function endOfToken(tokenExpiresAt = Number.POSITIVE_INFINITY): number {
  return tokenExpiresAt * 1000;
}
