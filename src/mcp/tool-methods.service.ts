import { Inject } from '@nestjs/common';
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
import { TaskMethodsService } from './tasks/task-methods.service.js';
import { toolAnswer } from './tool-answer.factory.js';
import { pageMeta } from './tool-page.js';
import { mayUse } from './tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from './tool-registry.service.js';
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
    private readonly tasks: TaskMethodsService,
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
    if (tool !== undefined) this.registerChecks(server, tool);
    server.server.setRequestHandler('tools/call', ({ params }, context) => {
      const request = serving.requestOf(context);
      // The SDK looks names up on a plain object and would answer differently for "constructor".
      return this.registry.find(params.name) === undefined
        ? this.refuseUnknown(params.name, request, context)
        : this.call(params.name, params.arguments, request, context);
    });
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

  /** What the SDK knows of a tool it checks before the call: scopes, and headers that repeat arguments. */
  private registerChecks(server: McpServer, tool: RegisteredTool): void {
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
      () => Promise.reject(new Error('The request handler calls tools')),
    );
  }

  private async call(name: string, args: unknown, request: McpRequest, context: ServerContext) {
    const call = toToolCall(request, context);
    const task = this.tasks.taskFor(name, context);
    if (task !== undefined) return this.tasks.start(task, args, call);
    return toolAnswer(await this.dispatcher.dispatch(name, args, call), request.requestId);
  }

  private async refuseUnknown(name: string, request: McpRequest, context: ServerContext): Promise<never> {
    const outcome = await this.dispatcher.dispatch(name, {}, toToolCall(request, context));
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, outcome.ok ? 'Unknown tool' : outcome.error.message);
  }
}

function describe({ definition, schemas }: RegisteredTool): object {
  const { name, title, description, annotations } = definition;
  const { input: inputSchema, output: outputSchema } = schemas;
  return { name, title, description, inputSchema, outputSchema, annotations, ...pageMeta(definition) };
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
