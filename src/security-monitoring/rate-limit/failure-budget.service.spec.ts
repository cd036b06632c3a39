import { afterEach, describe, expect, it, vi } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { redisService } from '../../../test/support/redis.js';
import { loadAppConfig } from '../../config/app-config.js';
import { FailureBudgetService } from './failure-budget.service.js';

afterEach(() => {
  vi.useRealTimers();
});

function failureBudget(env: Record<string, string>): FailureBudgetService {
  const config = loadAppConfig({ ...MINIMAL_ENV, ...env });
  return new FailureBudgetService(config, redisService(config));
}

describe('FailureBudgetService', () => {
  it('is exhausted by the configured number of failures, for that address only [LIM-07]', async () => {
    const budget = failureBudget({ RATE_LIMIT_FAILED_AUTH: '20' });
    for (let failure = 0; failure < 20; failure += 1) {
      expect(await budget.isExhausted('198.51.100.7')).toBe(false);
      expect(await budget.remaining('198.51.100.7')).toBe(20 - failure);
      expect(await budget.countFailure('198.51.100.7')).toMatchObject({ allowed: true, limit: 20 });
    }
    expect(await budget.isExhausted('198.51.100.7')).toBe(true);
    expect(await budget.isExhausted('198.51.100.8')).toBe(false);
    const refused = await budget.countFailure('198.51.100.7');
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetSeconds).toSatisfy((seconds: number) => seconds >= 59 && seconds <= 60);
  });

  it('lets no more through however many failures come at once', async () => {
    const budget = failureBudget({ RATE_LIMIT_FAILED_AUTH: '7' });
    const verdicts = await Promise.all(Array.from({ length: 500 }, () => budget.countFailure('198.51.100.7')));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(7);
  });

  it('counts a /64 of IPv6 as one address', async () => {
    const budget = failureBudget({ RATE_LIMIT_FAILED_AUTH: '2' });
    await budget.countFailure('2001:db8:1:2::1');
    await budget.countFailure('2001:db8:1:2:ffff::2');
    expect(await budget.isExhausted('2001:db8:1:2:3::4')).toBe(true);
    expect(await budget.isExhausted('2001:db8:1:3::1')).toBe(false);
  });

  it('is fresh again after a minute', async () => {
    vi.useFakeTimers();
    const budget = failureBudget({ RATE_LIMIT_FAILED_AUTH: '1' });
    await budget.countFailure('198.51.100.7');
    expect(await budget.isExhausted('198.51.100.7')).toBe(true);
    vi.advanceTimersByTime(60_001);
    expect(await budget.isExhausted('198.51.100.7')).toBe(false);
  });

  it('is divided among replicas, and never to nothing', async () => {
    const budget = failureBudget({ RATE_LIMIT_FAILED_AUTH: '20', EXPECTED_REPLICAS: '30' });
    expect(await budget.isExhausted('198.51.100.7')).toBe(false);
    await budget.countFailure('198.51.100.7');
    expect(await budget.isExhausted('198.51.100.7')).toBe(true);
  });
});
