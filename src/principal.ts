import { inspect } from 'node:util';

/** How the caller proved who they are; `none` is the one local user when authentication is off. */
export type AuthMethod = 'jwt' | 'introspection' | 'api-key' | 'none';

/**
 * The caller's own token, kept only for the exchanges that hand it to AWS (RFC 7519 compact form).
 * SECURITY: it prints, serialises and inspects as `[redacted]`; only `reveal()` gives the text.
 */
export class PresentedToken {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** The authenticated caller. Two principals are the same person only if issuer and subject both agree (RFC 7519 section 4.1.2). */
export interface Principal {
  /** `iss` of the token, `apikey` for API keys, `local` when authentication is off. */
  readonly issuer: string;
  /** `sub` of the token, or the API key's label. */
  readonly subject: string;
  readonly method: AuthMethod;
  /** A readable name for session names and audit records; never used to decide anything. */
  readonly displayName: string;
  /** Only when the issuer says `email_verified: true`. */
  readonly email?: string;
  /** `azp`, `client_id` or `cid` of the token. */
  readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** Every verified claim; empty for API keys and local use. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Present for bearer JWTs only. */
  readonly token?: PresentedToken;
  /** Seconds since the epoch (`exp`); absent when the credential does not expire. */
  readonly expiresAt?: number;
}

/** The one local user while authentication is switched off. */
export const LOCAL_PRINCIPAL: Principal = Object.freeze({
  issuer: 'local',
  subject: 'local',
  method: 'none',
  displayName: 'local',
  scopes: [],
  groups: [],
  claims: {},
});

/** What one tool call carries down to credentials and tools: the request of Nest's per-call context. */
export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Aborted when the caller cancels or disconnects. */
  readonly signal: AbortSignal;
}

/** An HTTP request after the authentication guard. */
export interface AuthenticatedRequest {
  principal?: Principal;
}

/** Injection token of the caller; request-scoped, provided inside a tool call only. */
export const PRINCIPAL = Symbol('PRINCIPAL');

/** An unambiguous key for maps and limits: JSON, since joining with a separator lets two callers collide. */
export function principalKey(principal: Pick<Principal, 'issuer' | 'subject'>): string {
  return JSON.stringify([principal.issuer, principal.subject]);
}
