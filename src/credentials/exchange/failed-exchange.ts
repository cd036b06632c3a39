import { ServiceError } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { awsErrorDetail } from '../aws-error-names.js';
import { userSlug } from '../role-session.js';
import { TokenRefused } from './token-refused.js';

/** An exchange that AWS did not make, as it becomes an error. */
export interface FailedExchange {
  readonly step: 'AssumeRole' | 'AssumeRoleWithWebIdentity' | 'GetId' | 'GetCredentialsForIdentity';
  /** Role or identity pool, for the operator. */
  readonly into: string;
  readonly principal: Principal;
  /** What was thrown. */
  readonly error: unknown;
}

const RETRY_SECONDS = 5;

/** AWS said no; another try says the same. */
export function refused(failed: FailedExchange, why: string): ServiceError {
  return new ServiceError('credentials_refused', message(failed, why), forOperator(failed));
}

/** AWS said no to this token; another token may do. */
export function tokenRefused(failed: FailedExchange, why: string): TokenRefused {
  return new TokenRefused(message(failed, why), forOperator(failed));
}

/** AWS, or this server's way to it, did not work; later it may. */
export function unavailable(failed: FailedExchange, why: string): ServiceError {
  return new ServiceError('credentials_unavailable', message(failed, why), {
    ...forOperator(failed),
    retryAfterSeconds: RETRY_SECONDS,
    denied: 'assume_role',
  });
}

/** Who and which step; `why` adds what to fix. */
function message({ step, principal }: FailedExchange, why: string): string {
  return `${step} for ${userSlug(principal.displayName)}: ${why}`;
}

function forOperator({ step, into, principal: { issuer, subject }, error }: FailedExchange) {
  const person = JSON.stringify([issuer, subject]);
  return { cause: error, detail: `${step} into ${into} for ${person}: ${awsErrorDetail(error)}` };
}
