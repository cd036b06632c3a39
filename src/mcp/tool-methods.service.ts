import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Principal } from '../principal.js';
import type { McpRequest } from './mcp-request.js';
import { ScopeChallengeService } from './scope-challenge.service.js';
import { type IncomingCall, ToolDispatcherService } from './tool-dispatcher.service.js';
import { toolErrorResult, toServiceError } from './tool-error.js';
import { mayUse } from './tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from './tool-registry.service.js';
import { toolResult } from './tool-result.js';
import { advertisedSchema } from './tool-schema.js';

/** `tools/list` and `tools/call`. */
@Injectable()
export class ToolMethodsService {
  /** By the tools on it: callers who may use the same families share a list. */
  private readonly lists = new Map<string, { tools: object[] }>();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: ToolRegistryService,
    private readonly dispatcher: ToolDispatcherService,
    private readonly challenges: ScopeChallengeService,
  ) {}

  register(server: McpServer, request: McpRequest): void {
    if (request.method === 'tools/list') {
      server.server.setRequestHandler('tools/list', () => this.list(request.principal) as never);
    }
    if (request.method === 'tools/call') this.registerNamed(server, request);
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

  private registerNamed(server: McpServer, request: McpRequest): void {
    const tool = this.registry.find(request.name ?? '');
    if (tool === undefined) {
      // The SDK looks names up on a plain object and would answer differently for "constructor".
      server.server.setRequestHandler('tools/call', ({ params }, context) =>
        this.refuseUnknown(params.name, request, context),
      );
      return;
    }
    const { name, title, description, annotations, toolset } = tool.definition;
    server.registerTool(
      name,
      {
        title,
        description,
        annotations,
        inputSchema: advertisedSchema(tool.schemas.input),
        outputSchema: advertisedSchema(tool.schemas.output),
        scopeChallenge: () => this.challenges.challenge(toolset, name, request),
      },
      async (args: unknown, context: ServerContext) => this.call(name, args, request, context),
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
