import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { HttpRefusal } from '../../errors.js';
import type { AuthenticatedRequest } from '../../principal.js';
import { requestFacts } from '../http/request-facts.js';
import { SecurityEventsService } from '../security-events.service.js';
import { PrincipalLimitService } from './principal-limit.service.js';
import { rateLimitHeaders, refusalHeaders } from './verdict.js';

/** Limits the requests of each principal; stands behind the authentication guard, whose principal it counts. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limit: PrincipalLimitService,
    private readonly events: SecurityEventsService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    if (request.principal === undefined) throw new Error('the rate limit guard must stand behind authentication');
    const verdict = await this.limit.consume(request.principal);
    if (verdict.allowed) {
      http.getResponse<Response>().set(rateLimitHeaders(verdict));
      return true;
    }
    this.events.record({
      name: 'auth.failure',
      request: requestFacts(request),
      reason: 'rate_limited',
      method: request.principal.method,
    });
    const message = `Too many requests. Wait ${verdict.resetSeconds} s and try again.`;
    throw new HttpRefusal(429, 'rate_limited', message, refusalHeaders(verdict));
  }
}
