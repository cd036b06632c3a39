/** Every stable error code of the service; the tool error's text begins with it in brackets. */
export type ErrorCode =
  | 'unauthorized'
  | 'invalid_request'
  | 'insufficient_scope'
  | 'origin_denied'
  | 'host_denied'
  | 'rate_limited'
  | 'idp_unavailable'
  | 'not_found'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'payload_too_large'
  | 'unavailable'
  | 'unknown_tool'
  | 'invalid_input'
  | 'target_not_allowed'
  | 'unknown_query'
  | 'no_role'
  | 'credentials_refused'
  | 'credentials_unavailable'
  | 'aws_access_denied'
  | 'aws_not_found'
  | 'aws_rejected'
  | 'aws_limit'
  | 'aws_throttled'
  | 'aws_unavailable'
  | 'aws_credentials_expired'
  | 'result_too_large'
  | 'cancelled'
  | 'internal';

export interface ServiceErrorOptions {
  /** For the operator's log only; may name roles, never a secret. */
  readonly detail?: string;
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
  /** What a refused tool call is counted under, where the code alone does not tell. */
  readonly denied?: ToolDeniedReason;
}

/**
 * An expected failure. `message` is written for the caller: it names the field or setting and the fix and holds no
 * secret, no upstream text and nothing of other callers; `detail` and `cause` go to the operator's log.
 */
export class ServiceError extends Error {
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
  readonly denied?: ToolDeniedReason;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ServiceErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ServiceError';
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.denied = options.denied;
  }
}

/** A refusal before any tool runs: an HTTP status with its headers and a fixed JSON body (RFC 6750 section 3). */
export class HttpRefusal extends ServiceError {
  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** The body's `error` member (RFC 6750 names such as `invalid_token`); the code when absent. */
    readonly error: string = code,
    options: ServiceErrorOptions = {},
  ) {
    super(code, message, options);
    this.name = 'HttpRefusal';
  }
}

/** A tool argument the caller can correct; the message begins with the field's name. */
export class InvalidInput extends ServiceError {
  constructor(
    readonly field: string,
    message: string,
    denied?: ToolDeniedReason,
  ) {
    super('invalid_input', `${field}: ${message}`, { denied });
    this.name = 'InvalidInput';
  }
}

/** Why a tool call was refused before AWS was asked; labels of `mcp_tool_denied_total`. */
export type ToolDeniedReason =
  | 'unknown_tool'
  | 'unknown_method'
  | 'invalid_args'
  | 'batch'
  | 'too_large'
  | 'region'
  | 'account'
  | 'query_source'
  | 'unmask'
  | 'regex'
  | 'unknown_query'
  | 'no_role'
  | 'assume_role'
  | 'concurrency'
  | 'scope';

const DENIED_REASONS: Readonly<Partial<Record<ErrorCode, ToolDeniedReason>>> = {
  unknown_tool: 'unknown_tool',
  invalid_input: 'invalid_args',
  target_not_allowed: 'region',
  unknown_query: 'unknown_query',
  no_role: 'no_role',
  credentials_refused: 'assume_role',
  credentials_unavailable: 'assume_role',
  insufficient_scope: 'scope',
};

/** The reason a refused call is counted under, or undefined for failures that are not refusals. */
export function toolDeniedReason({ denied, code }: ServiceError): ToolDeniedReason | undefined {
  return denied ?? DENIED_REASONS[code];
}

/** The configuration cannot be used: every problem at once, each naming its variable. The process exits with 1. */
export class ConfigurationInvalid extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigurationInvalid';
  }
}

/** The server cannot start for a reason outside its configuration, such as a busy port; the message is one line. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}
