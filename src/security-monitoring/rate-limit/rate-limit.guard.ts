import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { HttpRefusal } from '../../errors.js';
import type { AuthenticatedRequest } from '../../principal.js';
import { requestFacts } from '../http/request-facts.js';
import { SecurityEventsService } from '../security-events.service.js';
import { PrincipalLimitService } from './principal-limit.service.js';

/** Limits the requests of each principal; stands behind the authentication guard, whose principal it counts. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limit: PrincipalLimitService,
    private readonly events: SecurityEventsService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (request.principal === undefined) throw new Error('the rate limit guard must stand behind authentication');
    const waitSeconds = await this.limit.consume(request.principal);
    if (waitSeconds === undefined) return true;
    this.events.record({
      name: 'auth.failure',
      request: requestFacts(request),
      reason: 'rate_limited',
      method: request.principal.method,
    });
    throw new HttpRefusal(429, 'rate_limited', `Too many requests. Wait ${waitSeconds} s and try again.`, {
      'Retry-After': String(waitSeconds),
    });
  }
}
