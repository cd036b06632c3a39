import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { LOCAL_PRINCIPAL } from '../../src/principal.js';
import { FailureBudgetService } from '../../src/security-monitoring/rate-limit/failure-budget.service.js';
import { PrincipalLimitService } from '../../src/security-monitoring/rate-limit/principal-limit.service.js';
import type { RedisService } from '../../src/security-monitoring/redis/redis.service.js';
import { MINIMAL_ENV } from '../support/border-app.js';
import { redisService } from '../support/redis.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';

const USERS = 10_000;
const ADDRESSES = 1_000;

let redis: RedisServer;
let service: RedisService;
let observer: Redis;

const config = (): ReturnType<typeof loadAppConfig> => loadAppConfig({ ...MINIMAL_ENV, REDIS_URL: redis.url });
const user = (n: number) => ({
  ...LOCAL_PRINCIPAL,
  issuer: 'https://idp.canary.example',
  subject: `subject-${n}`,
  email: `user-${n}@canary.example`,
});

/** In waves, as requests come: a queue of ten thousand commands answers late, and late answers do not count. */
async function each(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => work(n + i)));
}

describeWithRedis('what Redis holds', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
    service = redisService(config());
    await service.onModuleInit();
    observer = new Redis(redis.port, '127.0.0.1');
  });
  afterAll(async () => {
    observer.disconnect();
    service.onApplicationShutdown();
    await redis.kill();
  });

  it(`after ${USERS} users and ${ADDRESSES} addresses: hashes with an end, and numbers [LIM-06]`, async () => {
    const limit = new PrincipalLimitService(config(), service);
    const budget = new FailureBudgetService(config(), service);
    await each(USERS, (n) => limit.consume(user(n)));
    await each(ADDRESSES, (n) => budget.countFailure(`203.0.${Math.floor(n / 250)}.${n % 250}`));
    expect(service.state()).toBe('ok');

    const keys = await observer.keys('*');
    expect(keys.length).toBeGreaterThanOrEqual(0.99 * (USERS + ADDRESSES));
    expect(keys.filter((key) => !/^cwmcp:(probe|(principal|failed-auth):[\w-]{43})$/.test(key))).toEqual([]);
    const ends = await Promise.all(keys.map((key) => observer.ttl(key)));
    expect(ends.filter((seconds) => seconds < 0 || seconds > 60)).toEqual([]);
    const values = await Promise.all(keys.map((key) => observer.get(key)));
    expect(values.filter((value) => value !== null && !/^\d+$/.test(value))).toEqual([]);
  });
});
