import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-custom';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import type { Principal } from '../../principal.js';
import { findApiKey } from '../api-key.js';
import { AuthenticationFailed } from '../auth-failure.js';
import type { UsableCredential } from '../presented-credential.js';
import type { AuthenticationAttempt } from './authentication-attempt.js';

/** Knows a machine by its API key; the key's label is its name everywhere. */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(Strategy, 'api-key') {
  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {
    super();
  }

  /** @throws AuthenticationFailed */
  validate({ credential }: AuthenticationAttempt): Principal {
    const entry = findApiKey(credential.text, this.config.auth.apiKeys);
    if (entry === undefined) throw new AuthenticationFailed(refusedKey(credential));
    return {
      issuer: 'apikey',
      subject: entry.label,
      method: 'api-key',
      displayName: entry.label,
      scopes: [],
      groups: [],
      claims: {},
    };
  }
}

/** A broken token must not be counted as somebody guessing keys. */
function refusedKey({ kind, text }: UsableCredential): { reason: 'malformed' | 'key_unknown'; detail: string } {
  const brokenToken = kind === 'opaque' && (text.includes('.') || text.startsWith('eyJ'));
  return brokenToken
    ? { reason: 'malformed', detail: 'neither a JWS nor an API key' }
    : { reason: 'key_unknown', detail: 'no configured key matches' };
}
