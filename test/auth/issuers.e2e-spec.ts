import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalIssuer } from '../support/local-issuer.js';
import { signersOf, type Stack, startStack } from '../support/stack.js';

const POOL = 'us-east-1_AbCdEfGhI';
const COGNITO = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`;
const DISCOVERY = '/.well-known/openid-configuration';
const WELL_KNOWN_KEYS = '/.well-known/jwks.json';
const PORTAL = 'https://d-1234567890.awsapps.com/start';

let stack: Stack;
let identityCenter: LocalIssuer;
let oauth: LocalIssuer;
let cognito: LocalIssuer;
/** An issuer that nobody configured. */
let stranger: LocalIssuer;
let folder: string;

beforeAll(async () => {
  [identityCenter, oauth, cognito, stranger] = (await Promise.all([1, 2, 3, 4].map(() => LocalIssuer.start()))) as [
    LocalIssuer,
    LocalIssuer,
    LocalIssuer,
    LocalIssuer,
  ];
  identityCenter.fault = (path, response) => {
    if (path === DISCOVERY) return Boolean(response.writeHead(404).end());
    if (path !== WELL_KNOWN_KEYS) return false;
    response.end(JSON.stringify({ keys: identityCenter.published }));
    return true;
  };
  folder = await mkdtemp(join(tmpdir(), 'issuers-'));
  const file = join(folder, 'issuers.yaml');
  await writeFile(
    file,
    `- {name: customers, profile: cognito, userPoolId: ${POOL}, clientId: pool-client, jwksUrl: ${cognito.url}/keys}\n`,
  );
  stack = await startStack({
    env: {
      AWS_IDENTITY_CENTER_ISSUER: identityCenter.url,
      AWS_IDENTITY_CENTER_CLIENT_ID: 'app',
      AWS_IDENTITY_CENTER_START_URL: PORTAL,
      OAUTH_ISSUER: oauth.url,
      OAUTH_JWKS_URL: `${oauth.url}/keys`,
      ISSUERS_FILE: file,
    },
  });
});
afterAll(async () => {
  await stack.close();
  await Promise.all([identityCenter, oauth, cognito, stranger].map((issuer) => issuer.stop()));
  await rm(folder, { recursive: true });
});

const poolToken = (claims: object = {}): Promise<string> =>
  cognito.sign({ iss: COGNITO, token_use: 'access', client_id: 'pool-client', ...claims });

/** A good token of each configured issuer, for the subject `alice` of each. */
const TOKENS: Readonly<Record<string, () => Promise<string>>> = {
  'the one of OIDC_ISSUER': () => stack.token('alice', { 'custom:role_arn': undefined }),
  'the one of AWS_IDENTITY_CENTER_ISSUER': () => identityCenter.sign({ aud: stack.endpoint }),
  'the one of OAUTH_ISSUER': () => oauth.sign({ aud: stack.endpoint }),
  'the Cognito pool of ISSUERS_FILE': () => poolToken(),
};

const issuerOf = (name: string): string =>
  ({
    'the one of OIDC_ISSUER': stack.issuer.issuer,
    'the one of AWS_IDENTITY_CENTER_ISSUER': identityCenter.url,
    'the one of OAUTH_ISSUER': oauth.url,
    'the Cognito pool of ISSUERS_FILE': COGNITO,
  })[name] ?? '';

const fetches = (): number => [identityCenter, oauth, cognito, stranger].flatMap(({ paths }) => paths).length;

async function statusOf(token: string): Promise<number> {
  return (await stack.call(token, 'describe_log_groups')).status;
}

describe('several issuers at once', () => {
  beforeEach(() => stack.aws.calls.clear());

  it.each(Object.entries(TOKENS))(
    "accept their own tokens: %s is picked by the token's iss [A5]",
    async (name, token) => {
      expect(await statusOf(await token())).toBe(200);
      const principals = stack.log
        .lines()
        .filter((line) => (line.event as { name?: string } | undefined)?.name === 'auth.success')
        .map((line) => line.principal as { issuer: string; subject: string });
      expect(principals.at(-1)).toMatchObject({ issuer: issuerOf(name), subject: 'alice' });
    },
  );

  it('keep callers of one subject apart by their issuer', async () => {
    for (const token of Object.values(TOKENS)) expect(await statusOf(await token())).toBe(200);
    expect(signersOf(stack.aws, 'DescribeLogGroups')).toHaveLength(4);
  });

  it('verify with their own keys only: a good key of one issuer signs nothing for another [A5] [JWT-34]', async () => {
    const forged = [
      identityCenter.sign({ iss: oauth.url, aud: stack.endpoint }),
      oauth.sign({ iss: identityCenter.url, aud: stack.endpoint }),
      oauth.sign({ iss: COGNITO, token_use: 'access', client_id: 'pool-client' }),
      cognito.sign({ aud: stack.endpoint, iss: oauth.url }),
    ];
    for (const token of await Promise.all(forged)) expect(await statusOf(token)).toBe(401);
  });

  it('judge by their own profile: what a pool may leave out, another issuer may not [A3]', async () => {
    expect(await statusOf(await poolToken({ client_id: 'other' }))).toBe(401);
    expect(await statusOf(await poolToken({ token_use: undefined }))).toBe(401);
    expect(await statusOf(await poolToken({ token_use: 'id', aud: 'pool-client', client_id: undefined }))).toBe(401);
    expect(await statusOf(await oauth.sign({ token_use: 'access', client_id: 'pool-client' }))).toBe(401);
  });

  it('are found in three ways: discovery, the usual place, and the configured address alone [A4]', async () => {
    for (const token of Object.values(TOKENS)) await statusOf(await token());
    expect(new Set(identityCenter.paths)).toEqual(new Set([DISCOVERY, WELL_KNOWN_KEYS]));
    expect(new Set(oauth.paths)).toEqual(new Set(['/keys']));
    expect(new Set(cognito.paths)).toEqual(new Set(['/keys']));
  });

  it('cause no fetch for a token of anybody else [A5] [CLM-16]', async () => {
    for (const token of Object.values(TOKENS)) await statusOf(await token());
    const before = fetches();
    const strangers = [
      stranger.sign({ aud: stack.endpoint }),
      stranger.sign({ aud: stack.endpoint, iss: `${oauth.url}/` }),
      stranger.sign({ iss: `${COGNITO}X`, token_use: 'access', client_id: 'pool-client' }),
      poolToken({ iss: COGNITO.replace('us-east-1_', 'us-east-1_x') }),
    ];
    for (const token of await Promise.all(strangers)) expect(await statusOf(token)).toBe(401);
    expect(fetches()).toBe(before);
    expect(stranger.paths).toEqual([]);
  });

  it('are all named in the metadata document [A12]', async () => {
    const { origin } = new URL(stack.endpoint);
    const answer = await fetch(`${origin}/.well-known/oauth-protected-resource`);
    expect(await answer.json()).toMatchObject({
      resource: stack.endpoint,
      authorization_servers: [identityCenter.url, stack.issuer.issuer, oauth.url, COGNITO],
    });
  });

  it('are all in the first line of the log, with what each accepts [D2]', () => {
    const started = stack.log
      .lines()
      .find((line) => (line.event as { name?: string } | undefined)?.name === 'server.started');
    const common = { audiences: [stack.endpoint], accepts: ['access'], exchange: 'assume-role' };
    expect(started).toMatchObject({
      auth: {
        issuers: [
          { issuer: identityCenter.url, profile: 'identity-center', ...common },
          { issuer: stack.issuer.issuer, profile: 'oidc', ...common },
          { issuer: oauth.url, profile: 'oidc', ...common },
          { name: 'customers', issuer: COGNITO, profile: 'cognito', ...common },
        ],
      },
    });
  });

  it('tell people at the front page where their AWS roles are listed [A2]', async () => {
    const answer = await fetch(new URL(stack.endpoint).origin);
    expect(await answer.json()).toMatchObject({ aws_access_portal: PORTAL });
  });
});

describe('an ID token', () => {
  it.each([
    [
      'refused where OAUTH_AUDIENCE says whom tokens are for',
      401,
      { OAUTH_AUDIENCE: 'https://mcp.example.com/mcp,app' },
    ],
    ['accepted there with ACCEPT_ID_TOKENS', 200, { OAUTH_AUDIENCE: 'app', ACCEPT_ID_TOKENS: 'true' }],
    ['accepted where the client id is the audience', 200, { OAUTH_AUDIENCE: undefined }],
    ['refused for another client', 401, { OAUTH_AUDIENCE: undefined, OIDC_CLIENT_ID: 'other' }],
  ])('is %s [A4]', async (_name, status, env) => {
    const own = await startStack({ env: { OIDC_ISSUER: oauth.url, OIDC_CLIENT_ID: 'app', ...env } });
    try {
      const idToken = await oauth.sign({ aud: 'app', nonce: 'n' }, { header: { typ: 'JWT' } });
      expect((await own.call(idToken, 'describe_log_groups')).status).toBe(status);
      const accessToken = await oauth.sign({ aud: env.OAUTH_AUDIENCE === undefined ? own.endpoint : 'app' });
      expect((await own.call(accessToken, 'describe_log_groups')).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});

describe('OAUTH_ENABLED=false', () => {
  it('leaves the API keys as the only way in, and nobody to sign in at [A13] [A7]', async () => {
    const off = await startStack({ env: { OAUTH_ENABLED: 'false' } });
    try {
      expect((await off.call(await off.token('alice'), 'describe_log_groups')).status).toBe(401);
      expect((await off.call(off.apiKey, 'describe_log_groups')).status).toBe(200);
      const answer = await fetch(`${new URL(off.endpoint).origin}/.well-known/oauth-protected-resource`);
      expect(await answer.json()).not.toHaveProperty('authorization_servers');
    } finally {
      await off.close();
    }
  });
});
