import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ServiceError } from '../errors.js';
import type { UserCredentials } from './user-credentials.js';

const MAX_ENTRIES = 1_000;
const MAX_LIFE_MS = 15 * 60_000;
const EARLY_RENEWAL_MS = 5 * 60_000;
const REFUSAL_LIFE_MS = 5_000;

type Outcome =
  | { readonly credentials: UserCredentials; readonly until: number }
  | { readonly refusal: ServiceError; readonly until: number };

/**
 * Credentials in memory, never on disk: bounded, one exchange at a time for each key, renewed at least five minutes
 * before they expire. Keys do not wait for each other. A refusal by AWS is remembered for five seconds, no other
 * failure is.
 */
@Injectable()
export class CredentialsCacheService {
  readonly #outcomes = new LRUCache<string, Outcome>({ max: MAX_ENTRIES });
  readonly #exchanges = new Map<string, Promise<UserCredentials>>();

  /**
   * The credentials kept under a key, else those of one new exchange, shared by everybody who asks meanwhile.
   * @param tokenExpiresAt seconds since the epoch: credentials are not reused beyond the token they were obtained with
   */
  async resolve(
    key: string,
    exchange: () => Promise<UserCredentials>,
    tokenExpiresAt?: number,
  ): Promise<UserCredentials> {
    const kept = this.#outcomes.get(key);
    if (kept !== undefined && kept.until > Date.now()) {
      if ('refusal' in kept) throw kept.refusal;
      return kept.credentials;
    }
    const running = this.#exchanges.get(key);
    if (running !== undefined) return running;
    const started = this.#run(key, exchange, tokenExpiresAt).finally(() => this.#exchanges.delete(key));
    this.#exchanges.set(key, started);
    return started;
  }

  /** Drops credentials AWS no longer accepts; newer ones under the same key stay. */
  forget(key: string, stale: UserCredentials): void {
    const kept = this.#outcomes.peek(key);
    if (kept !== undefined && 'credentials' in kept && kept.credentials === stale) this.#outcomes.delete(key);
  }

  async #run(key: string, exchange: () => Promise<UserCredentials>, tokenExpiresAt?: number): Promise<UserCredentials> {
    try {
      const credentials = await exchange();
      this.#outcomes.set(key, { credentials, until: endOfLife(credentials, Date.now(), tokenExpiresAt) });
      return credentials;
    } catch (error) {
      this.#outcomes.delete(key);
      if (error instanceof ServiceError && error.code === 'credentials_refused') {
        this.#outcomes.set(key, { refusal: error, until: Date.now() + REFUSAL_LIFE_MS });
      }
      throw error;
    }
  }
}

function endOfLife(credentials: UserCredentials, now: number, tokenExpiresAt = Number.POSITIVE_INFINITY): number {
  const expiration = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
  return Math.min(expiration - EARLY_RENEWAL_MS, tokenExpiresAt * 1000, now + MAX_LIFE_MS);
}
