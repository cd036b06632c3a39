import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import type { CallContext, Principal } from '../../principal.js';
import { type CallOutcome, CallRunnerService } from '../call-runner.service.js';
import { ToolDispatcherService } from '../tool-dispatcher.service.js';
import { scopeRefusal } from '../tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from '../tool-registry.service.js';
import { type TaskSource, type TaskState, unknownTask } from './task.js';
import { openTaskId, sealTaskId } from './task-id.js';
import { type RegisteredTask, TaskRegistryService } from './task-registry.service.js';
import { TASK_TTL_MS } from './wire-task.js';

/** A task that has begun. */
export interface BegunTask {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A task of the caller, as its id tells it. */
export interface OwnTask extends BegunTask {
  readonly task: RegisteredTask;
  readonly payload: Record<string, unknown>;
}

/**
 * Runs tools as tasks without keeping any: all there is of a task is in its id, which opens for its owner only. Every
 * look at a task is a call of its own: with the caller's rights of that moment, checked, counted and recorded as such.
 */
@Injectable()
export class TasksService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: TaskRegistryService,
    private readonly tools: ToolRegistryService,
    private readonly dispatcher: ToolDispatcherService,
    private readonly runner: CallRunnerService,
  ) {}

  /** Begins a task; a failure is the tool's. Never rejects. */
  start({ definition, source }: RegisteredTask, args: unknown, call: CallContext): Promise<CallOutcome<BegunTask>> {
    const { name } = definition.tool;
    return this.runner.run(name, call, async (running) => {
      const input = this.dispatcher.admit(this.tools.find(name) as RegisteredTool, args, call.principal);
      const instance = await this.runner.build(source, running);
      const payload = await instance.start(input, running);
      const createdAt = Date.now();
      const secret = this.config.stateSecrets[0];
      return { id: sealTaskId(secret, { tool: name, createdAt, payload }, call.principal, randomBytes(12)), createdAt };
    });
  }

  /** The caller's task, or undefined: another's, one made up and one that is over cannot be told apart. */
  open(id: string, principal: Principal): OwnTask | undefined {
    const facts = openTaskId(this.config.stateSecrets, id, principal);
    const task = facts && this.registry.find(facts.tool);
    if (facts === undefined || task === undefined || Date.now() - facts.createdAt >= TASK_TTL_MS) return undefined;
    const payload = task.definition.payload.safeParse(facts.payload);
    return payload.success ? { id, createdAt: facts.createdAt, task, payload: payload.data } : undefined;
  }

  /** How far a task is, its output cleaned as every tool's. Never rejects. */
  state(own: OwnTask | undefined, call: CallContext): Promise<CallOutcome<TaskState<Record<string, unknown>>>> {
    return this.run('tasks/get', own, call, async (source, payload, running) => {
      const state = await source.state(payload, running);
      return state.status === 'completed' ? { ...state, output: this.runner.shown(state.output) } : state;
    });
  }

  /** Hands answers to a task that asked for them. Never rejects. */
  update(
    own: OwnTask | undefined,
    responses: Readonly<Record<string, unknown>>,
    call: CallContext,
  ): Promise<CallOutcome<void>> {
    return this.run('tasks/update', own, call, async (source, payload, running) =>
      source.update?.(payload, responses, running),
    );
  }

  /** Ends a task. Never rejects. */
  cancel(own: OwnTask | undefined, call: CallContext): Promise<CallOutcome<void>> {
    return this.run('tasks/cancel', own, call, (source, payload, running) => source.cancel(payload, running));
  }

  private run<T>(
    method: string,
    own: OwnTask | undefined,
    call: CallContext,
    work: (source: TaskSource, payload: Record<string, unknown>, call: CallContext) => Promise<T>,
  ): Promise<CallOutcome<T>> {
    const tool = own?.task.definition.tool;
    return this.runner.run(tool === undefined ? method : `${method} ${tool.name}`, call, async (running) => {
      if (own === undefined || tool === undefined) throw unknownTask();
      // SECURITY: checked at every look, since a token may hold less than the one the task began with.
      const refusal = scopeRefusal(tool.toolset, call.principal, this.config);
      if (refusal !== undefined) throw refusal;
      return work(await this.runner.build(own.task.source, running), own.payload, running);
    });
  }
}
