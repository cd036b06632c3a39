import { Injectable } from '@nestjs/common';
import type { Principal } from '../../principal.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import { UserCredentials } from '../user-credentials.js';
import type { CredentialsExchange, ExchangedCredentials } from './credentials-exchange.js';
import { TokenRefused } from './token-refused.js';

const MAX_AGE_SECONDS = 3_600;

/** The keys that came in the caller's own token, for as long as the token lives and one hour after its issue at most. */
@Injectable()
export class ClaimCredentialsExchange implements CredentialsExchange<'claim-credentials'> {
  async exchange(
    { carried }: Extract<CredentialsPlan, { kind: 'claim-credentials' }>,
    { claims: { iat, exp } }: Principal,
  ): Promise<ExchangedCredentials> {
    const end = Math.min(Number(exp), Number(iat) + MAX_AGE_SECONDS) * 1000;
    // Also for times that are no numbers.
    if (!(end > Date.now())) throw carriedKeysExpired();
    return { credentials: new UserCredentials({ ...carried.reveal(), expiration: new Date(end) }) };
  }
}

/** The keys of a token are over; it holds no others. */
export function carriedKeysExpired(): TokenRefused {
  return new TokenRefused('The AWS keys in your token have expired; sign in again for a token with new ones.');
}
