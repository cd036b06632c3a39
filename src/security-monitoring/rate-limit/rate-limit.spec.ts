import { Controller, Post, Req, UseGuards } from '@nestjs/common';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BorderApp, MINIMAL_ENV, startBorderApp } from '../../../test/support/border-app.js';
import { loadAppConfig } from '../../config/app-config.js';
import { type AuthenticatedRequest, LOCAL_PRINCIPAL } from '../../principal.js';
import { FailureBudgetService } from './failure-budget.service.js';
import { PrincipalLimitService } from './principal-limit.service.js';
import { RateLimitGuard } from './rate-limit.guard.js';

afterEach(() => {
  vi.useRealTimers();
});

function configWith(env: Record<string, string>): ReturnType<typeof loadAppConfig> {
  return loadAppConfig({ ...MINIMAL_ENV, ...env });
}

describe('FailureBudgetService', () => {
  it('is exhausted by the configured number of failures, for that address only [LIM-07]', async () => {
    const budget = new FailureBudgetService(configWith({ RATE_LIMIT_FAILED_AUTH: '20' }));
    for (let failure = 0; failure < 20; failure += 1) {
      expect(await budget.isExhausted('198.51.100.7')).toBe(false);
      await budget.countFailure('198.51.100.7');
    }
    expect(await budget.isExhausted('198.51.100.7')).toBe(true);
    expect(await budget.isExhausted('198.51.100.8')).toBe(false);
    expect(await budget.retryAfterSeconds('198.51.100.7')).toSatisfy((seconds) => seconds >= 59 && seconds <= 60);
  });

  it('counts a /64 of IPv6 as one address', async () => {
    const budget = new FailureBudgetService(configWith({ RATE_LIMIT_FAILED_AUTH: '2' }));
    await budget.countFailure('2001:db8:1:2::1');
    await budget.countFailure('2001:db8:1:2:ffff::2');
    expect(await budget.isExhausted('2001:db8:1:2:3::4')).toBe(true);
    expect(await budget.isExhausted('2001:db8:1:3::1')).toBe(false);
  });

  it('is fresh again after a minute', async () => {
    vi.useFakeTimers();
    const budget = new FailureBudgetService(configWith({ RATE_LIMIT_FAILED_AUTH: '1' }));
    await budget.countFailure('198.51.100.7');
    expect(await budget.isExhausted('198.51.100.7')).toBe(true);
    vi.advanceTimersByTime(60_001);
    expect(await budget.isExhausted('198.51.100.7')).toBe(false);
  });

  it('is divided among replicas, and never to nothing', async () => {
    const shared = new FailureBudgetService(configWith({ RATE_LIMIT_FAILED_AUTH: '20', EXPECTED_REPLICAS: '30' }));
    expect(await shared.isExhausted('198.51.100.7')).toBe(false);
    await shared.countFailure('198.51.100.7');
    expect(await shared.isExhausted('198.51.100.7')).toBe(true);
  });
});

describe('PrincipalLimitService', () => {
  it('lets the limit pass and tells the rest how long to wait', async () => {
    const limit = new PrincipalLimitService(configWith({ RATE_LIMIT_PER_USER: '9', EXPECTED_REPLICAS: '3' }));
    for (let call = 0; call < 3; call += 1) expect(await limit.consume(LOCAL_PRINCIPAL)).toBeUndefined();
    expect(await limit.consume(LOCAL_PRINCIPAL)).toSatisfy((seconds: number) => seconds >= 59 && seconds <= 60);
  });

  it('tells principals apart by issuer and subject', async () => {
    const limit = new PrincipalLimitService(configWith({ RATE_LIMIT_PER_USER: '1' }));
    const pairs = [
      ['a', 'b'],
      ['b', 'a'],
      ['a|b', ''],
      ['a', 'b|'],
    ] as const;
    for (const [issuer, subject] of pairs) {
      expect(await limit.consume({ ...LOCAL_PRINCIPAL, issuer, subject })).toBeUndefined();
    }
  });
});

describe('RateLimitGuard', () => {
  let executions = 0;

  class FakeAuthGuard {
    canActivate(context: { switchToHttp(): { getRequest(): AuthenticatedRequest & { headers: object } } }): boolean {
      const incoming = context.switchToHttp().getRequest();
      incoming.principal = {
        ...LOCAL_PRINCIPAL,
        subject: String((incoming.headers as { 'x-user'?: string })['x-user']),
      };
      return true;
    }
  }

  @Controller('mcp')
  @UseGuards(FakeAuthGuard, RateLimitGuard)
  class LimitedController {
    @Post()
    call(@Req() incoming: AuthenticatedRequest): object {
      executions += 1;
      return { subject: incoming.principal?.subject };
    }
  }

  let border: BorderApp;

  afterEach(() => border.app.close());

  it('answers 429 with Retry-After over the limit, runs nothing and touches no other user [LIM-01]', async () => {
    border = await startBorderApp([LimitedController], { RATE_LIMIT_PER_USER: '5' });
    executions = 0;
    const call = (user: string) => request(border.url).post('/mcp').set('x-user', user);
    for (let index = 0; index < 5; index += 1) expect((await call('alice')).status).toBe(201);
    for (let index = 0; index < 10; index += 1) {
      const refused = await call('alice');
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toSatisfy((seconds: number) => seconds >= 58 && seconds <= 60);
      expect(refused.body).toMatchObject({ error: 'rate_limited' });
    }
    expect(executions).toBe(5);
    expect((await call('bob')).status).toBe(201);
    expect(border.log.events('auth.failure')).toHaveLength(10);
    expect(border.log.events('auth.failure')[0]).toMatchObject({ auth: { reason: 'rate_limited', method: 'none' } });
  });
});
