import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRefusal } from '../errors.js';
import { hasUnreadBody } from '../security-monitoring/http/unread-body.js';

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INVALID_PARAMS = -32602;

/**
 * Answers a refused message of an authenticated caller as a JSON-RPC error whose id is null, since no id could be read
 * (JSON-RPC 2.0 section 5.1; the protocol library does the same). Refusals before that are no answers to a message and
 * have no id at all.
 */
export function sendJsonRpcRefusal(request: IncomingMessage, response: ServerResponse, refusal: HttpRefusal): void {
  response.statusCode = refusal.status;
  if (hasUnreadBody(request)) response.setHeader('Connection', 'close');
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  const error = { code: codeOf(refusal), message: refusal.message };
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
}

function codeOf({ error, denied }: HttpRefusal): number {
  if (error === 'parse_error') return PARSE_ERROR;
  return denied === 'invalid_args' ? INVALID_PARAMS : INVALID_REQUEST;
}
