import { describe, expect, it } from 'vitest';
import { type ErrorCode, ServiceError } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { mayPass } from '../aws-error-names.js';
import { cognitoError } from './cognito-error.js';
import { TokenRefused } from './token-refused.js';

const POOL = 'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const UPSTREAM = 'Role arn:aws:iam::999999999999:role/secret of identity us-east-1:someone-else';
const principal: Principal = {
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example',
  subject: '42',
  displayName: 'alice@example.com',
  method: 'jwt',
  scopes: [],
  groups: [],
  claims: {},
};

function map(name: string, extra: object = {}): ServiceError {
  const error = Object.assign(new Error(UPSTREAM), { name, ...extra });
  return cognitoError({ step: 'GetCredentialsForIdentity', into: POOL, principal, error });
}

describe('cognitoError', () => {
  it.each<[string, ErrorCode, RegExp]>([
    ['NotAuthorizedException', 'credentials_refused', /sign in again.*ID token/],
    ['ResourceNotFoundException', 'credentials_refused', /AWS_COGNITO_IDENTITY_POOL_ID/],
    ['InvalidIdentityPoolConfigurationException', 'credentials_refused', /authenticated role.*trust policy/],
    ['ResourceConflictException', 'credentials_refused', /already linked/],
    ['InvalidParameterException', 'credentials_refused', /rejected the request/],
    ['TooManyRequestsException', 'credentials_unavailable', /limiting the rate/],
    ['LimitExceededException', 'credentials_unavailable', /quota/],
    ['ExternalServiceException', 'credentials_unavailable', /identity provider did not answer/],
    ['InternalErrorException', 'credentials_unavailable', /Cognito did not answer/],
    ['TimeoutError', 'credentials_unavailable', /Cognito did not answer/],
    ['TypeError', 'credentials_unavailable', /Cognito did not answer/],
  ])('maps %s to %s, saying who, which step and what to fix [B2] [B9]', (name, code, words) => {
    const error = map(name);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/^GetCredentialsForIdentity for alice: /);
    expect(error.message).not.toMatch(/999999999999|someone-else/);
    expect(error.detail).toContain(UPSTREAM);
    expect(error.detail).toContain(POOL);
    expect(error.retryAfterSeconds).toBe(code === 'credentials_unavailable' ? 5 : undefined);
  });

  it('holds a token Cognito does not take for refused until there is another [ISO-19]', () => {
    expect(map('NotAuthorizedException')).toBeInstanceOf(TokenRefused);
    expect(map('InvalidIdentityPoolConfigurationException')).not.toBeInstanceOf(TokenRefused);
  });

  it('is tried again for what passes, and for nothing else', () => {
    const passing = ['TooManyRequestsException', 'ExternalServiceException', 'InternalErrorException', 'TimeoutError'];
    for (const name of passing) expect(mayPass(map(name).cause)).toBe(true);
    for (const name of ['NotAuthorizedException', 'ResourceConflictException', 'LimitExceededException', 'TypeError'])
      expect(mayPass(map(name).cause)).toBe(false);
  });

  it('leaves our own errors as they are', () => {
    const own = new ServiceError('cancelled', 'gone');
    expect(cognitoError({ step: 'GetId', into: POOL, principal, error: own })).toBe(own);
  });
});
