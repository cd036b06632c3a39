import type { AuthFailureReason } from '../security-monitoring/security-event.js';

/** Why a credential is refused: the reason is counted, the detail is for the operator and holds no credential. */
export interface Refused {
  readonly reason: AuthFailureReason;
  readonly detail: string;
}

/** Ends an authentication attempt. Never shown to the caller: the guard answers with a text of its own. */
export class AuthenticationFailed extends Error implements Refused {
  readonly reason: AuthFailureReason;

  constructor(refused: Refused) {
    super(refused.detail);
    this.name = 'AuthenticationFailed';
    this.reason = refused.reason;
  }

  get detail(): string {
    return this.message;
  }
}
