import type { CallToolResult } from '@modelcontextprotocol/server';
import type { TaskState } from './task.js';

/** So long a task can be asked for: a day. AWS keeps what a query found for a week. */
export const TASK_TTL_MS = 24 * 3_600_000;

/** A task, and when its state was seen; times in milliseconds since the epoch. */
export interface SeenTask {
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
}

/** A task in the form of the extension (SEP-2663), a result as the tool would have been answered. */
export function toWireTask(
  { id, createdAt, seenAt }: SeenTask,
  state: TaskState<CallToolResult>,
): Record<string, unknown> {
  const message = 'message' in state ? state.message : undefined;
  return {
    taskId: id,
    status: state.status,
    ...(message !== undefined && { statusMessage: message }),
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(seenAt).toISOString(),
    ttlMs: TASK_TTL_MS,
    pollIntervalMs: pollIntervalMs(seenAt - createdAt),
    // Whole as an answer of its own, with what the SDK adds to those.
    ...(state.status === 'completed' && { result: { resultType: 'complete', ...state.output } }),
    ...(state.status === 'input_required' && { inputRequests: state.inputRequests }),
    ...(state.status === 'failed' && { error: state.error }),
  };
}

/**
 * How long a client is to wait until the next look at a task of this age: a second at first, then longer, because AWS
 * allows ten looks a second to all callers of an account together.
 */
export function pollIntervalMs(ageMs: number): number {
  if (ageMs < 15_000) return 1_000;
  return ageMs < 120_000 ? 3_000 : 10_000;
}
