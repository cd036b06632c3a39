import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { FakeRedis } from '../../../test/support/fake-redis.js';
import { redisService } from '../../../test/support/redis.js';
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
    expect(await timed(open())).toBeLessThan(1_500);
    expect(service.state()).toBe('degraded');
    expect(await gauge()).toBe('1');
    expect(await timed(ping().catch(() => undefined))).toBeLessThan(20);
    await fake.listen();
    await eventually(() => expect(service.state()).toBe('ok'), 5_000);
    expect(events).toEqual([
      { name: 'limits.shared', outcome: 'degraded', fault: 'unreachable' },
      { name: 'limits.shared', outcome: 'restored' },
    ]);
  });

  it('gives a silent Redis up within a second, asks it no more, and never lets a sender wait long [LIM-04]', async () => {
    await open();
    fake.delayMs = Infinity;
    expect(await timed(ping().catch(() => undefined))).toBeLessThan(150);
    await eventually(() => expect(service.state()).toBe('degraded'), 1_000);
    expect(events).toEqual([{ name: 'limits.shared', outcome: 'degraded', fault: 'timeout' }]);
    const asked = fake.commands.filter(([name]) => name === 'ping').length;
    const refused = await Promise.allSettled(Array.from({ length: 1_000 }, ping));
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
    expect(fake.commands.filter(([name]) => name === 'ping')).toHaveLength(asked);
    fake.wake();
    await eventually(() => expect(service.state()).toBe('ok'), 5_000);
  });

  it('takes a single late answer for the weather, and tells its sender when it came', async () => {
    await open();
    fake.delayMs = 80;
    const onLate = vi.fn();
    await expect(service.run((client) => client.ping(), onLate)).rejects.toMatchObject({ fault: 'timeout' });
    fake.delayMs = 0;
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
    await eventually(() => expect(service.state()).toBe('degraded'), 1_000);
    expect(events[0]).toEqual({ name: 'limits.shared', outcome: 'degraded', fault });
    fake.error = undefined;
    await eventually(() => expect(service.state()).toBe('ok'), 5_000);
  });

  it('warns once a minute however often Redis comes and goes, with no more lines when it is back [LIM-04]', async () => {
    const now = vi.spyOn(performance, 'now');
    await open();
    for (let round = 0; round < 3; round += 1) {
      await fake.stop();
      await eventually(() => expect(service.state()).toBe('degraded'), 2_000);
      await fake.listen();
      await eventually(() => expect(service.state()).toBe('ok'), 5_000);
    }
    expect(events.map((event) => 'outcome' in event && event.outcome)).toEqual(['degraded', 'restored']);
    const ahead = performance.now() + 61_000;
    now.mockImplementation(() => ahead);
    await fake.stop();
    await eventually(() => expect(events).toHaveLength(3), 2_000);
  });

  it('leaves no connection behind', async () => {
    await open();
    service.onApplicationShutdown();
    await eventually(() => expect(fake.connections).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(fake.connections).toBe(0);
  });
});
