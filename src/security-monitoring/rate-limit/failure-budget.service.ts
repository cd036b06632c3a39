import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { limitKey } from '../http/client-ip.js';

/** Failed authentications of each client address within a minute; IPv6 addresses count by their /64. */
@Injectable()
export class FailureBudgetService {
  readonly #limiter: RateLimiterMemory;
  readonly #budget: number;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    this.#budget = Math.max(1, Math.floor(config.limits.failedAuthPerMinute / config.limits.expectedReplicas));
    this.#limiter = new RateLimiterMemory({ keyPrefix: 'failed-auth', points: this.#budget, duration: 60 });
  }

  /** True when the address has used up its failures: no outbound work may be done for its credentials. */
  async isExhausted(ip: string): Promise<boolean> {
    return (await this.remaining(ip)) <= 0;
  }

  /** How many more failures the address is allowed. */
  async remaining(ip: string): Promise<number> {
    const state = await this.#limiter.get(limitKey(ip));
    return Math.max(0, this.#budget - (state?.consumedPoints ?? 0));
  }

  /** Counts one failed attempt; never rejects. */
  async countFailure(ip: string): Promise<void> {
    await this.#limiter.penalty(limitKey(ip));
  }

  /** Whole seconds until the address has a fresh budget, at least 1. */
  async retryAfterSeconds(ip: string): Promise<number> {
    const state = await this.#limiter.get(limitKey(ip));
    return Math.max(1, Math.ceil((state?.msBeforeNext ?? 0) / 1000));
  }
}
