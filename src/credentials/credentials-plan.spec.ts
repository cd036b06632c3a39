import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../config/app-config.js';
import { type AuthMethod, CarriedCredentials, PresentedToken, type Principal } from '../principal.js';
import {
  accountOf,
  type CredentialsPlan,
  identityInWords,
  planKey,
  planWithoutRole,
  planWithRole,
} from './credentials-plan.js';
import { TokenRefused } from './exchange/token-refused.js';

const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const OTHER = 'arn:aws:iam::222222222222:role/CloudWatchReader';

function principal(method: AuthMethod, extra: Partial<Principal> = {}): Principal {
  const person = { issuer: 'https://idp.example.com', subject: '42', displayName: 'alice' };
  return { ...person, method, scopes: [], groups: [], claims: {}, ...extra };
}

describe('planKey', () => {
  const plan = { kind: 'assume-role', roleArn: ROLE } as const;
  const base = planKey(plan, principal('jwt'), 'us-east-1');
  const token = (text: string) => ({ kind: 'web-identity', roleArn: ROLE, token: new PresentedToken(text) }) as const;

  it('is the same for the same facts', () => {
    expect(planKey({ ...plan }, principal('jwt', { claims: { exp: 1 } }), 'us-east-1')).toBe(base);
  });

  it.each([
    ['subject', planKey(plan, principal('jwt', { subject: '43' }), 'us-east-1')],
    ['issuer', planKey(plan, principal('jwt', { issuer: 'https://other.example.com' }), 'us-east-1')],
    ['role', planKey({ ...plan, roleArn: OTHER }, principal('jwt'), 'us-east-1')],
    ['external id', planKey({ ...plan, externalId: 'x' }, principal('jwt'), 'us-east-1')],
    ['STS region', planKey(plan, principal('jwt'), 'eu-west-1')],
    ['session policy', planKey({ ...plan, sessionPolicy: '{}' }, principal('jwt'), 'us-east-1')],
    ['STS region of the plan', planKey({ ...plan, stsRegion: 'eu-west-1' }, principal('jwt'), 'us-east-1')],
    ['kind', planKey(token('a.b.c'), principal('jwt'), 'us-east-1')],
    ['session name', planKey(plan, principal('jwt', { displayName: 'bob' }), 'us-east-1')],
  ])('differs by %s [ISO-02] [ISO-10]', (_fact, key) => {
    expect(key).not.toBe(base);
  });

  it('differs by token for web identity and does not hold it', () => {
    const one = planKey(token('one.token.x'), principal('jwt'), 'us-east-1');
    expect(one).not.toBe(planKey(token('two.token.x'), principal('jwt'), 'us-east-1'));
    expect(one).toMatch(/^[\w-]{43}$/);
  });
});

describe('a plan with an identity pool', () => {
  const POOL = 'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
  const config = loadAppConfig({
    AWS_COGNITO_USER_POOL_ID: 'us-east-1_Example',
    AWS_COGNITO_CLIENT_ID: 'app',
    AWS_COGNITO_IDENTITY_POOL_ID: POOL,
    API_KEYS: `ci:sha256:${'0'.repeat(64)}`,
    AWS_CLOUDWATCH_ROLE_ARN: ROLE,
  });
  const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
  const token = new PresentedToken('id.token.x');
  const person = (claims: object): Principal => principal('jwt', { issuer, token, claims: { ...claims } });

  it('is the default where the pool is configured, and needs no role [B2] [A3]', () => {
    const plan = planWithoutRole(person({ token_use: 'id' }), config);
    expect(plan).toEqual({ kind: 'cognito-identity', identityPoolId: POOL, token });
    expect(accountOf(plan as CredentialsPlan)).toBe(POOL);
    expect(identityInWords(plan as CredentialsPlan)).toContain('identity pool');
  });

  it('refuses an access token and says that the pool needs the ID token [B2] [A3]', () => {
    const plan = (): unknown => planWithoutRole(person({ token_use: 'access' }), config);
    expect(plan).toThrow(TokenRefused);
    expect(plan).toThrow(/ID token/);
  });

  it('refuses a caller without a JWT [B2]', () => {
    const opaque = principal('introspection', { issuer });
    expect(() => planWithoutRole(opaque, config)).toThrow(/signed JWTs only/);
  });

  it('is for the issuer with the pool only', () => {
    expect(planWithoutRole(principal('jwt', { token }), config)).toBeUndefined();
    expect(planWithoutRole(principal('api-key', { issuer }), config)).toBeUndefined();
  });

  it('has a key of its own for every token and never holds the token [ISO-02] [ISO-10]', () => {
    const key = (text: string): string =>
      planKey(
        { kind: 'cognito-identity', identityPoolId: POOL, token: new PresentedToken(text) },
        person({}),
        'us-east-1',
      );
    expect(key('one.token.x')).not.toBe(key('two.token.x'));
    expect(key('one.token.x')).toMatch(/^[\w-]{43}$/);
  });
});

describe('a plan with keys of the token', () => {
  const env = { OIDC_ISSUER: 'https://idp.example.com', OAUTH_AUDIENCE: 'a', AWS_CLOUDWATCH_ROLE_ARN: ROLE };
  const on = loadAppConfig({ ...env, TOKEN_CLAIM_CREDENTIALS: 'true' });
  const off = loadAppConfig(env);
  const carried = new CarriedCredentials({ accessKeyId: 'ASIA1', secretAccessKey: 'hidden', sessionToken: 't' });

  it('is made where the setting says so [B4]', () => {
    const plan = planWithoutRole(principal('jwt', { carried }), on);
    expect(plan).toEqual({ kind: 'claim-credentials', carried });
    expect(accountOf(plan as CredentialsPlan)).toBe('token');
  });

  it('is never made without the setting, without keys, or for anything but a JWT [B4]', () => {
    expect(planWithoutRole(principal('jwt', { carried }), off)).toBeUndefined();
    expect(planWithoutRole(principal('jwt'), on)).toBeUndefined();
    expect(planWithoutRole(principal('introspection', { carried }), on)).toBeUndefined();
    expect(planWithoutRole(principal('api-key', { carried }), on)).toBeUndefined();
  });

  it('has a key of its own for every set of keys [ISO-02]', () => {
    const other = new CarriedCredentials({ accessKeyId: 'ASIA1', secretAccessKey: 'hidden', sessionToken: 'u' });
    const keys = [carried, other].map((keysOf) =>
      planKey({ kind: 'claim-credentials', carried: keysOf }, principal('jwt'), 'us-east-1'),
    );
    expect(new Set(keys).size).toBe(2);
    expect(keys.join()).not.toContain('hidden');
  });
});

describe('planWithRole', () => {
  const env = { OAUTH_AUDIENCE: 'a', AWS_CLOUDWATCH_ROLE_ARN: ROLE };
  const role = { roleArn: ROLE, externalId: 'agreed' };
  const token = new PresentedToken('a.b.c');

  it('narrows every session by the session policy [B1]', () => {
    const policy = '{"Statement":[]}';
    const assume = loadAppConfig({ ...env, OIDC_ISSUER: 'https://idp.example.com', AWS_SESSION_POLICY: policy });
    expect(planWithRole(principal('jwt'), role, assume)).toMatchObject({ kind: 'assume-role', sessionPolicy: policy });
    expect(planWithRole(principal('api-key'), role, assume)).toMatchObject({ sessionPolicy: policy });
    const web = loadAppConfig({
      ...env,
      OIDC_ISSUER: 'https://idp.example.com',
      AWS_SESSION_POLICY: policy,
      AWS_CREDENTIAL_EXCHANGE: 'web-identity',
    });
    expect(planWithRole(principal('jwt', { token }), role, web)).toMatchObject({
      kind: 'web-identity',
      sessionPolicy: policy,
    });
  });

  it('asks the STS of the region of Identity Center for its users, and of the server for others [A2]', () => {
    const config = loadAppConfig({
      ...env,
      API_KEYS: `ci:sha256:${'0'.repeat(64)}`,
      AWS_IDENTITY_CENTER_ISSUER: 'https://idp.example.com',
      AWS_IDENTITY_CENTER_REGION: 'eu-west-1',
    });
    expect(planWithRole(principal('jwt'), role, config)).toMatchObject({ stsRegion: 'eu-west-1' });
    expect(planWithRole(principal('api-key', { issuer: 'apikey' }), role, config)).toHaveProperty(
      'stsRegion',
      undefined,
    );
  });
});
