import { Injectable, Scope, SetMetadata, applyDecorators } from '@nestjs/common';
import type { z } from 'zod';
import { ServiceError } from '../../errors.js';
import type { CallContext } from '../../principal.js';
import type { ToolDefinition } from '../tool.js';

/** How a tool runs as a task (MCP extension `io.modelcontextprotocol/tasks`), for clients that declare they poll. */
export interface TaskDefinition<D extends ToolDefinition = ToolDefinition, P extends z.ZodObject = z.ZodObject> {
  readonly tool: D;
  /**
   * What a task must remember, as JSON and as little as possible: the client carries it, encrypted, in the task's id.
   * An id made by an earlier release must still read, or its task is unknown.
   */
  readonly payload: P;
  /** True: clients that do not poll cannot call the tool. Otherwise they get its answer as ever. */
  readonly required?: boolean;
}

/** How far a task is. A tool's error is no state: throw it, as a tool does. */
export type TaskState<O> =
  | { readonly status: 'working'; readonly message?: string }
  /** By keys that are never used twice in a task. */
  | { readonly status: 'input_required'; readonly inputRequests: Readonly<Record<string, object>> }
  | { readonly status: 'completed'; readonly output: O }
  | { readonly status: 'cancelled'; readonly message?: string }
  /** The protocol failed, not the tool: the request would have been answered with this JSON-RPC error. */
  | { readonly status: 'failed'; readonly error: { readonly code: number; readonly message: string } };

/** What a class must be to run a tool as a task; nothing but its payload lasts from one call to the next. */
export interface TaskSource<D extends TaskDefinition = TaskDefinition> {
  /** Begins the work and returns at once; any replica can ask for its state as soon as this resolves. */
  start(input: z.output<D['tool']['input']>, call: CallContext): Promise<z.input<D['payload']>>;
  state(payload: z.output<D['payload']>, call: CallContext): Promise<TaskState<z.input<D['tool']['output']>>>;
  /** Ends the work; what has ended already is fine. */
  cancel(payload: z.output<D['payload']>, call: CallContext): Promise<void>;
  /** Answers some of `inputRequests`; keys it does not know are ignored. */
  update?(
    payload: z.output<D['payload']>,
    inputResponses: Readonly<Record<string, unknown>>,
    call: CallContext,
  ): Promise<void>;
}

/** The one answer for a task that is not the caller's, is over, or never was. */
export function unknownTask(): ServiceError {
  return new ServiceError('unknown_query', 'taskId: not a task of yours, or one that is over. Call the tool again.');
}

export const TASK_DEFINITION = 'cloudwatch-mcp:task-definition';

/** Keeps a definition's exact schema types. */
export function defineTask<D extends ToolDefinition, P extends z.ZodObject>(
  definition: TaskDefinition<D, P>,
): TaskDefinition<D, P> {
  return definition;
}

/** Makes a class run a tool as a task: one instance per call, found by the registry at boot. */
export function ProvidesTask<D extends TaskDefinition>(definition: D) {
  return (target: new (...args: never[]) => TaskSource<D>): void => {
    applyDecorators(Injectable({ scope: Scope.REQUEST }), SetMetadata(TASK_DEFINITION, definition))(target);
  };
}
