import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-custom';
import type { Principal } from '../../principal.js';
import { fingerprint } from '../../security-monitoring/audit/fingerprint.js';
import { ApiKeyStoreService } from '../api-key-store.service.js';
import { AuthenticationFailed, type Refused } from '../auth-failure.js';
import { isBrokenToken, type UsableCredential } from '../presented-credential.js';
import type { AuthenticationAttempt } from './authentication-attempt.js';

/** Knows a machine by its API key; the key's label is its name everywhere. */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(Strategy, 'api-key') {
  constructor(private readonly keys: ApiKeyStoreService) {
    super();
  }

  /** @throws AuthenticationFailed */
  validate({ credential }: AuthenticationAttempt): Principal {
    const key = this.keys.find(credential.text);
    if (key === undefined) throw new AuthenticationFailed(refusedKey(credential));
    const { label, expiresAt } = key;
    if (expiresAt !== undefined && Date.now() / 1000 >= expiresAt) {
      throw new AuthenticationFailed({ reason: 'expired', detail: `a key of ${label} has expired` });
    }
    return {
      issuer: 'apikey',
      subject: label,
      method: 'api-key',
      displayName: label,
      keyId: fingerprint(credential.text),
      scopes: [],
      groups: [],
      claims: {},
      ...(expiresAt !== undefined && { expiresAt }),
    };
  }
}

/** A broken token must not be counted as somebody guessing keys. */
function refusedKey(credential: UsableCredential): Refused {
  return isBrokenToken(credential)
    ? { reason: 'malformed', detail: 'neither a JWS nor an API key' }
    : { reason: 'key_unknown', detail: 'no configured key matches' };
}
