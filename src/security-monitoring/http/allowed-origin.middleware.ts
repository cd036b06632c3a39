import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import { bearerFingerprint } from '../audit/fingerprint.js';
import { loggable } from '../audit/loggable.js';
import { SecurityEventsService } from '../security-events.service.js';
import { corsHeaders, preflightHeaders } from './cors.js';
import { rawHeaderValues } from './raw-header.js';
import { requestFacts } from './request-facts.js';

/**
 * Requests of browsers: an allowed origin gets its CORS headers and its preflight answered, any other, `null` included,
 * is refused. A request without Origin is no browser's cross-origin request and passes.
 */
@Injectable()
export class AllowedOriginMiddleware implements NestMiddleware {
  readonly #allowed: ReadonlySet<string>;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly events: SecurityEventsService,
  ) {
    this.#allowed = new Set(config.http.corsAllowedOrigins);
  }

  use(request: Request, response: Response, next: NextFunction): void {
    response.vary('Origin');
    const [origin, ...others] = rawHeaderValues(request.rawHeaders, 'origin');
    if (origin === undefined) return next();
    if (others.length > 0 || !this.#allowed.has(origin)) this.#refuse(request, [origin, ...others].join(', '));
    response.set(corsHeaders(origin));
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next();
    const sessions = this.config.sessions !== undefined;
    response.set(preflightHeaders(request.path, request.get('access-control-request-headers'), { sessions }));
    response.status(204).end();
  }

  #refuse(request: Request, origin: string): never {
    this.events.record({
      name: 'auth.failure',
      request: requestFacts(request),
      reason: 'origin_denied',
      method: 'unknown',
      fingerprint: bearerFingerprint(request.headers.authorization),
      detail: `origin ${loggable(origin, 128)}`,
    });
    throw new HttpRefusal(403, 'origin_denied', 'That origin may not call this server. See CORS_ALLOWED_ORIGINS.');
  }
}
