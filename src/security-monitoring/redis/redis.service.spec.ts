import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { FakeRedis } from '../../../test/support/fake-redis.js';
import { redisService, waitForAnswers } from '../../../test/support/redis.js';
import { eventually } from '../../../test/support/stack.js';
import { loadAppConfig } from '../../config/app-config.js';
import { SecurityMetricsService } from '../metrics/security-metrics.service.js';
import type { SecurityEvent } from '../security-event.js';
import { RedisService, RedisUnavailable } from './redis.service.js';

let fake: FakeRedis;
let service: RedisService;
let events: SecurityEvent[];
const metrics = { service: new SecurityMetricsService() };

beforeEach(async () => {
  waitForAnswers();
  fake = await FakeRedis.start();
  events = [];
  metrics.service = new SecurityMetricsService();
});
afterEach(async () => {
  vi.restoreAllMocks();
  service.onApplicationShutdown();
  await fake.stop();
});

async function open(url = fake.url): Promise<void> {
  service = redisService(loadAppConfig({ ...MINIMAL_ENV, REDIS_URL: url }), events, metrics.service);
  await service.onModuleInit();
}

const ping = (): Promise<unknown> => service.run((client) => client.ping());
const gauge = async (): Promise<string | undefined> =>
  /^mcp_ratelimit_degraded (\d)$/m.exec(await metrics.service.registry.metrics())?.[1];

async function timed(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}

describe('RedisService', () => {
  it('is off without REDIS_URL, and then nothing connects', async () => {
    service = redisService(loadAppConfig(MINIMAL_ENV), events, metrics.service);
    await service.onModuleInit();
    expect(service.state()).toBe('off');
    await expect(ping()).rejects.toBeInstanceOf(RedisUnavailable);
    expect(fake.connections).toBe(0);
    expect(await gauge()).toBe('0');
  });

  it('can be used as soon as the module is there', async () => {
    await open();
    expect(service.state()).toBe('ok');
    expect(await ping()).toBe('OK');
    expect(await gauge()).toBe('0');
    expect(events).toEqual([]);
  });

  it('tells of an absent Redis after a second at most, and finds it when it comes [LIM-04]', async () => {
    await fake.stop();
    expect(await timed(open())).toBeLessThan(5_000);
    expect(service.state()).toBe('degraded');
    expect(await gauge()).toBe('1');
    const asked = vi.spyOn(service.client as Redis, 'ping');
    await expect(ping()).rejects.toBeInstanceOf(RedisUnavailable);
    expect(asked).not.toHaveBeenCalled();
    await fake.listen();
    await eventually(() => expect(service.state()).toBe('ok'));
    expect(events).toEqual([
      { name: 'limits.shared', outcome: 'degraded', fault: 'unreachable' },
      { name: 'limits.shared', outcome: 'restored' },
    ]);
  });

  it('gives a silent Redis up before its connection times out, asks it no more, and lets no sender wait [LIM-04]', async () => {
    await open();
    vi.restoreAllMocks();
    fake.delayMs = Infinity;
    // The connection itself is given up after two seconds, and that is another fault.
    expect(await timed(ping().catch(() => undefined))).toBeLessThan(1_500);
    await eventually(() => expect(service.state()).toBe('degraded'));
    expect(events).toEqual([{ name: 'limits.shared', outcome: 'degraded', fault: 'timeout' }]);
    const asked = fake.commands.filter(([name]) => name === 'ping').length;
    const refused = await Promise.allSettled(Array.from({ length: 1_000 }, ping));
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
    expect(fake.commands.filter(([name]) => name === 'ping')).toHaveLength(asked);
    fake.wake();
    await eventually(() => expect(service.state()).toBe('ok'));
  });

  it('takes a single late answer for the weather, and tells its sender when it came', async () => {
    await open();
    vi.restoreAllMocks();
    fake.delayMs = Infinity;
    const onLate = vi.fn();
    await expect(service.run((client) => client.ping(), onLate)).rejects.toMatchObject({ fault: 'timeout' });
    fake.wake();
    expect(service.state()).toBe('ok');
    await eventually(() => expect(onLate).toHaveBeenCalledOnce());
  });

  it.each([
    ["READONLY You can't write against a read only replica.", 'read_only'],
    ['NOAUTH Authentication required.', 'login_refused'],
    ['OOM command not allowed when used memory > maxmemory.', 'refused'],
  ])('does not use a Redis that answers "%s"', async (error, fault) => {
    await open();
    fake.error = error;
    await expect(ping()).rejects.toMatchObject({ fault });
    await eventually(() => expect(service.state()).toBe('degraded'));
    expect(events[0]).toEqual({ name: 'limits.shared', outcome: 'degraded', fault });
    fake.error = undefined;
    await eventually(() => expect(service.state()).toBe('ok'));
  });

  it('warns once a minute however often Redis comes and goes, with no more lines when it is back [LIM-04]', async () => {
    const now = vi.spyOn(performance, 'now');
    await open();
    for (let round = 0; round < 3; round += 1) {
      await fake.stop();
      await eventually(() => expect(service.state()).toBe('degraded'));
      await fake.listen();
      await eventually(() => expect(service.state()).toBe('ok'));
    }
    expect(events.map((event) => 'outcome' in event && event.outcome)).toEqual(['degraded', 'restored']);
    const ahead = performance.now() + 61_000;
    now.mockImplementation(() => ahead);
    await fake.stop();
    await eventually(() => expect(events).toHaveLength(3));
  });

  it('leaves no connection behind', async () => {
    await open();
    service.onApplicationShutdown();
    await eventually(() => expect(fake.connections).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(fake.connections).toBe(0);
  });
});
