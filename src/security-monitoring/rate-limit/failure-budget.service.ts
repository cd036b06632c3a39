import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { limitKey } from '../http/client-ip.js';
import { RedisService } from '../redis/redis.service.js';
import { type SharedLimit, sharedLimit } from './shared-limit.factory.js';
import type { Verdict } from './verdict.js';

/** Failed authentications of each client address within a minute; IPv6 addresses count by their /64. */
@Injectable()
export class FailureBudgetService {
  readonly #limit: SharedLimit;

  constructor(@Inject(APP_CONFIG) config: AppConfig, redis: RedisService) {
    this.#limit = sharedLimit(redis, config, { name: 'failed-auth', perMinute: config.limits.failedAuthPerMinute });
  }

  /** True when the address has used up its failures: no outbound work may be done for its credentials. */
  async isExhausted(ip: string): Promise<boolean> {
    return !(await this.#limit.look(limitKey(ip))).allowed;
  }

  /** How many more failures the address is allowed. */
  async remaining(ip: string): Promise<number> {
    return (await this.#limit.look(limitKey(ip))).remaining;
  }

  /** Counts one failed attempt; not allowed when the address had used up its failures before. Never rejects. */
  async countFailure(ip: string): Promise<Verdict> {
    return this.#limit.consume(limitKey(ip));
  }
}
