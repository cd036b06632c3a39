import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { AppConfig } from '../../config/app-config.js';
import { seal } from '../../seal.js';
import type { RedisService } from '../redis/redis.service.js';
import type { Verdict } from './verdict.js';

const WINDOW_SECONDS = 60;

export interface LimitOptions {
  /** Names the limit among the keys in Redis. */
  readonly name: string;
  readonly perMinute: number;
}

/** A limit per minute for each of many keys. */
export interface SharedLimit {
  /** Counts one request of the key. */
  consume(key: string): Promise<Verdict>;
  /** What a next request would find; counts nothing. */
  look(key: string): Promise<Verdict>;
}

/**
 * A limit that all replicas count together in Redis, atomically. Without Redis, and whenever it fails, each replica
 * counts for itself and lets its share through; what it let through meanwhile is added in Redis when that is back, so
 * that an outage gives nobody more than one further limit, even when Redis has forgotten everything.
 */
export function sharedLimit(redis: RedisService, config: AppConfig, { name, perMinute }: LimitOptions): SharedLimit {
  const share = Math.max(1, Math.floor(perMinute / config.limits.expectedReplicas));
  const local = new RateLimiterMemory({ keyPrefix: name, points: share, duration: WINDOW_SECONDS });
  const { client } = redis;
  if (client === undefined) return { consume: (key) => count(local, key, 1), look: (key) => peek(local, key) };
  const shared = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: `cwmcp:${name}`,
    points: perMinute,
    duration: WINDOW_SECONDS,
    // Who is over the limit stays so until the window ends: Redis need not be asked again.
    inMemoryBlockOnConsumed: perMinute,
  });
  return {
    consume: async (key) => {
      if (redis.state() !== 'ok') return count(local, key, 1);
      const owed = await takeAll(local, key);
      const points = 1 + owed;
      const hidden = hide(config, name, key);
      // Redis has counted it after all.
      const onLate = (): void => void local.reward(key, points);
      return redis.run(() => count(shared, hidden, points), onLate).catch(() => count(local, key, points));
    },
    look: (key) => redis.run(() => peek(shared, hide(config, name, key))).catch(() => peek(local, key)),
  };
}

/** SECURITY: what Redis is told of anyone is a MAC, so that nobody who reads it there learns a subject or an address. */
function hide({ stateSecrets, stateSecretConfigured }: AppConfig, name: string, key: string): string {
  // A secret that nobody configured is another one on every replica; without any this is a plain hash.
  return seal(stateSecretConfigured ? stateSecrets[0] : '', ['limit', name, key]);
}

async function count(limiter: RateLimiterAbstract, key: string, points: number): Promise<Verdict> {
  try {
    return verdict(limiter, true, await limiter.consume(key, points));
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return verdict(limiter, false, refusal);
    throw refusal;
  }
}

async function peek(limiter: RateLimiterAbstract, key: string): Promise<Verdict> {
  const state = await limiter.get(key);
  return verdict(limiter, (state?.consumedPoints ?? 0) < limiter.points, state);
}

function verdict({ points }: RateLimiterAbstract, allowed: boolean, state: RateLimiterRes | null): Verdict {
  return {
    allowed,
    limit: points,
    remaining: allowed ? Math.max(0, points - (state?.consumedPoints ?? 0)) : 0,
    resetSeconds: Math.max(1, Math.ceil((state?.msBeforeNext ?? 0) / 1_000)),
  };
}

/** What this replica let through on its own account; whoever asks first takes it all. */
async function takeAll(local: RateLimiterMemory, key: string): Promise<number> {
  const state = await local.get(key);
  if (state === null || !(await local.delete(key))) return 0;
  return Math.min(state.consumedPoints, local.points);
}
