import { Inject, Injectable } from '@nestjs/common';
import {
  type AuthInfo,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PRODUCT } from '../config/version.js';
import { HttpRefusal } from '../errors.js';
import type { Principal } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { SERVER_INSTRUCTIONS } from './server-instructions.js';
import { type IncomingCall, ToolDispatcherService } from './tool-dispatcher.service.js';
import { toolErrorResult, toServiceError } from './tool-error.js';
import { mayUse, scopeRefusal, scopesFor } from './tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from './tool-registry.service.js';
import { toolResult } from './tool-result.js';
import { advertisedSchema } from './tool-schema.js';

/** What the controller knows of a request and the protocol server needs; carried in the SDK's `authInfo`. */
export interface McpRequest {
  readonly principal: Principal;
  readonly requestId: string;
  /** The JSON-RPC method and, for `tools/call`, the tool it names. */
  readonly method?: string;
  readonly toolName?: string;
  /** False when the client takes a single JSON body, which has no room for progress. */
  readonly progress: boolean;
}

/** Wraps a request for the SDK, without the caller's token: nothing behind this door needs it. */
export function toAuthInfo(request: McpRequest, resourceMetadataUrl: string): AuthInfo {
  const { principal } = request;
  return {
    token: '',
    clientId: principal.clientId ?? principal.subject,
    scopes: [...principal.scopes],
    resourceMetadataUrl,
    extra: { request },
  };
}

const SERVER_INFO = { name: PRODUCT.name, version: PRODUCT.version, title: 'AWS CloudWatch' };

const SERVER_OPTIONS = Object.freeze({
  capabilities: Object.freeze({ tools: Object.freeze({ listChanged: false }) }),
  instructions: SERVER_INSTRUCTIONS,
  cacheHints: { 'tools/list': { ttlMs: 300_000, cacheScope: 'private' as const } },
});

/**
 * Builds a fresh protocol server for each request, on which only the tool that the request names is registered: the
 * SDK's own servers must never be shared between callers, and registering them all would cost more than the call.
 */
@Injectable()
export class McpServerFactory {
  /** By the tools on it: callers who may use the same families share a list. */
  private readonly lists = new Map<string, { tools: object[] }>();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(ToolRegistryService) private readonly registry: ToolRegistryService,
    @Inject(ToolDispatcherService) private readonly dispatcher: ToolDispatcherService,
    @Inject(SecurityEventsService) private readonly events: SecurityEventsService,
  ) {}

  create(authInfo: AuthInfo | undefined): McpServer {
    const request = authInfo?.extra?.['request'] as McpRequest | undefined;
    if (request === undefined) throw new Error('A protocol server was asked for without a caller');
    const server = new McpServer(SERVER_INFO, SERVER_OPTIONS);
    if (request.method === 'tools/list') {
      server.server.setRequestHandler('tools/list', () => this.list(request.principal) as never);
    }
    if (request.method === 'tools/call') this.registerNamedTool(server, request);
    return server;
  }

  private list(principal: Principal): { tools: object[] } {
    const visible = this.registry
      .all()
      .filter(({ definition }) => mayUse(definition.toolset, principal, this.config.scopes));
    const key = visible.map(({ definition }) => definition.name).join();
    const list = this.lists.get(key) ?? { tools: visible.map(describe) };
    this.lists.set(key, list);
    return list;
  }

  private registerNamedTool(server: McpServer, request: McpRequest): void {
    const tool = this.registry.find(request.toolName ?? '');
    if (tool === undefined) {
      // The SDK looks names up on a plain object and would answer differently for "constructor".
      server.server.setRequestHandler('tools/call', ({ params }, context) =>
        this.refuseUnknown(params.name, request, context),
      );
      return;
    }
    const { name, title, description, annotations } = tool.definition;
    server.registerTool(
      name,
      {
        title,
        description,
        annotations,
        inputSchema: advertisedSchema(tool.schemas.input),
        outputSchema: advertisedSchema(tool.schemas.output),
        scopeChallenge: () => this.challenge(tool, request),
      },
      async (args: unknown, context: ServerContext) => this.call(name, args, request, context),
    );
  }

  /** Before the tool runs the answer can still be HTTP 403, which makes a client ask its user for more. */
  private challenge({ definition: { name, toolset } }: RegisteredTool, { principal, requestId }: McpRequest) {
    const refusal = scopeRefusal(toolset, principal, this.config);
    if (!(refusal instanceof HttpRefusal)) return undefined;
    this.events.record({ name: 'tool.denied', requestId, principal, tool: name, reason: 'scope' });
    const scopes = scopesFor(toolset, principal, this.config.scopes) as readonly [string, ...string[]];
    return { scopes, errorDescription: refusal.message };
  }

  private async call(name: string, args: unknown, request: McpRequest, context: ServerContext) {
    const outcome = await this.dispatcher.dispatch(name, args, toToolCall(request, context));
    if (!outcome.ok) return toolErrorResult(outcome.error, request.requestId);
    try {
      return toolResult(outcome.output, outcome.images);
    } catch (error) {
      return toolErrorResult(toServiceError(error, request.requestId), request.requestId);
    }
  }

  private async refuseUnknown(name: string, request: McpRequest, context: ServerContext): Promise<never> {
    const outcome = await this.dispatcher.dispatch(name, {}, toToolCall(request, context));
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, outcome.ok ? 'Unknown tool' : outcome.error.message);
  }
}

function describe({ definition, schemas }: RegisteredTool): object {
  const { name, title, description, annotations } = definition;
  return { name, title, description, inputSchema: schemas.input, outputSchema: schemas.output, annotations };
}

function toToolCall(request: McpRequest, context: ServerContext): IncomingCall {
  const { principal, requestId } = request;
  const { signal, _meta, notify } = context.mcpReq;
  const progressToken = request.progress ? _meta?.progressToken : undefined;
  return {
    principal,
    requestId,
    signal,
    progress: (progress, total, message) => {
      if (progressToken === undefined || signal.aborted) return;
      const params = {
        progressToken,
        progress,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
      };
      // A client that is gone is noticed by the signal, not here.
      notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}
