import { inspect } from 'node:util';

/** How the caller proved who they are; `none` is the one local user when authentication is off. */
export type AuthMethod = 'jwt' | 'introspection' | 'api-key' | 'none';

/** A secret. SECURITY: it prints, serialises and inspects as `[redacted]`; only `reveal()` gives what it holds. */
class Redacted<T> {
  readonly #secret: T;

  constructor(secret: T) {
    this.#secret = secret;
  }

  reveal(): T {
    return this.#secret;
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

/** The caller's own token (RFC 7519 compact form), kept only for the exchanges that hand it to AWS. */
export class PresentedToken extends Redacted<string> {}

/** Temporary AWS keys as a token carries them. */
export interface CarriedKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** AWS keys that came in claims of a verified token, kept apart from its other claims. */
export class CarriedCredentials extends Redacted<CarriedKeys> {}

/** The authenticated caller. Two principals are the same person only if issuer and subject both agree (RFC 7519 section 4.1.2). */
export interface Principal {
  /** `iss` of the token, `apikey` for API keys, `local` when authentication is off. */
  readonly issuer: string;
  /** `sub` of the token, or the API key's label. */
  readonly subject: string;
  readonly method: AuthMethod;
  /** A readable name for session names and audit records; never used to decide anything. */
  readonly displayName: string;
  /** Which of a label's API keys was presented: the first 12 hex digits of its SHA-256. */
  readonly keyId?: string;
  /** Only when the issuer says `email_verified: true`. */
  readonly email?: string;
  /** `azp`, `client_id` or `cid` of the token. */
  readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** Every verified claim but AWS keys; empty for API keys and local use. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Present for bearer JWTs only. */
  readonly token?: PresentedToken;
  /** AWS keys in the claims of a bearer JWT; only with TOKEN_CLAIM_CREDENTIALS=true. */
  readonly carried?: CarriedCredentials;
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

/** Where in AWS a call went, and as which role session: the name CloudTrail knows it by. */
export interface ReachedTarget {
  readonly region: string;
  /** Twelve digits, or a word for identities without a role. */
  readonly account: string;
  readonly sessionName?: string;
}

/** What one tool call carries down to credentials and tools: the request of Nest's per-call context. */
export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Aborted when the caller cancels or disconnects. */
  readonly signal: AbortSignal;
  /** Notes where the call goes in AWS, for its record; present while one is made. */
  readonly reached?: (target: ReachedTarget) => void;
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

/** Whether the credential is of a kind that carries scopes: an access token. API keys and local use have none to ask for. */
export function carriesScopes({ method }: Pick<Principal, 'method'>): boolean {
  return method === 'jwt' || method === 'introspection';
}

/** The scopes of `needed` that the caller lacks. Compared exactly, letter case included: no scope implies another. */
export function lackingScopes({ scopes }: Pick<Principal, 'scopes'>, needed: readonly string[]): readonly string[] {
  return needed.filter((scope) => !scopes.includes(scope));
}
