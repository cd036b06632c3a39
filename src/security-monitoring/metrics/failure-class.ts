import type { AuthFailureReason } from '../security-event.js';

/**
 * Part of a normal day: every sign-in begins without a credential, every token expires, a client asks for more scopes
 * when it needs them, and a busy script is slowed down. An address that is refused for its failures (`rate_limited`) has
 * failed suspiciously before, and that was counted.
 */
export const EVERYDAY_REASONS = [
  'missing',
  'expired',
  'scope_insufficient',
  'rate_limited',
] as const satisfies readonly AuthFailureReason[];

/** An identity provider that cannot be asked: nothing was learned of the caller. */
export const TROUBLE_REASONS = [
  'idp_unavailable',
  'introspection_unavailable',
] as const satisfies readonly AuthFailureReason[];

const UNSUSPICIOUS: ReadonlySet<AuthFailureReason> = new Set([...EVERYDAY_REASONS, ...TROUBLE_REASONS]);
const TROUBLE: ReadonlySet<AuthFailureReason> = new Set(TROUBLE_REASONS);

/** Whether a failure may be part of an attack, and so counts for the alarm. */
export function isSuspicious(reason: AuthFailureReason): boolean {
  return !UNSUSPICIOUS.has(reason);
}

/** Whether a failure shows that an identity provider cannot be asked. */
export function isProviderTrouble(reason: AuthFailureReason): boolean {
  return TROUBLE.has(reason);
}
