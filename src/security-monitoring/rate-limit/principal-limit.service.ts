import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { type Principal, principalKey } from '../../principal.js';

/** Requests of each principal within a minute. */
@Injectable()
export class PrincipalLimitService {
  readonly #limiter: RateLimiterMemory;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    const points = Math.max(1, Math.floor(config.limits.perUserPerMinute / config.limits.expectedReplicas));
    this.#limiter = new RateLimiterMemory({ keyPrefix: 'principal', points, duration: 60 });
  }

  /** Counts one request; undefined when it is within the limit, else the whole seconds to wait, at least 1. */
  async consume(principal: Principal): Promise<number | undefined> {
    const key = createHash('sha256').update(principalKey(principal)).digest('base64url');
    try {
      await this.#limiter.consume(key);
      return undefined;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw refusal;
    }
  }
}
