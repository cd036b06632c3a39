import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { HttpRefusal } from '../../errors.js';
import { LOG } from '../audit/log.module.js';
import type { RequestFacts } from '../security-event.js';
import { frameworkRefusal, internalFault, refusalAnswer } from './refusal.js';
import { requestFacts } from './request-facts.js';
import { hasUnreadBody } from './unread-body.js';

/** The HTTP border's one translation of failures: JSON always, once, and nothing of the failure but what is ours. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Logger) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const facts = requestFacts(request);
    const refusal = this.#refusalFor(failure, facts);
    if (response.headersSent) {
      // Half an answer is out: the client must see it broken off rather than ended.
      if (!response.writableEnded) response.destroy();
      return;
    }
    const { status, headers, body } = refusalAnswer(refusal, facts.path);
    if (hasUnreadBody(request)) response.setHeader('Connection', 'close');
    response
      .status(status)
      .set({ 'Cache-Control': 'no-store', ...headers })
      .json(body);
  }

  #refusalFor(failure: unknown, facts: RequestFacts): HttpRefusal {
    if (failure instanceof HttpRefusal) {
      if (failure.status >= 500) this.log.debug({ err: failure }, 'request refused');
      return failure;
    }
    if (failure instanceof HttpException && failure.getStatus() < 500) return frameworkRefusal(failure.getStatus());
    this.log.error({ err: failure }, 'request failed');
    return internalFault(facts.requestId);
  }
}
