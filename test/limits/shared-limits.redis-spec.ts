import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { type Answer, apiKeys, isLimit, type Replicas, startReplicas, statuses } from './three-replicas.js';

const LIMIT = 120;
const keys = apiKeys(8);
const [alice = '', bob = '', carol = ''] = keys;

let redis: RedisServer;
let replicas: Replicas;

describeWithRedis('three replicas with one Redis', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
    replicas = await startReplicas(keys, { REDIS_URL: redis.url, RATE_LIMIT_PER_USER: String(LIMIT) });
  });
  afterAll(async () => {
    await replicas.close();
    await redis.kill();
  });

  it('let the limit pass, or one more, of three times as many requests at once [LIM-02] [D6]', async () => {
    const answers = await Promise.all(Array.from({ length: 3 * LIMIT }, (_, n) => replicas.call(n, alice)));
    const { 200: admitted = 0, 429: refused = 0 } = statuses(answers);
    expect(admitted).toSatisfy(isLimit(LIMIT));
    expect(admitted + refused).toBe(3 * LIMIT);
    for (const { status, headers } of answers) {
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(55);
    }
    expect(replicas.states()).toEqual(['ok', 'ok', 'ok']);
  });

  it('let a user at twice the limit have the limit, within 2 % [LIM-02] [D6]', async () => {
    const SECONDS = 6;
    const answers: Promise<Answer>[] = [];
    const total = Math.round((2 * LIMIT * SECONDS) / 60);
    // The window is a minute: its first part at ten times the pace says the same.
    for (let n = 0; n < total * 10; n += 1) {
      answers.push(replicas.call(n, bob));
      await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1_000) / (total * 10)));
    }
    const admitted = statuses(await Promise.all(answers))[200] ?? 0;
    console.log(`    ${admitted} of ${answers.length} requests admitted, the limit is ${LIMIT}`);
    expect(Math.abs(admitted - LIMIT)).toBeLessThanOrEqual(LIMIT * 0.02);
  });

  it('count down the same number for everybody', async () => {
    const left = [];
    for (let n = 0; n < 6; n += 1) left.push((await replicas.call(n, carol)).headers.get('ratelimit-remaining'));
    expect(left).toEqual(['119', '118', '117', '116', '115', '114']);
  });
});
