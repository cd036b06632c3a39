import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { Principal } from '../../principal.js';
import { AuthenticationFailed } from '../auth-failure.js';
import { carrying } from '../claim-credentials.js';
import { refuseClaims } from '../claims-policy.js';
import { IssuerRegistryService, type TrustedIssuer } from '../issuers/issuer-registry.service.js';
import { SIGNING_ALGORITHMS } from '../../config/signing-algorithms.js';
import { principalOfToken } from '../token-principal.js';
import { readTokenShape, type TokenShape } from '../token-shape.js';
import type { AuthenticationAttempt } from './authentication-attempt.js';

/**
 * Verifies a bearer JWT: its shape first, then the key of its issuer, then (passport-jwt) the signature, then the
 * claims. Fails with AuthenticationFailed, or with a library error, which always means a bad signature.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(private readonly issuers: IssuerRegistryService) {
    super({
      jwtFromRequest: (attempt: unknown) => (attempt as AuthenticationAttempt).credential.text,
      secretOrKeyProvider: (attempt: AuthenticationAttempt, _text: string, done: KeyCallback) => {
        void provideKey(attempt, issuers, done);
      },
      passReqToCallback: true,
      // Only one algorithm is possible in the end: the key handed out is bound to the one the header names.
      algorithms: [...SIGNING_ALGORITHMS],
      // The claims policy judges the times: it has one tolerance for all of them and knows why it refuses.
      ignoreExpiration: true,
      jsonWebTokenOptions: { ignoreNotBefore: true },
    });
  }

  /** Runs once the signature is verified. @throws AuthenticationFailed */
  validate(attempt: AuthenticationAttempt): Principal {
    const { token, credential } = attempt;
    if (token === undefined) throw new Error('a token was verified without its shape');
    const issuer = trusted(token, this.issuers);
    const refused = refuseClaims(token, issuer, Date.now() / 1000);
    if (refused !== undefined) throw new AuthenticationFailed(refused);
    const principal = principalOfToken(token.claims, issuer.profile, credential.text);
    return carrying(principal, token.claims, issuer.claimCredentials);
  }
}

/** jsonwebtoken takes a KeyObject as it is; the types know only the text of one, which would be parsed on every call. */
type KeyCallback = (error: unknown, key?: never) => void;

async function provideKey(
  attempt: AuthenticationAttempt,
  issuers: IssuerRegistryService,
  done: KeyCallback,
): Promise<void> {
  try {
    done(null, (await keyFor(attempt, issuers)) as never);
  } catch (error) {
    done(error);
  }
}

async function keyFor(attempt: AuthenticationAttempt, issuers: IssuerRegistryService): Promise<KeyObject> {
  const token = readTokenShape(attempt.credential.text);
  if ('reason' in token) throw new AuthenticationFailed(token);
  const { profile, keys } = trusted(token, issuers);
  const { alg, kid } = token.header;
  if (!profile.algorithms.includes(alg)) throw keyRefused('alg_not_allowed', token);
  const key = await keys.resolve(kid, alg, () => attempt.mayFetchKeys());
  if (typeof key === 'string') throw keyRefused(key, token);
  attempt.token = token;
  return key;
}

function trusted(token: TokenShape, issuers: IssuerRegistryService): TrustedIssuer {
  const issuer = issuers.find(token.issuer);
  if (issuer === undefined) throw new AuthenticationFailed({ reason: 'iss_mismatch', detail: 'iss is not configured' });
  return issuer;
}

function keyRefused(reason: AuthenticationFailed['reason'], { header }: TokenShape): AuthenticationFailed {
  return new AuthenticationFailed({ reason, detail: `${header.alg}, kid ${JSON.stringify(header.kid.slice(0, 64))}` });
}
