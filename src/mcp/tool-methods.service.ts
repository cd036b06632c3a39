import { Inject } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Principal } from '../principal.js';
import { fromAuthInfo, type McpRequest } from './mcp-request.js';
import { type MethodFamily, ProvidesMethods, serves, type Serving } from './method-family.js';
import { ScopeChallengeService } from './scope-challenge.service.js';
import { type IncomingCall, ToolDispatcherService } from './tool-dispatcher.service.js';
import { toolErrorResult, toServiceError } from './tool-error.js';
import { mayUse } from './tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from './tool-registry.service.js';
import { toolResult } from './tool-result.js';
import { advertisedSchema } from './tool-schema.js';

/** `tools/list` and `tools/call`. */
@ProvidesMethods()
export class ToolMethodsService implements MethodFamily {
  /** By the tools on it: callers who may use the same families share a list. */
  private readonly lists = new Map<string, { tools: object[] }>();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: ToolRegistryService,
    private readonly dispatcher: ToolDispatcherService,
    private readonly challenges: ScopeChallengeService,
  ) {}

  capabilities(): ServerCapabilities {
    return { tools: { listChanged: false } };
  }

  register(server: McpServer, serving: Serving): void {
    if (serves(serving, 'tools/list')) {
      const handler = (_request: unknown, context: ServerContext) => this.list(serving.requestOf(context).principal);
      server.server.setRequestHandler('tools/list', handler as never);
    }
    if (!serves(serving, 'tools/call')) return;
    const tool = this.registry.find(serving.wanted?.name ?? '');
    if (tool === undefined) this.registerByName(server, serving);
    else this.registerOne(server, tool, serving);
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

  /**
   * For a server that serves every tool, and for names that are none: the SDK looks names up on a plain object and
   * would answer differently for "constructor".
   */
  private registerByName(server: McpServer, serving: Serving): void {
    server.server.setRequestHandler('tools/call', ({ params }, context) => {
      const request = serving.requestOf(context);
      return this.registry.find(params.name) === undefined
        ? this.refuseUnknown(params.name, request, context)
        : this.call(params.name, params.arguments, request, context);
    });
  }

  /** What the SDK knows of a tool it checks before the call: scopes, and headers that repeat arguments. */
  private registerOne(server: McpServer, tool: RegisteredTool, serving: Serving): void {
    const { name, title, description, annotations, toolset } = tool.definition;
    server.registerTool(
      name,
      {
        title,
        description,
        annotations,
        inputSchema: advertisedSchema(tool.schemas.input),
        outputSchema: advertisedSchema(tool.schemas.output),
        scopeChallenge: ({ authInfo }) => this.challenges.challenge(toolset, name, fromAuthInfo(authInfo)),
      },
      async (args: unknown, context: ServerContext) => this.call(name, args, serving.requestOf(context), context),
    );
  }

  private async call(name: string, args: unknown, request: McpRequest, context: ServerContext) {
    const outcome = await this.dispatcher.dispatch(name, args, toToolCall(request, context));
    if (!outcome.ok) return toolErrorResult(outcome.error, request.requestId);
    try {
      return toolResult(outcome.output, outcome.images, newBoundary);
    } catch (error) {
      return toolErrorResult(toServiceError(error, request.requestId), request.requestId);
    }
  }

  private async refuseUnknown(name: string, request: McpRequest, context: ServerContext): Promise<never> {
    const outcome = await this.dispatcher.dispatch(name, {}, toToolCall(request, context));
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, outcome.ok ? 'Unknown tool' : outcome.error.message);
  }
}

/** 72 random bits. */
function newBoundary(): string {
  return randomBytes(9).toString('base64url');
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
