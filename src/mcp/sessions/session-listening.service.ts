import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { StreamLimitService } from '../../security-monitoring/rate-limit/stream-limit.service.js';
import { ShutdownService } from '../../security-monitoring/shutdown.service.js';
import { acceptedForm } from '../accept.js';
import { toWebRequest } from '../web-request.js';
import { writeWebResponse } from '../web-response.js';
import { whenExpired } from './expiry-timer.factory.js';
import type { McpSession } from './mcp-session.js';
import { SessionsService } from './sessions.service.js';

/** Streams for what a server sends of its own accord. */
@Injectable()
export class SessionListeningService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly sessions: SessionsService,
    private readonly streams: StreamLimitService,
    private readonly shutdown: ShutdownService,
  ) {}

  /** Answers a GET with a stream, in place of an earlier one of the session. @throws HttpRefusal 406, 429 or 503 */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    session: McpSession,
  ): Promise<void> {
    if (acceptedForm(request.headers.accept) !== 'stream') {
      throw new HttpRefusal(406, 'invalid_request', 'Accept text/event-stream.');
    }
    if (this.shutdown.begun.aborted) {
      throw new HttpRefusal(503, 'unavailable', 'The server is being restarted.', { 'Retry-After': '1' });
    }
    // Clients open one each as a matter of course: they must not use up what calls need.
    const share = Math.max(1, Math.floor(this.config.limits.streamsPerUser / 2));
    if (this.sessions.listeningBeside(session) >= share) {
      throw new HttpRefusal(429, 'rate_limited', `You listen to ${share} sessions, as many as one caller may.`, {
        'Retry-After': '60',
      });
    }
    session.stopListening();
    const stop = session.listen(this.streams.open(request, principal));
    // SECURITY: no stream outlives the credential it was opened with.
    const expiry = whenExpired(principal, stop);
    try {
      await writeWebResponse(await session.handle(toWebRequest(request, this.config.http.resource)), response);
    } finally {
      clearTimeout(expiry);
      stop();
      session.lastUsed = performance.now();
    }
  }
}
