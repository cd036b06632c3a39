import { createPublicKey, type KeyObject } from 'node:crypto';
import { JwksClient } from 'jwks-rsa';
import type { SecurityEvent } from '../../security-monitoring/security-event.js';
import type { IssuerSettings } from '../../config/issuer-settings.js';
import type { SigningAlgorithm } from '../../config/signing-algorithms.js';
import { acceptJwk } from './jwk-policy.js';
import { KeySetClient } from './key-set.client.js';

/** How long fetched keys are used without asking again. */
const TTL_MS = 600_000;
/** From here on a use of the keys fetches them again in the background. */
const REFRESH_AHEAD_MS = 0.8 * TTL_MS;
/** How long beyond their time keys are still used while the issuer cannot be reached (RFC 5861 section 4). */
const STALE_MS = 3_600_000;
/** Unknown key ids cause at most one fetch in this time, all of them together. */
const UNKNOWN_KID_COOLDOWN_MS = 30_000;
/** Pauses after a failed fetch: short while nobody can sign in, long while cached keys serve. */
const RETRY_COLD_MS = 2000;
const RETRY_WARM_MS = 60_000;

/** The key for a token, or why there is none. */
export type KeyAnswer = KeyObject | 'unknown_kid' | 'alg_not_allowed' | 'idp_unavailable';

/** What a fetch of the keys came to. */
export interface KeysReport {
  /** Keys that can verify tokens. */
  readonly count: number;
  /** Why the fetch failed, for the operator. */
  readonly problem?: string;
}

interface BoundKey {
  readonly alg: string;
  readonly key: KeyObject;
}

type KeysById = ReadonlyMap<string, readonly BoundKey[]>;

/**
 * The published keys of one issuer, cached: one fetch at a time, refreshed ahead of their expiry, kept for an hour
 * while the issuer is down. Never rejects; a key verifies tokens of its one algorithm only.
 */
export class IssuerKeysClient {
  readonly #issuer: string;
  readonly #jwks: JwksClient;
  readonly #record: (event: SecurityEvent) => void;
  readonly #now: () => number;
  #keys: KeysById = new Map();
  #fetchedAt = -Infinity;
  #retryAt = -Infinity;
  #nextUnknownKidFetch = -Infinity;
  #failing = false;
  #problem?: string;
  #inFlight?: Promise<void>;

  constructor(
    { issuer, jwksUrl }: Pick<IssuerSettings, 'issuer' | 'jwksUrl'>,
    algorithms: readonly SigningAlgorithm[],
    record: (event: SecurityEvent) => void,
    now: () => number = Date.now,
  ) {
    this.#issuer = issuer;
    this.#record = record;
    this.#now = now;
    const keySet = new KeySetClient(issuer, jwksUrl);
    // jwks-rsa turns the key set into keys; its fetching has no deadline over the body and no size limit, and its cache
    // lets every unknown key id through to the issuer, so both are done here.
    this.#jwks = new JwksClient({
      cache: false,
      fetcher: async () => ({ keys: this.#accepted(await keySet.fetchKeys(), algorithms) }),
    });
  }

  /**
   * The key with this id for this algorithm. `mayFetch` is asked before a fetch is begun for the caller's sake; when it
   * says no, only what is cached counts.
   */
  async resolve(kid: string, alg: SigningAlgorithm, mayFetch: () => Promise<boolean>): Promise<KeyAnswer> {
    const justFetched = await this.#bringUpToDate(mayFetch);
    let found = this.#find(kid);
    if (found === undefined && this.#isUsable() && !justFetched) {
      await this.#fetchForUnknownKid(mayFetch);
      found = this.#find(kid);
    }
    if (found === undefined) return this.#failing ? 'idp_unavailable' : 'unknown_kid';
    return found.find((key) => key.alg === alg)?.key ?? 'alg_not_allowed';
  }

  /** Begins a fetch in the background when one is due. */
  keepFresh(): void {
    void this.#bringUpToDate(async () => true);
  }

  /** Fetches the keys now and says how many can verify tokens, or why there are none: for diagnosis, not for requests. */
  async load(): Promise<KeysReport> {
    await this.#fetch();
    return { count: this.#keys.size, problem: this.#failing ? this.#problem : undefined };
  }

  /** `usable`: tokens can be verified. `degraded`: the last fetch failed. */
  state(): { readonly usable: boolean; readonly degraded: boolean } {
    return { usable: this.#isUsable(), degraded: this.#failing };
  }

  #find(kid: string): readonly BoundKey[] | undefined {
    return this.#isUsable() ? this.#keys.get(kid) : undefined;
  }

  #isUsable(): boolean {
    return this.#now() - this.#fetchedAt <= TTL_MS + STALE_MS;
  }

  /** Answers whether the caller waited for a fetch. */
  async #bringUpToDate(mayFetch: () => Promise<boolean>): Promise<boolean> {
    const age = this.#now() - this.#fetchedAt;
    if (age < REFRESH_AHEAD_MS || this.#now() < this.#retryAt || !(await mayFetch())) return false;
    const fetching = this.#fetch();
    // Once the issuer is known to be down nobody waits for it while old keys serve.
    if (age < TTL_MS || (this.#failing && this.#isUsable())) return false;
    await fetching;
    return true;
  }

  async #fetchForUnknownKid(mayFetch: () => Promise<boolean>): Promise<void> {
    if (this.#inFlight === undefined) {
      if (this.#now() < this.#nextUnknownKidFetch || !(await mayFetch())) return;
      // Another caller may have begun the fetch while the question was open.
      if (this.#now() < this.#nextUnknownKidFetch) return this.#inFlight;
      this.#nextUnknownKidFetch = this.#now() + UNKNOWN_KID_COOLDOWN_MS;
    }
    await this.#fetch();
  }

  #fetch(): Promise<void> {
    this.#inFlight ??= this.#load().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #load(): Promise<void> {
    try {
      this.#keys = await this.#loadKeys();
      this.#fetchedAt = this.#now();
      this.#failing = false;
      this.#record({ name: 'issuer.keys', issuer: this.#issuer, outcome: 'fetched' });
    } catch (error) {
      const warm = this.#isUsable();
      this.#failing = true;
      this.#retryAt = this.#now() + (warm ? RETRY_WARM_MS : RETRY_COLD_MS);
      const detail = error instanceof Error ? error.message : String(error);
      this.#problem = detail;
      this.#record({ name: 'issuer.keys', issuer: this.#issuer, outcome: warm ? 'stale' : 'failed', detail });
    }
  }

  async #loadKeys(): Promise<KeysById> {
    const keys = new Map<string, BoundKey[]>();
    const published = await this.#jwks.getSigningKeys().catch((error: Error & { isEndpointUnavailable?: boolean }) => {
      if (error.isEndpointUnavailable) throw error;
      // A set without one usable key is an answer: every earlier key has been withdrawn.
      return [];
    });
    for (const key of published) {
      keys.set(key.kid, [...(keys.get(key.kid) ?? []), { alg: key.alg, key: createPublicKey(key.getPublicKey()) }]);
    }
    return keys;
  }

  #accepted(
    published: readonly Readonly<Record<string, unknown>>[],
    algorithms: readonly SigningAlgorithm[],
  ): unknown[] {
    return published.flatMap((jwk) => {
      const accepted = acceptJwk(jwk, algorithms);
      if (typeof accepted !== 'string') return [accepted];
      const detail = `${accepted}, kid ${JSON.stringify(String(jwk.kid).slice(0, 64))}`;
      this.#record({ name: 'issuer.keys', issuer: this.#issuer, outcome: 'rejected-key', detail });
      return [];
    });
  }
}
