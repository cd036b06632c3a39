import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import { maskSecrets } from '../../secret-masking.js';
import { loggable } from '../audit/loggable.js';
import { LOG } from '../audit/log.module.js';
import { clientIp, networkList } from './client-ip.js';
import { requestContext } from './request-context.store.js';
import { setRequestFacts } from './request-facts.js';
import { traceId } from './trace-id.js';

/** Header lines a request may have; Node would drop the rest in silence, and with them a second Authorization. */
export const MAX_HEADER_LINES = 100;

/** The longest e-mail address (RFC 5321 section 4.5.3.1.3, erratum 1690). */
const MAX_EMAIL_LENGTH = 254;

const WELL_FORMED_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The first step of every request: its ids, its client's address, and the log its course writes to. */
@Injectable()
export class RequestIdMiddleware implements NestMiddleware {
  readonly #trustedProxies: ReturnType<typeof networkList>;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.#trustedProxies = networkList(config.http.trustedProxies);
  }

  use(request: Request, response: Response, next: NextFunction): void {
    const requestId = randomUUID();
    const facts = {
      requestId,
      correlationId:
        wellFormed(request.get('x-correlation-id')) ?? wellFormed(request.get('x-request-id')) ?? requestId,
      traceId: traceId(request.get('traceparent')),
      claimedUser: claimedUser(request.get('x-user-email')),
      clientIp: clientIp(request.socket.remoteAddress, request.get('x-forwarded-for'), this.#trustedProxies),
      method: request.method,
      path: request.path,
    };
    setRequestFacts(request, facts);
    Object.assign(request, { log: this.log });
    response.setHeader('X-Request-Id', facts.requestId);
    response.setHeader('X-Correlation-ID', facts.correlationId);
    requestContext.run(facts, () => next(tooManyHeaders(request)));
  }
}

/** An id of the client, unless it is a credential in the wrong place. */
function wellFormed(id: string | undefined): string | undefined {
  return id !== undefined && WELL_FORMED_ID.test(id) && maskSecrets(id).masked === 0 ? id : undefined;
}

function claimedUser(header: string | undefined): string | undefined {
  return header === undefined || header === '' ? undefined : loggable(header, MAX_EMAIL_LENGTH);
}

function tooManyHeaders(request: Request): HttpRefusal | undefined {
  if (request.rawHeaders.length <= MAX_HEADER_LINES * 2) return undefined;
  return new HttpRefusal(431, 'invalid_request', `The request has more than ${MAX_HEADER_LINES} header lines.`);
}
