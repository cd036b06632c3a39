import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import { bearerFingerprint } from '../audit/fingerprint.js';
import { SecurityEventsService } from '../security-events.service.js';
import { hostName } from './host-name.js';
import { rawHeaderValues } from './raw-header.js';
import { requestFacts } from './request-facts.js';

/** Balancers and kubelets probe by address. */
const EXEMPT = new Set(['/health', '/health/live', '/health/ready']);

/**
 * Refuses hosts that are not ours.
 * SECURITY: DNS rebinding makes a browser on this network send requests here under the attacker's host name.
 */
@Injectable()
export class AllowedHostMiddleware implements NestMiddleware {
  readonly #allowed: ReadonlySet<string | undefined>;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly events: SecurityEventsService,
  ) {
    this.#allowed = new Set(config.http.allowedHosts.map(hostName).filter((name) => name !== undefined));
  }

  use(request: Request, _response: Response, next: NextFunction): void {
    const facts = requestFacts(request);
    requireOneHost(request);
    if (EXEMPT.has(facts.path) || this.#allowed.has(hostName(request.headers.host))) return next();
    this.events.record({
      name: 'auth.failure',
      request: facts,
      reason: 'host_denied',
      method: 'unknown',
      fingerprint: bearerFingerprint(request.headers.authorization),
    });
    throw new HttpRefusal(403, 'host_denied', 'This server does not answer under that host name. See ALLOWED_HOSTS.');
  }
}

/** HTTP/1.1 demands one Host line (RFC 9112 section 3.2); with two, a proxy and this server may each see another. */
function requireOneHost({ rawHeaders, httpVersion }: Request): void {
  const lines = rawHeaderValues(rawHeaders, 'host').length;
  if (lines === 1 || (lines === 0 && httpVersion === '1.0')) return;
  throw new HttpRefusal(400, 'invalid_request', 'Send exactly one Host header.', { Connection: 'close' });
}
