import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type HandleRequestOptions,
  isInitializeRequest,
  isLegacyRequest,
  type RequestId,
} from '@modelcontextprotocol/server';
import { Inject, Injectable } from '@nestjs/common';
import { metadataUrl } from '../../auth/protected-resource-metadata.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { StreamLimitService } from '../../security-monitoring/rate-limit/stream-limit.service.js';
import { SecurityEventsService } from '../../security-monitoring/security-events.service.js';
import { asText, type JsonRpcShape, type McpPost, messageOf, toMcpRequest } from '../mcp-post.js';
import { toAuthInfo } from '../mcp-request.js';
import { measuredMethod } from '../measured-method.js';
import { ownsSessionId } from '../session-id.js';
import { ToolRegistryService } from '../tool-registry.service.js';
import { toWebRequest } from '../web-request.js';
import { writeWebResponse } from '../web-response.js';
import { whenExpired } from './expiry-timer.factory.js';
import type { McpSession } from './mcp-session.js';
import { SessionListeningService } from './session-listening.service.js';
import { SessionsService } from './sessions.service.js';

const EXPIRED = 'The credential this was sent with has expired. Send it again with a new one.';

/** Requests that open, use and end a session. */
@Injectable()
export class SessionEndpointService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly sessions: SessionsService,
    private readonly registry: ToolRegistryService,
    private readonly streams: StreamLimitService,
    private readonly listening: SessionListeningService,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * Whether a POST belongs to a session: one of the older era that names a session, or asks for one and takes a stream.
   * Everything else needs none.
   */
  async takes(request: IncomingMessage, { body, form, principal }: McpPost): Promise<boolean> {
    if (!this.sessions.enabled) return false;
    const id = request.headers['mcp-session-id'];
    // An id without a session: of a client that takes no stream, or of the time before sessions were switched on.
    const named = id !== undefined && !ownsSessionId(this.config.stateSecrets, String(id), principal);
    const opens = isInitializeRequest(body) && form === 'stream';
    return (opens || named) && isLegacyRequest(this.#webRequest(request), body);
  }

  /** Answers a POST that `takes` said yes to. @throws HttpRefusal */
  async post(request: IncomingMessage, response: ServerResponse, post: McpPost): Promise<void> {
    const message = messageOf(post);
    const session = isInitializeRequest(post.body)
      ? await this.sessions.open(post.principal)
      : this.sessions.find(request, post.principal);
    session.lastUsed = performance.now();
    const call = callIdOf(message);
    if (call !== undefined) return this.#answer(request, response, { post, message, session, call });
    await writeWebResponse(await session.handle(this.#webRequest(request), this.#optionsOf(post)), response);
    if (message.method === 'notifications/cancelled') await session.cancel(message.params?.requestId as RequestId);
  }

  /** Answers what is no POST: GET listens to a session, DELETE ends it. @throws HttpRefusal */
  async other(request: IncomingMessage, response: ServerResponse, principal: Principal): Promise<void> {
    if (!this.sessions.enabled) {
      throw new HttpRefusal(405, 'method_not_allowed', 'Send POST; this server keeps no sessions.', { Allow: 'POST' });
    }
    if (request.method !== 'GET' && request.method !== 'DELETE') {
      throw new HttpRefusal(405, 'method_not_allowed', 'Send POST, GET or DELETE.', { Allow: 'POST, GET, DELETE' });
    }
    const session = this.sessions.find(request, principal);
    session.lastUsed = performance.now();
    if (request.method === 'GET') return this.listening.serve(request, response, principal, session);
    const answer = await session.handle(this.#webRequest(request));
    if (answer.ok) await this.sessions.end(session);
    await writeWebResponse(answer, response);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    { post, message, session, call }: SessionCall,
  ): Promise<void> {
    if (post.form !== 'stream') {
      throw new HttpRefusal(406, 'invalid_request', 'In a session accept application/json and text/event-stream.');
    }
    const started = performance.now();
    const closeStream = this.#isSlow(message) ? this.streams.open(request, post.principal) : undefined;
    // SECURITY: no stream outlives the credential it was opened with.
    const expiry = whenExpired(post.principal, () => void session.cancel(call, EXPIRED));
    // Nobody waits for the answer any more, and there is no way to ask for it later.
    const disconnected = (): void => void session.cancel(call);
    response.once('close', disconnected);
    try {
      const write = (answer: Response): Promise<void> => writeWebResponse(answer, response);
      await session.answer(call, this.#webRequest(request), this.#optionsOf(post), write);
    } finally {
      response.off('close', disconnected);
      clearTimeout(expiry);
      closeStream?.();
      session.lastUsed = performance.now();
      const method = measuredMethod(message);
      const durationMs = performance.now() - started;
      if (method !== undefined) {
        this.events.record({ name: 'mcp.answered', requestId: post.requestId, method, durationMs });
      }
    }
  }

  #optionsOf(post: McpPost): HandleRequestOptions {
    const authInfo = toAuthInfo(toMcpRequest(post, { modern: false }), metadataUrl(this.config));
    return { authInfo, parsedBody: post.body };
  }

  #isSlow({ method, params }: JsonRpcShape): boolean {
    return method === 'tools/call' && this.registry.find(asText(params?.name) ?? '')?.definition.slow === true;
  }

  #webRequest(request: IncomingMessage): Request {
    return toWebRequest(request, this.config.http.resource);
  }
}

/** A request within a session. */
interface SessionCall {
  readonly post: McpPost;
  readonly message: JsonRpcShape;
  readonly session: McpSession;
  readonly call: RequestId;
}

/** The id of a request; undefined for notifications, responses and what is none of them. */
function callIdOf({ id, method }: JsonRpcShape): RequestId | undefined {
  return typeof method === 'string' && (typeof id === 'string' || typeof id === 'number') ? id : undefined;
}
