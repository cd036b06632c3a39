import { type DestinationStream, type Logger, pino } from 'pino';
import type { AppConfig } from '../../config/app-config.js';
import { requestContext } from '../http/request-context.store.js';
import { safeLine } from './safe-line.js';

/**
 * A log of this server: one JSON object a line; request and correlation id and the client's address on every line written
 * in the course of a request; no line leaves but through `safeLine`. Queries, headers and bodies of requests are not
 * logged at all.
 */
export function createLog(level: string, destination: DestinationStream): Logger {
  const options = {
    level,
    base: { service: 'cloudwatch-mcp-server' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: requestIds,
    serializers: { err: describeError, req: describeRequest, res: describeResponse },
  };
  return pino(options, { write: (line) => destination.write(safeLine(line)) });
}

/** The level of the audit log. One that the operator asked for holds every event, however little the log tells. */
export function auditLevel({ logLevel, auditLog }: Pick<AppConfig, 'logLevel' | 'auditLog'>): string {
  return auditLog === undefined || logLevel === 'trace' || logLevel === 'debug' ? logLevel : 'info';
}

function requestIds(): object {
  const facts = requestContext.getStore();
  return facts === undefined
    ? {}
    : {
        request_id: facts.requestId,
        correlation_id: facts.correlationId,
        trace_id: facts.traceId,
        client: { ip: facts.clientIp },
      };
}

/**
 * SECURITY: only these members. Errors of HTTP clients carry whole requests, with their credentials, as properties.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : undefined;
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? textOf(error.code) : undefined;
  const detail = 'detail' in error ? textOf(error.detail) : undefined;
  return { type: name, message, code, detail, stack, cause: depth < 3 ? describeError(cause, depth + 1) : undefined };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function describeRequest(request: { method?: string; url?: string }): object {
  return { method: request.method, path: request.url?.split('?', 1)[0] };
}

function describeResponse(response: { statusCode?: number }): object {
  return { status: response.statusCode };
}
