import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-custom';
import type { Principal } from '../../principal.js';
import { AuthenticationFailed, type Refused } from '../auth-failure.js';
import { principalOfIntrospection, refuseIntrospected } from '../introspection-claims.js';
import { IntrospectionService } from '../introspection.service.js';
import type { AuthenticationAttempt } from './authentication-attempt.js';

const REFUSALS = {
  inactive: { reason: 'inactive', detail: 'the authorization server says that the token is not active' },
  // Every token ends some day, and then its holder signs in anew: nobody is to be alarmed.
  expired: { reason: 'expired', detail: 'the authorization server says that the token is not active any more' },
  introspection_unavailable: { reason: 'introspection_unavailable', detail: 'the authorization server did not answer' },
  rate_limited: { reason: 'rate_limited', detail: 'not asked for, after too many failures' },
} as const satisfies Record<string, Refused>;

/** Knows the holder of an opaque token by what its authorization server says of it (RFC 7662). */
@Injectable()
export class IntrospectionStrategy extends PassportStrategy(Strategy, 'introspection') {
  constructor(private readonly introspection: IntrospectionService) {
    super();
  }

  /** @throws AuthenticationFailed */
  async validate({ credential, mayIntrospect }: AuthenticationAttempt): Promise<Principal> {
    const { settings } = this.introspection;
    if (settings === undefined) throw new Error('a token was to be introspected and introspection is off');
    const answer = await this.introspection.answerFor(credential.text, mayIntrospect);
    if (typeof answer === 'string') throw new AuthenticationFailed(REFUSALS[answer]);
    const refused = refuseIntrospected(answer, settings, Date.now() / 1000);
    if (refused !== undefined) throw new AuthenticationFailed(refused);
    return principalOfIntrospection(answer, settings);
  }
}
