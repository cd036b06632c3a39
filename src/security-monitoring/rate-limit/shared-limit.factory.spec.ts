import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { FakeRedis } from '../../../test/support/fake-redis.js';
import { redisService, waitForAnswers } from '../../../test/support/redis.js';
import { eventually } from '../../../test/support/stack.js';
import { loadAppConfig } from '../../config/app-config.js';
import type { RedisService } from '../redis/redis.service.js';
import { type SharedLimit, sharedLimit } from './shared-limit.factory.js';

const LIMIT = 30;

let fake: FakeRedis;
let replicas: { readonly redis: RedisService; readonly limit: SharedLimit }[];

beforeEach(async () => {
  fake = await FakeRedis.start();
  replicas = [];
  waitForAnswers();
  for (let n = 0; n < 3; n += 1) {
    const config = loadAppConfig({ ...MINIMAL_ENV, REDIS_URL: fake.url, EXPECTED_REPLICAS: '3' });
    const redis = redisService(config);
    await redis.onModuleInit();
    replicas.push({ redis, limit: sharedLimit(redis, config, { name: 'test', perMinute: LIMIT }) });
  }
  await all('ok');
});
afterEach(async () => {
  vi.restoreAllMocks();
  replicas.forEach(({ redis }) => redis.onApplicationShutdown());
  await fake.stop();
});

/** Requests of one key to the replicas in turn; how many were allowed. */
async function allowed(count: number, key: string): Promise<number> {
  const verdicts = [];
  for (let n = 0; n < count; n += 1) verdicts.push(await replicas[n % 3]?.limit.consume(key));
  return verdicts.filter((verdict) => verdict?.allowed).length;
}

const all = (state: string): Promise<void> =>
  eventually(() => expect(replicas.map(({ redis }) => redis.state())).toEqual([state, state, state]));

describe('sharedLimit', () => {
  it('is counted by all replicas together, with one key for each name and one number as its value [LIM-06]', async () => {
    expect(await allowed(2 * LIMIT, 'alice@example.com')).toBe(LIMIT);
    expect(await allowed(3, 'bob@example.com')).toBe(3);
    expect(fake.counters.size).toBe(2);
    for (const key of fake.counters.keys()) expect(key).toMatch(/^cwmcp:test:[\w-]{43}$/);
    expect(JSON.stringify(fake.commands)).not.toContain('example.com');
  });

  it('asks Redis no more about who is over the limit', async () => {
    await allowed(2 * LIMIT, 'alice');
    const asked = fake.commands.length;
    expect(await allowed(50, 'alice')).toBe(0);
    // Nobody but the probes.
    expect(fake.commands.slice(asked).filter(([name]) => name !== 'set')).toEqual([]);
  });

  it('is a share for each replica while Redis is gone, which Redis is told of afterwards [LIM-04]', async () => {
    expect(await allowed(2, 'alice')).toBe(2);
    await fake.stop();
    await all('degraded');
    expect(await allowed(3 * LIMIT, 'alice')).toBe(LIMIT);
    expect(await allowed(6, 'bob')).toBe(6);
    fake.counters.clear();
    await fake.listen();
    await all('ok');
    // Each replica tells when it is next asked about her: the last of them too late for two requests.
    expect(await allowed(3 * LIMIT, 'alice')).toBeLessThanOrEqual(2);
    expect(await allowed(3 * LIMIT, 'bob')).toBe(LIMIT - 6);
    expect(await allowed(3 * LIMIT, 'carol')).toBe(LIMIT);
  });

  it('counts nothing twice when an answer comes late', async () => {
    vi.restoreAllMocks();
    fake.delayMs = Infinity;
    const [replica] = replicas;
    expect(await replica?.limit.consume('alice')).toMatchObject({ allowed: true, limit: LIMIT / 3 });
    waitForAnswers();
    fake.wake();
    await all('ok');
    // Answers come in the order of the commands.
    await replica?.redis.run((client) => client.ping());
    expect([...fake.counters.values()]).toEqual([1]);
    expect(await replica?.limit.consume('alice')).toMatchObject({ limit: LIMIT, remaining: LIMIT - 2 });
  });

  it('looks without counting', async () => {
    const [replica] = replicas;
    await replica?.limit.consume('alice');
    for (let n = 0; n < 3; n += 1) {
      expect(await replica?.limit.look('alice')).toMatchObject({ allowed: true, remaining: LIMIT - 1 });
    }
    expect(await replica?.limit.look('bob')).toMatchObject({ allowed: true, remaining: LIMIT });
    await fake.stop();
    await all('degraded');
    expect(await replica?.limit.look('bob')).toMatchObject({ allowed: true, limit: LIMIT / 3, remaining: LIMIT / 3 });
  });
});
