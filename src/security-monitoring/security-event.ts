import type { ErrorCode, ToolDeniedReason } from '../errors.js';
import type { AuthMethod, Principal, ReachedTarget } from '../principal.js';
import type { RedisFault } from './redis/redis-fault.js';

/** Why an authentication attempt failed; a closed list, so that metrics stay bounded. */
export const AUTH_FAILURE_REASONS = [
  'missing',
  'malformed',
  'multiple_credentials',
  'alg_not_allowed',
  'unknown_kid',
  'bad_signature',
  'crit_unsupported',
  'typ_mismatch',
  'iss_mismatch',
  'aud_mismatch',
  'client_not_allowed',
  'expired',
  'not_yet_valid',
  'claim_invalid',
  'inactive',
  'scope_insufficient',
  'key_unknown',
  'session_mismatch',
  'origin_denied',
  'host_denied',
  'rate_limited',
  'idp_unavailable',
  'introspection_unavailable',
] as const;

export type AuthFailureReason = (typeof AUTH_FAILURE_REASONS)[number];

/** The methods of the protocol whose durations are told apart; a closed list, so that metrics stay bounded. */
export const MCP_METHODS = [
  'initialize',
  'server/discover',
  'tools/list',
  'tools/call',
  'resources/read',
  'prompts/get',
  'tasks/get',
  'tasks/cancel',
  'other',
] as const;

export type McpMethod = (typeof MCP_METHODS)[number];

/** What is known of an HTTP request before anyone is authenticated. */
export interface RequestFacts {
  /** Made here, unique, never taken from the client. */
  readonly requestId: string;
  /** `X-Correlation-ID` when it is well formed, else the request id. */
  readonly correlationId: string;
  /** The client's trace, when its `traceparent` is well formed. */
  readonly traceId?: string;
  /** `X-User-Email` as a front end sent it: anyone can write anything into it. For display only. */
  readonly claimedUser?: string;
  readonly clientIp: string;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
}

/** How a failed attempt presented itself; `unknown` before the kind of credential is clear. */
export type AttemptMethod = AuthMethod | 'unknown';

/** Files that are read again while the server runs, by their variables; a closed list, so that metrics stay bounded. */
export type ReloadedFileName = 'ACCESS_FILE' | 'TLS_CERT_FILE';

/** Where lines go: security events to the audit log, all others to the application's. Both may be one. */
export type LogStream = 'audit' | 'application';

/** Everything worth recording, each with exactly the facts it needs. Never a credential, an argument value or a row. */
export type SecurityEvent =
  | {
      readonly name: 'auth.success';
      readonly request: RequestFacts;
      readonly principal: Principal;
      readonly audienceCount?: number;
    }
  | {
      readonly name: 'auth.failure';
      readonly request: RequestFacts;
      readonly reason: AuthFailureReason;
      readonly method: AttemptMethod;
      /** First 12 hex digits of the SHA-256 of what was presented. */
      readonly fingerprint?: string;
      /** For the operator: what was wrong, without the credential. */
      readonly detail?: string;
    }
  | {
      /** A call that ran. Each call is recorded once: as called, cancelled or denied. */
      readonly name: 'tool.called';
      readonly requestId: string;
      readonly principal: Principal;
      readonly tool: string;
      readonly target?: ReachedTarget;
      readonly outcome: 'ok' | 'error';
      readonly code?: ErrorCode;
      readonly durationMs: number;
      readonly detail?: string;
      /** With the code `internal`: what nobody foresaw. */
      readonly fault?: unknown;
    }
  | {
      /** The caller cancelled or disconnected. */
      readonly name: 'tool.cancelled';
      readonly requestId: string;
      readonly principal: Principal;
      readonly tool: string;
      readonly target?: ReachedTarget;
      readonly durationMs: number;
    }
  | {
      readonly name: 'tool.denied';
      readonly requestId: string;
      readonly principal: Principal;
      /** Absent for what names no tool of ours. */
      readonly tool?: string;
      readonly target?: ReachedTarget;
      readonly reason: ToolDeniedReason;
      readonly code?: ErrorCode;
      /** Absent when it was refused at once. */
      readonly durationMs?: number;
      readonly detail?: string;
    }
  | {
      readonly name: 'credentials.exchanged';
      readonly requestId: string;
      readonly principal: Principal;
      readonly kind: string;
      readonly roleArn?: string;
      readonly sessionName?: string;
      readonly expiresAt?: Date;
      readonly awsRequestId?: string;
      readonly durationMs: number;
    }
  | {
      readonly name: 'credentials.refused';
      readonly requestId: string;
      readonly principal: Principal;
      readonly kind: string;
      readonly roleArn?: string;
      readonly code: ErrorCode;
      readonly awsErrorName?: string;
      readonly durationMs: number;
      readonly detail?: string;
    }
  | {
      readonly name: 'aws.called';
      readonly requestId: string;
      readonly principal: Principal;
      readonly service: string;
      readonly operation: string;
      readonly region: string;
      readonly account: string;
      /** The role session that CloudTrail has for the call. */
      readonly sessionName?: string;
      readonly outcome: 'ok' | 'error';
      readonly awsErrorName?: string;
      readonly awsRequestId?: string;
      /** What a Logs Insights query scanned, as its complete results say. */
      readonly bytesScanned?: number;
      readonly durationMs: number;
    }
  | {
      /** What an authorization server said of an opaque token; `cached` when it was not asked again. */
      readonly name: 'token.introspected';
      readonly issuer: string;
      readonly outcome: 'active' | 'inactive' | 'cached' | 'failed';
      readonly detail?: string;
    }
  | {
      /** The file of API keys changed; after `failed` the earlier keys stay in force. */
      readonly name: 'api-keys.reload';
      readonly outcome: 'loaded' | 'failed';
      /** Keys accepted from now on. */
      readonly keys: number;
      readonly detail?: string;
    }
  | {
      /** A file of the configuration changed while the server runs; after `failed` the last good version stays in force. */
      readonly name: 'config-file.reload';
      readonly file: ReloadedFileName;
      readonly outcome: 'loaded' | 'failed';
      readonly detail?: string;
    }
  | {
      readonly name: 'issuer.keys';
      readonly issuer: string;
      readonly outcome: 'fetched' | 'failed' | 'stale' | 'rejected-key';
      readonly detail?: string;
    }
  | {
      /** Whether replicas count limits together; while `degraded` each limits by its own share. */
      readonly name: 'limits.shared';
      readonly outcome: 'degraded' | 'restored';
      readonly fault?: RedisFault;
    }
  | {
      /** One message of the protocol has been answered, to its last byte. */
      readonly name: 'mcp.answered';
      readonly requestId: string;
      readonly method: McpMethod;
      readonly durationMs: number;
    }
  | {
      /** The credentials for a call were at hand (`hit`), or an exchange had to be waited for. */
      readonly name: 'credentials.sought';
      readonly outcome: 'hit' | 'miss';
    }
  | {
      /** Metrics that could not be put into CloudWatch; those not dropped are tried again. */
      readonly name: 'metrics.export';
      readonly outcome: 'failed' | 'restored';
      readonly awsErrorName?: string;
      /** Data points that wait for the next try. */
      readonly waiting: number;
      /** Data points given up just now. */
      readonly dropped: number;
    }
  | {
      /** Lines of a log can be written again, after a time in which some may have been lost. */
      readonly name: 'log.restored';
      readonly stream: LogStream;
      /** What had kept them from being written, e.g. ENOSPC. */
      readonly fault: string;
      readonly lostLines: number;
    };
