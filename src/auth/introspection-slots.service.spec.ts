import { describe, expect, it, vi } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { redisService } from '../../test/support/redis.js';
import { loadAppConfig } from '../config/app-config.js';
import { FailureBudgetService } from '../security-monitoring/rate-limit/failure-budget.service.js';
import { IntrospectionSlotsService } from './introspection-slots.service.js';

const IP = '192.0.2.1';

function setUp(failures: number): { budget: FailureBudgetService; slots: IntrospectionSlotsService } {
  const config = loadAppConfig({ ENABLE_AUTH: 'false', RATE_LIMIT_FAILED_AUTH: String(failures) });
  const budget = new FailureBudgetService(config, redisService(config));
  return { budget, slots: new IntrospectionSlotsService(budget) };
}

/** Asks for a slot, works for a moment and counts the outcome; answers what it was told. */
async function ask({ budget, slots }: ReturnType<typeof setUp>, good: boolean, work: () => void): Promise<unknown> {
  const slot = slots.slotFor(IP);
  const leave = await slot.take();
  if (leave === true) {
    work();
    await new Promise((resolve) => setImmediate(resolve));
    if (!good) await budget.countFailure(IP);
  }
  slot.release();
  return leave;
}

describe('IntrospectionSlotsService', () => {
  it('lets exactly as many bad questions through as the address may fail, however many come at once [INT-06]', async () => {
    const set = setUp(7);
    const work = vi.fn();
    const told = await Promise.all(Array.from({ length: 500 }, () => ask(set, false, work)));
    expect(work).toHaveBeenCalledTimes(7);
    expect(told.filter((leave) => leave === 'rate_limited')).toHaveLength(493);
  });

  it('lets every good question through in the end, and no more at once than the budget', async () => {
    const set = setUp(3);
    let running = 0;
    let most = 0;
    const told = await Promise.all(
      Array.from({ length: 100 }, () =>
        ask(set, true, () => {
          most = Math.max(most, ++running);
          setImmediate(() => running--);
        }),
      ),
    );
    expect(new Set(told)).toEqual(new Set([true]));
    expect(most).toBeLessThanOrEqual(3);
  });

  it('tells who waited too long to come again, and keeps nothing of an address nobody asks for', async () => {
    const { slots } = setUp(1);
    const holder = slots.slotFor(IP);
    expect(await holder.take()).toBe(true);
    const before = performance.now();
    expect(await slots.slotFor(IP).take()).toBe('introspection_unavailable');
    expect(performance.now() - before).toBeLessThan(2_000 + BUSY_MS);
    expect(await slots.slotFor('192.0.2.2').take()).toBe(true);
    holder.release();
    holder.release();
    const next = slots.slotFor(IP);
    expect(await next.take()).toBe(true);
    next.release();
  });
});
