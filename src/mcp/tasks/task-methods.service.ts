import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type McpServer,
  MissingRequiredClientCapabilityError,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallContext } from '../../principal.js';
import type { CallOutcome } from '../call-runner.service.js';
import { type MethodFamily, ProvidesMethods, serves, type Serving } from '../method-family.js';
import { toolAnswer } from '../tool-answer.factory.js';
import { toolErrorResult } from '../tool-error.js';
import type { TaskState } from './task.js';
import { stateAfter, toProtocolError } from './task-failure.js';
import { type RegisteredTask, TaskRegistryService } from './task-registry.service.js';
import { TasksService } from './tasks.service.js';
import { toWireTask } from './wire-task.js';

/** The MCP Tasks extension (SEP-2663), of specification 2026-07-28. */
const EXTENSION = 'io.modelcontextprotocol/tasks';

/** A request about a task, as it was sent. */
interface TaskRequest {
  readonly taskId: string;
  readonly call: CallContext;
  readonly context: ServerContext;
}

interface EnvelopeShape {
  readonly [CLIENT_CAPABILITIES_META_KEY]?: { readonly extensions?: object };
}

type Answer = Record<string, unknown>;

/** `tasks/get`, `tasks/update` and `tasks/cancel`, and the answer to `tools/call` that is a task. */
@ProvidesMethods()
export class TaskMethodsService implements MethodFamily {
  private readonly methods: readonly (readonly [string, (request: TaskRequest) => Promise<Answer>])[] = [
    ['tasks/get', (request) => this.get(request)],
    ['tasks/update', (request) => this.update(request)],
    ['tasks/cancel', (request) => this.cancel(request)],
  ];

  constructor(
    private readonly tasks: TasksService,
    private readonly registry: TaskRegistryService,
  ) {}

  capabilities(): ServerCapabilities {
    return this.registry.size > 0 ? { extensions: { [EXTENSION]: {} } } : {};
  }

  register(server: McpServer, serving: Serving): void {
    // Older revisions have other tasks under the same names.
    if (serving.wanted?.modern === false) return;
    const params = z.object({ taskId: z.string() });
    for (const [method, answer] of this.methods) {
      if (!serves(serving, method)) continue;
      server.server.setRequestHandler(method, { params }, async ({ taskId }, context) => {
        const request = serving.requestOf(context);
        if (!isOfThisEra(context)) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found');
        if (!declaresTasks(context)) throw missingCapability();
        return answer({ taskId, call: { ...request, signal: context.mcpReq.signal }, context });
      });
    }
  }

  /**
   * How this call of a tool runs as a task, or undefined when it is to be answered as ever.
   * @throws ProtocolError -32021 for a tool that only runs as a task, when the request does not declare the extension
   */
  taskFor(tool: string, context: ServerContext): RegisteredTask | undefined {
    const task = this.registry.find(tool);
    if (task === undefined || declaresTasks(context)) return task;
    if (task.definition.required === true) throw missingCapability();
    return undefined;
  }

  /** The answer to `tools/call`: a task at work, or the tool's error when it did not begin. */
  async start(task: RegisteredTask, args: unknown, call: CallContext): Promise<CallToolResult> {
    const outcome = await this.tasks.start(task, args, call);
    if (!outcome.ok) return toolErrorResult(outcome.error, call.requestId);
    const seen = { ...outcome.value, seenAt: outcome.value.createdAt };
    // The SDK holds every answer to tools/call to have content.
    return { resultType: 'task', content: [], ...toWireTask(seen, { status: 'working' }) };
  }

  private async get({ taskId, call }: TaskRequest): Promise<Answer> {
    const own = this.tasks.open(taskId, call.principal);
    const outcome = await this.tasks.state(own, call);
    const state = outcome.ok ? withResult(outcome.value, call) : stateAfter(outcome.error, call.requestId);
    return toWireTask({ id: taskId, createdAt: own?.createdAt ?? 0, seenAt: Date.now() }, state);
  }

  private async update({ taskId, call, context }: TaskRequest): Promise<Answer> {
    const own = this.tasks.open(taskId, call.principal);
    return acknowledged(await this.tasks.update(own, context.mcpReq.inputResponses ?? {}, call), call);
  }

  private async cancel({ taskId, call }: TaskRequest): Promise<Answer> {
    return acknowledged(await this.tasks.cancel(this.tasks.open(taskId, call.principal), call), call);
  }
}

/** What the tool would have answered, where the work has ended. */
function withResult(state: TaskState<Answer>, { requestId }: CallContext): TaskState<CallToolResult> {
  if (state.status !== 'completed') return state;
  return { status: 'completed', output: toolAnswer({ ok: true, output: state.output, images: [] }, requestId) };
}

/** Empty: what came of it is seen with the next look. */
function acknowledged(outcome: CallOutcome<void>, { requestId }: CallContext): Answer {
  if (!outcome.ok) throw toProtocolError(outcome.error, requestId);
  return {};
}

/** Whether the request came with the envelope of specification 2026-07-28. */
function isOfThisEra({ mcpReq: { envelope } }: ServerContext): boolean {
  return envelope !== undefined && PROTOCOL_VERSION_META_KEY in envelope;
}

/** Whether this very request declares the extension: what a client declared before counts for nothing. */
function declaresTasks(context: ServerContext): boolean {
  return isOfThisEra(context) && Object.hasOwn(extensionsIn(context.mcpReq.envelope), EXTENSION);
}

function extensionsIn(envelope: EnvelopeShape = {}): object {
  return envelope[CLIENT_CAPABILITIES_META_KEY]?.extensions ?? {};
}

function missingCapability(): MissingRequiredClientCapabilityError {
  return new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [EXTENSION]: {} } } });
}
