import { HttpRefusal } from '../../errors.js';

/** A refusal ready to be written. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** `{error, error_description}`; on the MCP endpoint a refused Host or Origin is a JSON-RPC error without id. */
export function refusalAnswer(refusal: HttpRefusal, path: string | undefined): RefusalAnswer {
  const atBorder = refusal.code === 'host_denied' || refusal.code === 'origin_denied';
  const body =
    atBorder && path === '/mcp'
      ? { jsonrpc: '2.0', error: { code: -32600, message: refusal.message } }
      : { error: refusal.error, error_description: refusal.message };
  return { status: refusal.status, headers: refusal.headers, body };
}

/** A refusal by the framework itself (unknown path, malformed URL): our shape, a fixed text, nothing it was given. */
export function frameworkRefusal(status: number): HttpRefusal {
  switch (status) {
    case 404:
      return new HttpRefusal(404, 'not_found', 'Nothing is served at this path. The MCP endpoint is POST /mcp.');
    case 405:
      return new HttpRefusal(405, 'method_not_allowed', 'This path does not answer that method.');
    case 413:
      return new HttpRefusal(413, 'payload_too_large', 'The request body is too large.');
    case 415:
      return new HttpRefusal(415, 'unsupported_media_type', 'The body must be application/json.');
    default:
      return new HttpRefusal(status, 'invalid_request', 'The request could not be understood.');
  }
}

/** The answer to a fault of ours; the operator finds the rest in the log by the request id. */
export function internalFault(requestId: string): HttpRefusal {
  return new HttpRefusal(500, 'internal', `Internal error. Give the operator this request id: ${requestId}`);
}
