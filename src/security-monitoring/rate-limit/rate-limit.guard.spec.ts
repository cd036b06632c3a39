import { Controller, Post, Req, UseGuards } from '@nestjs/common';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { type BorderApp, startBorderApp } from '../../../test/support/border-app.js';
import { type AuthenticatedRequest, LOCAL_PRINCIPAL } from '../../principal.js';
import { RateLimitGuard } from './rate-limit.guard.js';

let executions = 0;

class FakeAuthGuard {
  canActivate(context: { switchToHttp(): { getRequest(): AuthenticatedRequest & { headers: object } } }): boolean {
    const incoming = context.switchToHttp().getRequest();
    const subject = String((incoming.headers as { 'x-user'?: string })['x-user']);
    incoming.principal = { ...LOCAL_PRINCIPAL, subject };
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

describe('RateLimitGuard', () => {
  it('answers 429 over the limit, with how long to wait, runs nothing and touches no other user [LIM-01]', async () => {
    border = await startBorderApp([LimitedController], { RATE_LIMIT_PER_USER: '5' });
    executions = 0;
    const call = (user: string) => request(border.url).post('/mcp').set('x-user', user);
    const soon = (seconds: number): boolean => seconds >= 58 && seconds <= 60;
    for (let left = 4; left >= 0; left -= 1) {
      const served = await call('alice');
      expect(served.status).toBe(201);
      expect(served.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': String(left) });
      expect(Number(served.headers['ratelimit-reset'])).toSatisfy(soon);
    }
    for (let index = 0; index < 10; index += 1) {
      const refused = await call('alice');
      expect(refused.status).toBe(429);
      expect(refused.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '0' });
      expect(Number(refused.headers['retry-after'])).toSatisfy(soon);
      expect(refused.headers['ratelimit-reset']).toBe(refused.headers['retry-after']);
      expect(refused.body).toMatchObject({ error: 'rate_limited' });
    }
    expect(executions).toBe(5);
    expect((await call('bob')).headers['ratelimit-remaining']).toBe('4');
    expect(border.log.events('auth.failure')).toHaveLength(10);
    expect(border.log.events('auth.failure')[0]).toMatchObject({ auth: { reason: 'rate_limited', method: 'none' } });
  });
});
