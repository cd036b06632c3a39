import { type DestinationStream, type Logger, pino } from 'pino';
import { requestContext } from '../http/request-context.store.js';

/** Exact paths: one wildcard among them makes every line cost four times as much. */
const HEADERS_AT = ['headers', 'request.headers', 'response.headers'];

const SECRET_HEADERS = ['authorization', 'cookie', 'set-cookie', 'x-api-key', 'proxy-authorization'];

/**
 * The application's own log: one JSON object a line, request and correlation id on every line written in the course of
 * a request. Queries, headers and bodies of requests are not logged at all.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service: 'cloudwatch-mcp-server' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: requestIds,
    serializers: { err: describeError, req: describeRequest, res: describeResponse },
    redact: {
      paths: SECRET_HEADERS.flatMap((name) => HEADERS_AT.map((at) => `${at}["${name}"]`)),
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function requestIds(): object {
  const facts = requestContext.getStore();
  return facts === undefined
    ? {}
    : { request_id: facts.requestId, correlation_id: facts.correlationId, trace_id: facts.traceId };
}

/**
 * SECURITY: only these members. Errors of HTTP clients carry whole requests, with their credentials, as properties.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : undefined;
  const { name, message, stack, cause } = error;
  const code: unknown = 'code' in error ? error.code : undefined;
  const detail: unknown = 'detail' in error ? error.detail : undefined;
  return { type: name, message, code, detail, stack, cause: depth < 3 ? describeError(cause, depth + 1) : undefined };
}

function describeRequest(request: { method?: string; url?: string }): object {
  return { method: request.method, path: request.url?.split('?', 1)[0] };
}

function describeResponse(response: { statusCode?: number }): object {
  return { status: response.statusCode };
}
