import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { type AppConfig, loadAppConfig } from './app-config.js';

type Env = Readonly<Record<string, string | undefined>>;

const BASE = {
  PUBLIC_URL: 'https://mcp.example.com',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  STATE_SECRET: 's'.repeat(32),
};
const RESOURCE = 'https://mcp.example.com/mcp';
const KEY = { API_KEYS: `ci:sha256:${'ab'.repeat(32)}` };
const IDENTITY_CENTER = {
  AWS_IDENTITY_CENTER_ISSUER: 'https://idp.example.com',
  AWS_IDENTITY_CENTER_CLIENT_ID: 'cloudwatch-mcp',
};
const COGNITO = {
  AWS_COGNITO_REGION: 'us-east-1',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_AbCdEfGhI',
  AWS_COGNITO_CLIENT_ID: '4h1client',
};
const POOL = { AWS_COGNITO_IDENTITY_POOL_ID: 'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0' };
const OIDC = { OIDC_ISSUER: 'https://example.okta.com/oauth2/default', OIDC_CLIENT_ID: 'app' };
const OAUTH = {
  OAUTH_ISSUER: 'https://your-idp.com',
  OAUTH_JWKS_URL: 'https://your-idp.com/.well-known/jwks.json',
  OAUTH_AUDIENCE: 'cloudwatch-mcp-server',
};

const load = (env: Env): AppConfig => loadAppConfig({ ...BASE, ...env });

type Issuers = AppConfig['auth']['issuers'];

const issuers = (env: Env): Issuers => load(env).auth.issuers;

function problems(env: Env): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems.join('\n');
    throw error;
  }
  return '';
}

describe('the variables of Identity Center', () => {
  it.each([
    ['AWS_IDENTITY_CENTER_ISSUER', 'https://other.example.com', { issuer: 'https://other.example.com' }],
    ['AWS_IDENTITY_CENTER_CLIENT_ID', 'other', { clientId: 'other', audiences: [RESOURCE, 'other'] }],
    ['AWS_IDENTITY_CENTER_REGION', 'eu-west-1', { stsRegion: 'eu-west-1' }],
  ])('read %s [A2]', (name, value, read) => {
    const [before] = issuers(IDENTITY_CENTER);
    const [after] = issuers({ ...IDENTITY_CENTER, [name]: value });
    expect(before).toMatchObject({ profile: 'identity-center', stsRegion: 'us-east-1' });
    expect(after).toMatchObject({ ...before, name: expect.any(String), ...read });
    expect(before).not.toMatchObject(read);
  });

  it('show AWS_IDENTITY_CENTER_START_URL to people and use it for nothing else [A2]', () => {
    const AWS_IDENTITY_CENTER_START_URL = 'https://ascending.awsapps.com/start#/';
    const hinted = load({ ...IDENTITY_CENTER, AWS_IDENTITY_CENTER_START_URL });
    expect(hinted.auth.accessPortal).toBe(AWS_IDENTITY_CENTER_START_URL);
    expect(hinted.auth.issuers).toEqual(issuers(IDENTITY_CENTER));
    expect(load({ ...OAUTH, AWS_IDENTITY_CENTER_START_URL }).auth.issuers).toEqual(issuers(OAUTH));
  });

  it.each([
    'https://xxxxxxxx.awsapps.com/start',
    'https://d-1234567890.awsapps.com/start/',
    'https://identitycenter.amazonaws.com/ssoins-1234567890abcdef',
    'https://oidc.us-east-1.amazonaws.com',
    'https://portal.sso.eu-west-1.amazonaws.com',
  ])(
    'stop the start for %s, which issues no tokens for other services, and say whose address to use [A2]',
    (issuer) => {
      for (const name of ['AWS_IDENTITY_CENTER_ISSUER', 'OIDC_ISSUER', 'OAUTH_ISSUER']) {
        const text = problems({ [name]: issuer });
        expect(text).toContain(`${name}: is an address of IAM Identity Center, which issues no tokens`);
        expect(text).toContain('Name the identity provider that Identity Center takes its users from');
      }
    },
  );
});

describe('the variables of Cognito', () => {
  it('make the issuer from region and pool [A3]', () => {
    expect(issuers(COGNITO)).toMatchObject([
      {
        profile: 'cognito',
        issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI',
        clientId: '4h1client',
        allowedClients: ['4h1client'],
        stsRegion: 'us-east-1',
      },
    ]);
    const china = { AWS_COGNITO_USER_POOL_ID: 'cn-north-1_AbC', AWS_COGNITO_REGION: undefined };
    expect(issuers({ ...COGNITO, ...china })[0]).toMatchObject({
      issuer: 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC',
      stsRegion: 'cn-north-1',
    });
  });

  it.each([
    [
      'AWS_COGNITO_REGION',
      'eu-west-1',
      'AWS_COGNITO_REGION: is not the region that AWS_COGNITO_USER_POOL_ID begins with',
    ],
    ['AWS_COGNITO_REGION', 'nowhere-1', 'AWS_COGNITO_REGION: is not a published AWS region'],
    ['AWS_COGNITO_USER_POOL_ID', 'pool', 'AWS_COGNITO_USER_POOL_ID: must be the id of a Cognito user pool'],
    ['AWS_COGNITO_USER_POOL_ID', undefined, 'AWS_COGNITO_CLIENT_ID: is set without AWS_COGNITO_USER_POOL_ID'],
    ['AWS_COGNITO_CLIENT_ID', undefined, 'AWS_COGNITO_USER_POOL_ID: is set without AWS_COGNITO_CLIENT_ID'],
    ['AWS_COGNITO_IDENTITY_POOL_ID', 'pool', 'AWS_COGNITO_IDENTITY_POOL_ID: must be the id of a Cognito identity pool'],
  ])('stop the start when %s is %s [A3]', (name, value, problem) => {
    expect(problems({ ...COGNITO, [name]: value })).toContain(problem);
  });

  it('accept ID tokens and nothing else once there is an identity pool [A3]', () => {
    expect(issuers({ ...COGNITO, ...POOL })).toMatchObject([
      { acceptedTokens: ['id'], identityPoolId: POOL.AWS_COGNITO_IDENTITY_POOL_ID, exchange: 'cognito-identity' },
    ]);
    expect(issuers({ ...COGNITO, ...POOL, OAUTH_AUDIENCE: RESOURCE, ACCEPT_ID_TOKENS: 'false' })).toMatchObject([
      { acceptedTokens: ['id'], audiences: [RESOURCE, '4h1client'] },
    ]);
    expect(issuers({ ...COGNITO, OAUTH_AUDIENCE: RESOURCE, ACCEPT_ID_TOKENS: 'true' })).toMatchObject([
      { acceptedTokens: ['access', 'id'], audiences: [RESOURCE, '4h1client'] },
    ]);
    expect(issuers({ ...COGNITO, OAUTH_AUDIENCE: RESOURCE })).toMatchObject([{ acceptedTokens: ['access'] }]);
  });

  it('leave the identity pool aside when another exchange is chosen by name [A3]', () => {
    expect(
      issuers({ ...COGNITO, ...POOL, OAUTH_AUDIENCE: RESOURCE, AWS_CREDENTIAL_EXCHANGE: 'assume-role' }),
    ).toMatchObject([{ acceptedTokens: ['access'], exchange: 'assume-role' }]);
  });

  it('allow further clients of the pool by OAUTH_ALLOWED_CLIENTS, and never any client at all [A3]', () => {
    expect(issuers({ ...COGNITO, OAUTH_ALLOWED_CLIENTS: 'second' })[0]?.allowedClients).toEqual([
      '4h1client',
      'second',
    ]);
  });
});

describe('the variables of any OpenID provider', () => {
  it.each([
    ['OIDC_ISSUER', 'https://tenant.example.com', { issuer: 'https://tenant.example.com' }],
    ['OIDC_CLIENT_ID', 'other', { clientId: 'other', audiences: [RESOURCE, 'other'] }],
    ['OIDC_PROFILE', 'okta', { profile: 'okta' }],
    ['OAUTH_AUDIENCE', 'one,two', { audiences: ['one', 'two'], acceptedTokens: ['access'] }],
    ['OAUTH_ALLOWED_CLIENTS', 'a,b', { allowedClients: ['a', 'b'] }],
    ['ACCEPT_ID_TOKENS', 'false', { acceptedTokens: ['access'] }],
  ])('read %s [A4]', (name, value, read) => {
    const [before] = issuers(OIDC);
    expect(before).toMatchObject({ profile: 'oidc', acceptedTokens: ['access', 'id'], allowedClients: [] });
    expect(before).not.toMatchObject(read);
    expect(issuers({ ...OIDC, [name]: value })[0]).toMatchObject(read);
  });

  it('describe an issuer by OAUTH_ISSUER, OAUTH_JWKS_URL and OAUTH_AUDIENCE alone [A4]', () => {
    expect(issuers(OAUTH)).toMatchObject([
      {
        profile: 'oidc',
        issuer: OAUTH.OAUTH_ISSUER,
        jwksUrl: OAUTH.OAUTH_JWKS_URL,
        audiences: ['cloudwatch-mcp-server'],
        acceptedTokens: ['access'],
      },
    ]);
    const { OAUTH_JWKS_URL: _, ...discovered } = OAUTH;
    expect(issuers(discovered)[0]?.jwksUrl).toBeUndefined();
    expect(issuers({ OAUTH_ISSUER: OAUTH.OAUTH_ISSUER })[0]?.audiences).toEqual([RESOURCE]);
  });

  it.each([
    ['OAUTH_JWKS_URL', 'https://idp.example.com/keys', 'OAUTH_ISSUER'],
    ['OIDC_CLIENT_ID', 'app', 'OIDC_ISSUER'],
    ['OIDC_PROFILE', 'okta', 'OIDC_ISSUER'],
    ['AWS_IDENTITY_CENTER_CLIENT_ID', 'app', 'AWS_IDENTITY_CENTER_ISSUER'],
    ['OAUTH_AUDIENCE', RESOURCE, 'OIDC_ISSUER'],
    ['OAUTH_ALLOWED_CLIENTS', 'app', 'OIDC_ISSUER'],
  ])('stop the start when %s stands alone', (name, value, missing) => {
    expect(problems({ ...KEY, [name]: value })).toMatch(new RegExp(`^${name}: is set without .*${missing}`));
  });

  it.each([
    ['an http address', 'http://idp.example.com'],
    ['a file', 'file:///etc/passwd'],
    ['user info', 'https://user:secret@idp.example.com'],
  ])('refuse %s as issuer or address of keys and do not repeat it [JWK-17]', (_name, address) => {
    for (const name of ['OIDC_ISSUER', 'OAUTH_ISSUER', 'OAUTH_JWKS_URL', 'AWS_IDENTITY_CENTER_ISSUER']) {
      const text = problems({ ...OAUTH, [name]: address });
      expect(text).toMatch(new RegExp(`^${name}: `));
      expect(text).not.toContain(address);
    }
  });

  it.each([
    ['https://login.microsoftonline.com/common/v2.0', {}, 'names no tenant'],
    ['https://login.microsoftonline.com/organizations/v2.0', {}, 'names no tenant'],
    ['https://example.eu.auth0.com', { OIDC_PROFILE: 'auth0' }, 'Add it'],
  ])('say why %s can never be the iss of a token', (OIDC_ISSUER, env, reason) => {
    expect(problems({ OIDC_ISSUER, ...env })).toMatch(new RegExp(`^OIDC_ISSUER: .*${reason}`));
  });

  it('warn that the client id is accepted as audience, and name the safer setting [A4]', () => {
    for (const env of [OIDC, IDENTITY_CENTER, COGNITO]) {
      expect(load(env).warnings.join('\n')).toContain(`Safer: OAUTH_AUDIENCE=${RESOURCE}`);
      expect(load({ ...env, OAUTH_AUDIENCE: RESOURCE }).warnings.join('\n')).not.toContain('Safer');
    }
  });

  it("warn of Okta's org authorization server", () => {
    const warned = load({ ...OIDC, OIDC_ISSUER: 'https://example.okta.com', OIDC_PROFILE: 'okta' });
    expect(warned.warnings.join('\n')).toContain('org authorization server');
  });
});

describe('several issuers', () => {
  it('are on at once, one of every kind [A5]', () => {
    const all = issuers({ ...IDENTITY_CENTER, ...COGNITO, ...OIDC, ...OAUTH });
    expect(all.map(({ profile }) => profile)).toEqual(['identity-center', 'cognito', 'oidc', 'oidc']);
    expect(new Set(all.map(({ issuer }) => issuer)).size).toBe(4);
  });

  it('must not have one iss between them', () => {
    expect(problems({ ...OIDC, OAUTH_ISSUER: OIDC.OIDC_ISSUER })).toBe(
      'OAUTH_ISSUER: is the same issuer as OIDC_ISSUER; configure each issuer once',
    );
    expect(problems({ ...OIDC, OAUTH_ISSUER: `${OIDC.OIDC_ISSUER}/` })).toBe('');
  });
});

describe('OAUTH_ENABLED', () => {
  it('is on when an issuer is configured, and off with API keys alone [A13]', () => {
    expect(issuers(OIDC)).toHaveLength(1);
    expect(issuers({ ...OIDC, OAUTH_ENABLED: 'true' })).toHaveLength(1);
    expect(issuers(KEY)).toEqual([]);
  });

  it('switches every issuer off when false and leaves the API keys [A13]', () => {
    const off = load({ ...OIDC, ...COGNITO, ...KEY, OAUTH_ENABLED: 'false' });
    expect(off.auth.issuers).toEqual([]);
    expect(off.auth.apiKeys).toHaveLength(1);
  });

  it('leaves no server without a way in [A13]', () => {
    expect(problems({ ...OIDC, OAUTH_ENABLED: 'false' })).toContain('OAUTH_ENABLED');
    expect(problems({ ...KEY, OAUTH_ENABLED: 'true' })).toContain(
      'OAUTH_ENABLED: is true, and no issuer is configured',
    );
  });
});
