import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HttpRefusal } from '../errors.js';
import type { Principal } from '../principal.js';
import { requestFacts } from '../security-monitoring/http/request-facts.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { readJsonBody } from './request-body.js';

/** Reads what known callers send, and records what is refused before anything of it is looked at. */
@Injectable()
export class MessageReaderService {
  constructor(@Inject(SecurityEventsService) private readonly events: SecurityEventsService) {}

  /**
   * One message.
   * @throws HttpRefusal 415, 413 or 400, the latter for a batch too; see `readJsonBody`
   */
  async read(request: IncomingMessage, response: ServerResponse, principal: Principal): Promise<unknown> {
    try {
      return oneMessage(await readJsonBody(request, response));
    } catch (error) {
      if (error instanceof HttpRefusal && error.denied !== undefined) {
        const { requestId } = requestFacts(request);
        this.events.record({ name: 'tool.denied', requestId, principal, reason: error.denied });
      }
      throw error;
    }
  }
}

function oneMessage(body: unknown): unknown {
  if (!Array.isArray(body)) return body;
  const message = 'Batches are not supported; send one message per request.';
  throw new HttpRefusal(400, 'invalid_request', message, {}, 'invalid_request', { denied: 'batch' });
}
