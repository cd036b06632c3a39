import type { ServerResponse } from 'node:http';
import type { HttpRefusal } from '../errors.js';

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

/** Answers a refusal on the MCP endpoint as a JSON-RPC error without an id (JSON-RPC 2.0 section 5.1). */
export function sendJsonRpcRefusal(response: ServerResponse, refusal: HttpRefusal): void {
  const code = refusal.error === 'parse_error' ? PARSE_ERROR : INVALID_REQUEST;
  response.statusCode = refusal.status;
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message: refusal.message } }));
}
