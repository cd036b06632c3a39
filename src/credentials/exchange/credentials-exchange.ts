import type { Principal } from '../../principal.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import type { UserCredentials } from '../user-credentials.js';

/** What an exchange yields: the credentials, and what the audit record says of them. */
export interface ExchangedCredentials {
  readonly credentials: UserCredentials;
  readonly awsRequestId?: string;
}

/** One way from a principal to AWS credentials. */
export interface CredentialsExchange<K extends CredentialsPlan['kind']> {
  /** @throws ServiceError `credentials_refused` or `credentials_unavailable`, never anything else */
  exchange(plan: Extract<CredentialsPlan, { kind: K }>, principal: Principal): Promise<ExchangedCredentials>;
}

/**
 * Seconds a role session lasts. 900, the shortest STS grants: revoked rights end soon, and with the cache it costs one
 * STS call a person every seven minutes; calls that outlive it are renewed.
 */
export const ROLE_SESSION_SECONDS = 900;
