import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ErrorCode, ServiceError } from '../../errors.js';
import { toolErrorResult, toolErrorText } from '../tool-error.js';
import type { TaskState } from './task.js';

/** What passes by itself. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'aws_throttled',
  'aws_limit',
  'aws_unavailable',
  'credentials_unavailable',
  'unavailable',
]);

/** What AWS says of the work itself, whoever asks and whenever. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'aws_access_denied',
  'aws_not_found',
  'aws_rejected',
  'result_too_large',
]);

/**
 * The state of a task that could not be looked at: at work when the reason passes, since a client may end with the first
 * error; completed with the tool's error when AWS will say nothing else.
 * @throws ProtocolError for a request that was refused, which tells nothing of the task
 */
export function stateAfter(error: ServiceError, requestId: string): TaskState<CallToolResult> {
  if (PASSING.has(error.code)) return { status: 'working', message: toolErrorText(error, requestId) };
  if (FINAL.has(error.code)) return { status: 'completed', output: toolErrorResult(error, requestId) };
  throw toProtocolError(error, requestId);
}

/** Why a request about a task failed. A task that the caller does not have is -32602 (SEP-2663). */
export function toProtocolError(error: ServiceError, requestId: string): ProtocolError {
  const code = error.code === 'unknown_query' ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, toolErrorText(error, requestId));
}
