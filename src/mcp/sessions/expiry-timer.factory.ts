import { CLOCK_TOLERANCE_SECONDS } from '../../auth/claims-policy.js';
import type { Principal } from '../../principal.js';

/** The longest that a timer can be set for, 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Ends something when the caller's credential does; to be cleared when it ends before. What was begun after the
 * credential's end, as clocks differ, lasts until the credential would be refused.
 */
export function whenExpired({ expiresAt }: Principal, end: () => void): NodeJS.Timeout | undefined {
  if (expiresAt === undefined) return undefined;
  const left = expiresAt - Date.now() / 1_000;
  const seconds = left > 0 ? left : Math.max(0, left + CLOCK_TOLERANCE_SECONDS);
  return setTimeout(end, Math.min(seconds * 1_000, MAX_TIMER_MS)).unref();
}
