import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { type Principal, principalKey } from '../../principal.js';
import { RedisService } from '../redis/redis.service.js';
import { type SharedLimit, sharedLimit } from './shared-limit.factory.js';
import type { Verdict } from './verdict.js';

/** Requests of each principal within a minute. */
@Injectable()
export class PrincipalLimitService {
  readonly #limit: SharedLimit;

  constructor(@Inject(APP_CONFIG) config: AppConfig, redis: RedisService) {
    this.#limit = sharedLimit(redis, config, { name: 'principal', perMinute: config.limits.perUserPerMinute });
  }

  /** Counts one request. */
  async consume(principal: Principal): Promise<Verdict> {
    return this.#limit.consume(principalKey(principal));
  }
}
