import type { ErrorCode, ToolDeniedReason } from '../errors.js';
import type { AuthMethod, Principal } from '../principal.js';

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
      readonly name: 'tool.called';
      readonly requestId: string;
      readonly principal: Principal;
      readonly tool: string;
      readonly outcome: 'ok' | 'error';
      readonly code?: ErrorCode;
      readonly durationMs: number;
      readonly detail?: string;
    }
  | {
      /** The caller cancelled or disconnected. */
      readonly name: 'tool.cancelled';
      readonly requestId: string;
      readonly principal: Principal;
      readonly tool: string;
      readonly durationMs: number;
    }
  | {
      readonly name: 'tool.denied';
      readonly requestId: string;
      readonly principal: Principal;
      readonly tool?: string;
      readonly reason: ToolDeniedReason;
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
    }
  | {
      readonly name: 'credentials.refused';
      readonly requestId: string;
      readonly principal: Principal;
      readonly kind: string;
      readonly roleArn?: string;
      readonly code: ErrorCode;
      readonly awsErrorName?: string;
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
      readonly outcome: 'ok' | 'error';
      readonly awsErrorName?: string;
      readonly awsRequestId?: string;
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
      readonly name: 'issuer.keys';
      readonly issuer: string;
      readonly outcome: 'fetched' | 'failed' | 'stale' | 'rejected-key';
      readonly detail?: string;
    };
