import { describe, expect, it } from 'vitest';
import { type ErrorCode, ServiceError } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { type FailedStsExchange, stsError } from './sts-error.js';
import { TokenRefused } from './token-refused.js';

const roleArn = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const principal: Principal = {
  issuer: 'https://idp.example.com',
  subject: '42',
  displayName: 'alice@example.com',
  method: 'jwt',
  scopes: [],
  groups: [],
  claims: {},
};
const UPSTREAM = 'User: arn:aws:sts::999999999999:assumed-role/server is not authorized';

function map(name: string, step: FailedStsExchange['step'], extra: object = {}): ServiceError {
  return stsError({ step, into: roleArn, principal, error: Object.assign(new Error(UPSTREAM), { name, ...extra }) });
}

describe('stsError', () => {
  it.each<[string, FailedStsExchange['step'], ErrorCode, RegExp]>([
    ['AccessDenied', 'AssumeRole', 'credentials_refused', /trust policy.*external id.*sts:TagSession/],
    ['AccessDenied', 'AssumeRoleWithWebIdentity', 'credentials_refused', /trust policy.*audience and subject/],
    ['InvalidIdentityToken', 'AssumeRoleWithWebIdentity', 'credentials_refused', /sign in again.*azp.*aud/],
    ['InvalidIdentityTokenException', 'AssumeRoleWithWebIdentity', 'credentials_refused', /sign in again.*azp.*aud/],
    ['IDPRejectedClaimException', 'AssumeRoleWithWebIdentity', 'credentials_refused', /sign in again/],
    [
      'ExpiredTokenException',
      'AssumeRoleWithWebIdentity',
      'credentials_refused',
      /your token has expired; sign in again/,
    ],
    ['ExpiredToken', 'AssumeRole', 'credentials_unavailable', /the server's own AWS session has expired/],
    ['IDPCommunicationErrorException', 'AssumeRoleWithWebIdentity', 'credentials_unavailable', /did not answer/],
    ['InvalidClientTokenId', 'AssumeRole', 'credentials_unavailable', /this server's own identity/],
    ['PackedPolicyTooLargeException', 'AssumeRole', 'credentials_refused', /session policy.*too large/],
    ['MalformedPolicyDocumentException', 'AssumeRole', 'credentials_refused', /cannot read the session policy/],
    ['RegionDisabledException', 'AssumeRole', 'credentials_refused', /not enabled in the region/],
    ['ValidationError', 'AssumeRole', 'credentials_refused', /rejected the request/],
    ['Throttling', 'AssumeRole', 'credentials_unavailable', /limiting the rate/],
    ['TimeoutError', 'AssumeRole', 'credentials_unavailable', /did not answer/],
    ['CredentialsProviderError', 'AssumeRole', 'credentials_unavailable', /no AWS identity of its own/],
    ['TypeError', 'AssumeRole', 'credentials_unavailable', /did not answer/],
  ])('maps %s of %s to %s, saying who, which step and what to fix [B9]', (name, step, code, words) => {
    const error = map(name, step);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(new RegExp(`^${step} for alice: `));
    expect(error.message).not.toContain('999999999999');
    expect(error.detail).toContain(UPSTREAM);
    expect(error.detail).toContain('["https://idp.example.com","42"]');
  });

  it('says when to try again exactly when trying again can help [B9]', () => {
    expect(map('Throttling', 'AssumeRole').retryAfterSeconds).toBe(5);
    expect(map('Novel', 'AssumeRole', { $metadata: { httpStatusCode: 503 } }).retryAfterSeconds).toBe(5);
    expect(map('AccessDenied', 'AssumeRole').retryAfterSeconds).toBeUndefined();
  });

  it('tells a token AWS will never take from a role it refuses for now [ISO-19]', () => {
    const step = 'AssumeRoleWithWebIdentity';
    for (const name of ['InvalidIdentityToken', 'IDPRejectedClaimException', 'ExpiredTokenException']) {
      expect(map(name, step)).toBeInstanceOf(TokenRefused);
    }
    for (const name of ['AccessDenied', 'IDPCommunicationError', 'ValidationError', 'Throttling']) {
      expect(map(name, step)).not.toBeInstanceOf(TokenRefused);
    }
  });

  it('leaves our own errors as they are', () => {
    const own = new ServiceError('cancelled', 'gone');
    expect(stsError({ step: 'AssumeRole', into: roleArn, principal, error: own })).toBe(own);
  });
});
