import type { Principal, ReachedTarget } from '../../principal.js';
import type { RequestFacts, SecurityEvent } from '../security-event.js';
import { type EventLevel, levelOf } from './event-level.js';
import { loggable, loggablePath } from './loggable.js';

const UPSTREAM_TEXT_LIMIT = 2_048;

/** A security event as a log line: nested fields, `event.name` the one thing an operator filters on. */
export interface EventRecord {
  readonly level: EventLevel;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Turns an event into its log line; holds no claim, token, argument or row. */
export function eventRecord(event: SecurityEvent): EventRecord {
  return { level: levelOf(event), fields: { event: { name: event.name }, ...ids(event), ...details(event) } };
}

function ids(event: SecurityEvent): Record<string, unknown> {
  if ('request' in event) return requestFields(event.request);
  return 'requestId' in event ? { request_id: event.requestId } : {};
}

function requestFields(request: RequestFacts): Record<string, unknown> {
  return {
    request_id: request.requestId,
    correlation_id: request.correlationId,
    trace_id: request.traceId,
    client: { ip: request.clientIp },
    http: { method: request.method, path: loggablePath(request.path) },
  };
}

function details(event: SecurityEvent): Record<string, unknown> {
  switch (event.name) {
    case 'auth.success':
      return {
        auth: { method: event.principal.method, audiences: event.audienceCount },
        ...principal(event.principal),
        ...claimedUser(event.principal, event.request),
      };
    case 'auth.failure':
      return {
        auth: { method: event.method, reason: event.reason, fingerprint: event.fingerprint },
        detail: text(event.detail),
      };
    case 'tool.called':
      return {
        tool: { name: event.tool, outcome: event.outcome, code: event.code, duration_ms: round(event.durationMs) },
        ...reached(event.target),
        ...principal(event.principal),
        detail: upstreamText(event.detail),
        err: event.fault,
      };
    case 'tool.cancelled':
      return {
        tool: { name: event.tool, outcome: 'cancelled', duration_ms: round(event.durationMs) },
        ...reached(event.target),
        ...principal(event.principal),
      };
    case 'tool.denied':
      return {
        tool: {
          name: event.tool ?? null,
          outcome: 'denied',
          reason: event.reason,
          code: event.code,
          duration_ms: round(event.durationMs ?? 0),
        },
        ...reached(event.target),
        ...principal(event.principal),
        detail: upstreamText(event.detail),
      };
    case 'credentials.exchanged':
      return {
        credentials: {
          kind: event.kind,
          outcome: 'ok',
          role: event.roleArn,
          session: event.sessionName,
          expires_at: event.expiresAt?.toISOString(),
          aws_request_id: event.awsRequestId,
          duration_ms: round(event.durationMs),
        },
        ...principal(event.principal),
      };
    case 'credentials.refused':
      return {
        credentials: {
          kind: event.kind,
          outcome: 'error',
          role: event.roleArn,
          code: event.code,
          aws_error: text(event.awsErrorName),
          duration_ms: round(event.durationMs),
        },
        ...principal(event.principal),
        detail: upstreamText(event.detail),
      };
    case 'aws.called':
      return {
        aws: {
          service: event.service,
          operation: event.operation,
          region: event.region,
          account: event.account,
          session: event.sessionName,
          outcome: event.outcome,
          error: text(event.awsErrorName),
          request_id: event.awsRequestId,
          bytes_scanned: event.bytesScanned,
          duration_ms: round(event.durationMs),
        },
        ...principal(event.principal),
      };
    case 'token.introspected':
      return { issuer: { url: event.issuer, outcome: event.outcome }, detail: text(event.detail) };
    case 'api-keys.reload':
      return { api_keys: { outcome: event.outcome, accepted: event.keys }, detail: text(event.detail) };
    case 'config-file.reload':
      return { config_file: { variable: event.file, outcome: event.outcome }, detail: text(event.detail) };
    case 'limits.shared':
      return { redis: { outcome: event.outcome, fault: event.fault } };
    case 'mcp.answered':
      return { mcp: { method: event.method, duration_ms: round(event.durationMs) } };
    case 'credentials.sought':
      return { credentials: { cached: event.outcome === 'hit' } };
    case 'metrics.export':
      return {
        metrics: {
          outcome: event.outcome,
          aws_error: text(event.awsErrorName),
          waiting: event.waiting,
          dropped: event.dropped,
        },
      };
    case 'log.restored':
      return { log: { stream: event.stream, fault: event.fault, lost_lines: event.lostLines } };
    case 'issuer.keys':
      return { issuer: { url: event.issuer, outcome: event.outcome }, detail: text(event.detail) };
  }
}

/** Where a call went; every call has these columns, empty for one that was refused before that was known. */
function reached(target: ReachedTarget | undefined): Record<string, unknown> {
  const { region = null, account = null, sessionName = null } = target ?? {};
  return { aws: { region, account, session: sessionName } };
}

function principal(of: Principal): Record<string, unknown> {
  return {
    principal: {
      issuer: loggable(of.issuer),
      subject: loggable(of.subject),
      method: of.method,
      key: of.keyId,
      name: loggable(of.displayName, 128),
      client: text(of.clientId),
      ...(of.email === undefined ? {} : { email: loggable(of.email), email_verified: true }),
    },
  };
}

/** A token names its user; an API key does not, so there the front end's word is shown, as its word. */
function claimedUser({ method }: Principal, request: RequestFacts): Record<string, unknown> {
  if (request.claimedUser === undefined) return {};
  return method === 'api-key' ? { claimed_user: request.claimedUser } : { ignored_identity_header: true };
}

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : loggable(value);
}

/** AWS's own words in full: its denials name the policy at the end, and its request id comes last. */
function upstreamText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : loggable(value, UPSTREAM_TEXT_LIMIT);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
