import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  type McpRequestContext,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { metadataUrl } from '../auth/protected-resource-metadata.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Principal } from '../principal.js';
import { StreamLimitService } from '../security-monitoring/rate-limit/stream-limit.service.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import type { AnswerForm } from './accept.js';
import { InFlightCallsService } from './in-flight-calls.service.js';
import { asText, type JsonRpcShape, type McpPost, messageOf, toMcpRequest } from './mcp-post.js';
import { toAuthInfo } from './mcp-request.js';
import { measuredMethod } from './measured-method.js';
import { McpServerFactory } from './mcp-server.factory.js';
import { ownsSessionId, sealSessionId } from './session-id.js';
import { ToolRegistryService } from './tool-registry.service.js';
import { UnknownMethodsService } from './unknown-methods.service.js';
import { toWebRequest } from './web-request.js';
import { writeWebResponse } from './web-response.js';

/**
 * Serves the protocol, both eras, without keeping anything between requests: specification 2026-07-28 by its envelope,
 * every older revision statelessly. A disconnected or cancelled request aborts what runs for it.
 */
@Injectable()
export class McpEndpointService implements OnApplicationShutdown {
  private readonly quick: McpHttpHandler;
  private readonly slow: McpHttpHandler;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly servers: McpServerFactory,
    private readonly registry: ToolRegistryService,
    private readonly inFlight: InFlightCallsService,
    private readonly unknownMethods: UnknownMethodsService,
    private readonly streams: StreamLimitService,
    private readonly events: SecurityEventsService,
  ) {
    const factory = ({ authInfo }: McpRequestContext) => this.servers.create(authInfo);
    this.quick = createMcpHandler(factory, { responseMode: 'auto' });
    this.slow = createMcpHandler(factory, { responseMode: 'sse' });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.quick.close(), this.slow.close()]);
  }

  async serve(request: IncomingMessage, response: ServerResponse, post: McpPost): Promise<void> {
    const started = performance.now();
    const message = messageOf(post);
    const closeStream = this.isLongStream(message, post.form) ? this.streams.open(request, post.principal) : undefined;
    const abort = new AbortController();
    response.once('close', () => {
      closeStream?.();
      abort.abort();
    });
    const webRequest = toWebRequest(request, this.config.http.resource, abort.signal);
    const legacy = await isLegacyRequest(webRequest, post.body);
    const sessionId = legacy ? this.ownSessionId(request, post.principal) : undefined;
    if (sessionId !== undefined && message.method === 'notifications/cancelled') {
      this.inFlight.cancel(sessionId, message.params?.requestId);
    }
    const done =
      sessionId === undefined || message.id === undefined ? undefined : this.inFlight.add(sessionId, message.id, abort);
    try {
      const answer = await this.answer(webRequest, post, message, legacy);
      if (!legacy && answer.status === 404) this.unknownMethods.record(post);
      if (legacy && message.method === 'initialize' && answer.ok) this.nameSession(response, post.principal);
      await writeWebResponse(answer, response);
    } finally {
      done?.();
      closeStream?.();
      const method = measuredMethod(message);
      const durationMs = performance.now() - started;
      if (method !== undefined) {
        this.events.record({ name: 'mcp.answered', requestId: post.requestId, method, durationMs });
      }
    }
  }

  /** Whether the answer is a stream that begins long before its end. Older clients get every answer as one, mostly short. */
  private isLongStream({ method, params }: JsonRpcShape, form: AnswerForm): boolean {
    if (form !== 'stream' || method !== 'tools/call') return false;
    return this.registry.find(asText(params?.name) ?? '')?.definition.slow === true;
  }

  private answer(webRequest: Request, post: McpPost, message: JsonRpcShape, legacy: boolean): Promise<Response> {
    const call = toMcpRequest(post, { modern: !legacy });
    const options = { authInfo: toAuthInfo(call, metadataUrl(this.config)), parsedBody: post.body };
    if (legacy && post.form === 'json') return this.answerLegacyAsJson(webRequest, options);
    return (this.isLongStream(message, post.form) ? this.slow : this.quick).fetch(webRequest, options);
  }

  /** The SDK's stateless leg always streams; a script that takes only JSON gets the same exchange as one body. */
  private async answerLegacyAsJson(
    webRequest: Request,
    options: { authInfo: ReturnType<typeof toAuthInfo>; parsedBody: unknown },
  ): Promise<Response> {
    const server = this.servers.create(options.authInfo);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
    });
    await server.connect(transport);
    webRequest.signal.addEventListener('abort', () => void server.close(), { once: true });
    try {
      return await transport.handleRequest(webRequest, options);
    } finally {
      await server.close();
    }
  }

  private nameSession(response: ServerResponse, principal: Principal): void {
    response.setHeader(
      'Mcp-Session-Id',
      sealSessionId(this.config.stateSecrets[0], randomBytes(16).toString('base64url'), principal),
    );
  }

  /** An id that is not this caller's is ignored, never refused: without sessions it decides nothing. */
  private ownSessionId(request: IncomingMessage, principal: Principal): string | undefined {
    const id = request.headers['mcp-session-id'];
    return typeof id === 'string' && ownsSessionId(this.config.stateSecrets, id, principal) ? id : undefined;
  }
}
