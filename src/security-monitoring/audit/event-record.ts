import type { Principal } from '../../principal.js';
import type { AuthFailureReason, RequestFacts, SecurityEvent } from '../security-event.js';
import { loggable } from './loggable.js';

const UPSTREAM_TEXT_LIMIT = 2_048;

export type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** A security event as a log line: nested fields, `event.name` the one thing an operator filters on. */
export interface EventRecord {
  readonly level: EventLevel;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Turns an event into its log line; holds no claim, token, argument or row. */
export function eventRecord(event: SecurityEvent): EventRecord {
  return { level: levelOf(event), fields: { event: { name: event.name }, ...ids(event), ...details(event) } };
}

function levelOf(event: SecurityEvent): EventLevel {
  switch (event.name) {
    case 'auth.failure':
      return levelOfFailure(event.reason);
    case 'tool.called':
      return event.code === 'internal' ? 'error' : 'info';
    case 'tool.denied':
    case 'credentials.refused':
      return 'warn';
    case 'aws.called':
      return event.outcome === 'ok' ? 'info' : 'warn';
    case 'issuer.keys':
      return event.outcome === 'fetched' ? 'info' : 'warn';
    case 'token.introspected':
      return levelOfIntrospection(event.outcome);
    case 'api-keys.reload':
      return event.outcome === 'loaded' ? 'info' : 'warn';
    case 'auth.success':
    case 'tool.cancelled':
    case 'credentials.exchanged':
      return 'info';
  }
}

/** Nearly every request with an opaque token finds its answer kept: that is counted and not a line in the log. */
function levelOfIntrospection(outcome: 'active' | 'inactive' | 'cached' | 'failed'): EventLevel {
  if (outcome === 'cached') return 'debug';
  return outcome === 'failed' ? 'error' : 'info';
}

/** Every normal sign-in begins without a credential and every token expires: those are no warnings. */
function levelOfFailure(reason: AuthFailureReason): EventLevel {
  if (reason === 'missing' || reason === 'expired') return 'info';
  return reason === 'idp_unavailable' || reason === 'introspection_unavailable' ? 'error' : 'warn';
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
    http: { method: request.method, path: loggable(request.path) },
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
        ...principal(event.principal),
        detail: upstreamText(event.detail),
      };
    case 'tool.cancelled':
      return { tool: { name: event.tool, duration_ms: round(event.durationMs) }, ...principal(event.principal) };
    case 'tool.denied':
      return { tool: { name: text(event.tool), reason: event.reason }, ...principal(event.principal) };
    case 'credentials.exchanged':
      return {
        credentials: {
          kind: event.kind,
          outcome: 'ok',
          role: event.roleArn,
          session: event.sessionName,
          expires_at: event.expiresAt?.toISOString(),
          aws_request_id: event.awsRequestId,
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
          outcome: event.outcome,
          error: text(event.awsErrorName),
          request_id: event.awsRequestId,
          duration_ms: round(event.durationMs),
        },
        ...principal(event.principal),
      };
    case 'token.introspected':
      return { issuer: { url: event.issuer, outcome: event.outcome }, detail: text(event.detail) };
    case 'api-keys.reload':
      return { api_keys: { outcome: event.outcome, accepted: event.keys }, detail: text(event.detail) };
    case 'issuer.keys':
      return { issuer: { url: event.issuer, outcome: event.outcome }, detail: text(event.detail) };
  }
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
