import type { AskLeave } from '../introspection.service.js';
import type { UsableCredential } from '../presented-credential.js';
import type { TokenShape } from '../token-shape.js';

/**
 * What a strategy is given in place of the HTTP request. SECURITY: a strategy can judge the one credential that was
 * found and cannot look for another in the query, the body, a cookie or a second header.
 */
export interface AuthenticationAttempt {
  readonly credential: UsableCredential;
  /** False when the caller's address has failed too often for keys to be fetched on its behalf. */
  mayFetchKeys(): Promise<boolean>;
  /** Whether the authorization server may be asked about an opaque token on the caller's behalf, or why not. */
  readonly mayIntrospect: AskLeave;
  /** The token once its shape is known. */
  token?: TokenShape;
}
