import type { CallToolResult } from '@modelcontextprotocol/server';
import { type ErrorCode, ServiceError } from '../errors.js';

/** Any failure as one a caller may see: what is not ours says nothing but the request id. */
export function toServiceError(error: unknown, requestId: string): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('internal', `Internal error. Give the operator of this server the request id ${requestId}.`, {
    cause: error,
  });
}

/** A failed tool call as an MCP result the model can act on. */
export function toolErrorResult(error: ServiceError, requestId: string): CallToolResult {
  return { content: [{ type: 'text', text: toolErrorText(error, requestId) }], isError: true };
}

/** A failure in one line, which begins with its stable code. */
export function toolErrorText(error: ServiceError, requestId: string): string {
  const retry = error.retryAfterSeconds === undefined ? '' : ` Try again in ${error.retryAfterSeconds} s.`;
  return `[${error.code}] ${error.message}${retry} (request id ${requestId})`;
}

/** The status of a failed call on the plain HTTP endpoint; inside MCP the protocol has none left once a tool runs. */
export const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 400,
  invalid_request: 400,
  target_not_allowed: 400,
  aws_rejected: 400,
  unauthorized: 401,
  aws_access_denied: 403,
  credentials_refused: 403,
  host_denied: 403,
  insufficient_scope: 403,
  no_role: 403,
  origin_denied: 403,
  aws_not_found: 404,
  not_found: 404,
  unknown_query: 404,
  unknown_tool: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  result_too_large: 413,
  unsupported_media_type: 415,
  aws_limit: 429,
  aws_throttled: 429,
  rate_limited: 429,
  cancelled: 499,
  internal: 500,
  aws_credentials_expired: 502,
  aws_unavailable: 502,
  credentials_unavailable: 503,
  idp_unavailable: 503,
  unavailable: 503,
};
