import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RedisState } from '../../src/security-monitoring/redis/redis.service.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { type Answer, apiKeys, isLimit, p99, type Replicas, startReplicas, statuses } from './three-replicas.js';

const LIMIT = 120;
const ROUNDS = Number(process.env['REDIS_ROUNDS'] ?? 1);
const PASSWORD = 'canary-password-of-redis';
const CALLS_PER_SECOND = 60;
const PHASE_MS = 2_500;
const TAKEOVER_MS = 1_000;
const RECOVERY_MS = 10_000;
const EXTRA_MS = 100;

const isTheLimit = isLimit(LIMIT);
const crowd = apiKeys(30);
const guests = [...apiKeys(200)];
const takeGuest = (): string => guests.pop() ?? '';

/** How Redis fails, and how it comes back. */
interface Fault {
  readonly name: string;
  readonly strike: (redis: RedisServer) => Promise<void>;
  readonly mend: (redis: RedisServer) => Promise<void>;
}

const command = async (redis: RedisServer, ...args: [string, ...string[]]): Promise<void> => {
  const client = new Redis(redis.port, '127.0.0.1', { password: PASSWORD });
  await client.call(...args);
  client.disconnect();
};

const FAULTS: readonly Fault[] = [
  { name: 'killed with -9 and started again, empty', strike: (r) => r.kill(), mend: (r) => r.start() },
  {
    name: 'frozen and thawed',
    strike: async (r) => r.freeze(),
    mend: async (r) => r.thaw(),
  },
  {
    name: 'made read-only and writable again',
    strike: (r) => command(r, 'REPLICAOF', '127.0.0.1', '1'),
    mend: (r) => command(r, 'REPLICAOF', 'NO', 'ONE'),
  },
];

let redis: RedisServer;
let replicas: Replicas;

/** Requests of a crowd, each of whom stays far below the limit, for as long as `phase` lasts. */
async function loaded(phase: () => Promise<void>): Promise<readonly Answer[]> {
  const answers: Promise<Answer>[] = [];
  const call = (): number => answers.push(replicas.call(answers.length, crowd[answers.length % crowd.length] ?? ''));
  const timer = setInterval(call, 1_000 / CALLS_PER_SECOND);
  await phase().finally(() => clearInterval(timer));
  return Promise.all(answers);
}

async function until(wanted: RedisState, withinMs: number): Promise<number> {
  const begun = performance.now();
  while (replicas.states().some((state) => state !== wanted)) {
    if (performance.now() - begun > withinMs) throw new Error(`${replicas.states().join(' ')} after ${withinMs} ms`);
    await pause(10);
  }
  return performance.now() - begun;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const gauges = (): Promise<number[]> => Promise.all([0, 1, 2].map((n) => replicas.metric(n, 'mcp_ratelimit_degraded')));

async function burst(key: string, count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => replicas.call(n, key)));
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  return statuses(answers)[200] ?? 0;
}

describeWithRedis('three replicas whose Redis is', () => {
  beforeAll(async () => {
    redis = await RedisServer.start('--requirepass', PASSWORD);
    replicas = await startReplicas([...crowd, ...guests], {
      REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${redis.port}`,
      RATE_LIMIT_PER_USER: String(LIMIT),
    });
  });
  // After a failure the next test finds Redis awake.
  afterEach(() => redis.thaw());
  afterAll(async () => {
    await replicas.close();
    await redis.kill();
  });

  for (const { name, strike, mend } of Array.from({ length: ROUNDS }, () => FAULTS).flat()) {
    // What else the machine does is in the times too, hence the second try.
    it(`${name}: nobody sees an error or waits 100 ms longer [LIM-04] [D6]`, { retry: 2 }, async () => {
      await until('ok', RECOVERY_MS);
      const calm = await loaded(() => pause(PHASE_MS));
      const times: number[] = [];
      const meanwhile = await loaded(async () => {
        await strike(redis);
        times.push(await until('degraded', TAKEOVER_MS));
        await pause(PHASE_MS);
        expect(await gauges()).toEqual([1, 1, 1]);
        await mend(redis);
        times.push(await until('ok', RECOVERY_MS));
        await pause(PHASE_MS);
      });
      console.log(
        `    ${calm.length + meanwhile.length} answers, taken over and back in ${times.map(Math.round).join(' and ')} ms, ` +
          `p99 ${p99(calm).toFixed(0)} ms before, ${p99(meanwhile).toFixed(0)} ms during and after`,
      );
      expect(statuses(calm)).toEqual({ 200: calm.length });
      expect(statuses(meanwhile)).toEqual({ 200: meanwhile.length });
      expect(p99(meanwhile) - p99(calm)).toBeLessThanOrEqual(EXTRA_MS);
      expect(await gauges()).toEqual([0, 0, 0]);
    });

    it(`${name}: a user has twice the limit at most, and the next exactly the limit [LIM-04] [D6]`, async () => {
      const user = takeGuest();
      const before = await burst(user, 3 * LIMIT);
      await strike(redis);
      await until('degraded', TAKEOVER_MS);
      const during = await burst(user, 3 * LIMIT);
      await mend(redis);
      await until('ok', RECOVERY_MS);
      const after = await burst(user, 3 * LIMIT);
      const exact = await burst(takeGuest(), 3 * LIMIT);
      console.log(`    one user ${before} + ${during} + ${after}, a new one ${exact}`);
      expect(before).toSatisfy(isTheLimit);
      expect(during + after).toBeLessThanOrEqual(LIMIT);
      expect(exact).toSatisfy(isTheLimit);
    });
  }

  it('failing say so once a minute each, without its address or password [LIM-04]', () => {
    const lines = replicas.log.lines().filter((line) => (line['event'] as { name: string }).name === 'limits.shared');
    const warnings = lines.filter(({ level }) => level === 'warn' || level === 40);
    expect(warnings.length).toBeGreaterThanOrEqual(3);
    expect(warnings.length).toBeLessThanOrEqual(3 * Math.ceil((performance.now() + 1) / 60_000));
    expect(replicas.log.text).not.toContain(PASSWORD);
    expect(replicas.log.text).not.toContain(`:${redis.port}`);
  });
});
