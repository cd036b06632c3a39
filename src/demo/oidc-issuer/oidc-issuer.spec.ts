import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.js';
import { registerClient } from './sign-in.js';

const RESOURCE = 'http://127.0.0.1:3334/mcp';
let idp: OidcIssuer;

beforeAll(async () => {
  idp = await startOidcIssuer({ resource: RESOURCE, accessTokenSeconds: 120 });
});

afterAll(() => idp.close());

function verify(token: string) {
  const keys = createRemoteJWKSet(new URL(idp.jwksUri));
  return jwtVerify(token, keys, { issuer: idp.issuer, audience: RESOURCE, typ: 'at+jwt' });
}

async function authorizationUrl(parameters: Record<string, string>): Promise<URL> {
  const { clientId, redirectUri } = await registerClient(idp.issuer);
  const url = new URL(`${idp.issuer}/auth`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
    scope: 'openid cw:read',
    ...parameters,
  }).toString();
  return url;
}

describe('startOidcIssuer', () => {
  it('publishes a discovery document with registration, PKCE and its one signing key', async () => {
    const document = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
    expect(document).toMatchObject({
      issuer: idp.issuer,
      jwks_uri: idp.jwksUri,
      registration_endpoint: `${idp.issuer}/reg`,
      code_challenge_methods_supported: ['S256'],
      scopes_supported: expect.arrayContaining(['cw:read', 'cw:query', 'offline_access']),
    });
    const { keys } = (await (await fetch(idp.jwksUri)).json()) as { keys: Record<string, unknown>[] };
    expect(keys).toEqual([expect.objectContaining({ kty: 'RSA', alg: 'RS256', kid: expect.any(String) })]);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('signs alice and bob in by the authorization-code flow, each with their own claims', async () => {
    const alice = await verify((await idp.signIn('alice')).accessToken);
    expect(alice.payload).toMatchObject({
      sub: 'alice',
      scope: 'cw:read cw:query',
      client_id: expect.any(String),
      email: 'alice@example.com',
      email_verified: true,
      name: 'Alice Example',
      groups: ['shop-oncall'],
      'custom:role_arn': 'arn:aws:iam::111111111111:role/CloudWatchReader',
    });
    expect(alice.payload.exp).toBe((alice.payload.iat ?? 0) + 120);
    const bob = await verify((await idp.signIn('bob')).accessToken);
    expect(bob.payload).toMatchObject({
      sub: 'bob',
      groups: ['logistics-oncall'],
      'custom:role_arn': 'arn:aws:iam::222222222222:role/CloudWatchReader',
    });
  });

  it('issues an ID token for the client beside the access token for the resource', async () => {
    const { idToken, clientId } = await idp.signIn('alice');
    expect(decodeJwt(idToken ?? '')).toMatchObject({ sub: 'alice', aud: clientId, email: 'alice@example.com' });
  });

  it('refreshes, and accepts each refresh token once', async () => {
    const first = await idp.signIn('bob');
    const second = await idp.refresh(first);
    const { payload } = await verify(second.accessToken);
    expect(payload).toMatchObject({ sub: 'bob', scope: 'cw:read cw:query' });
    expect(second.accessToken).not.toBe(first.accessToken);
    await expect(idp.refresh(first)).rejects.toThrow(/invalid_grant/);
  });

  it('binds tokens to the resource also when the client names none', async () => {
    const url = await authorizationUrl({ state: 'kept' });
    const answer = { code: expect.any(String), state: 'kept', iss: idp.issuer };
    await expect(idp.completeLogin(url, 'alice')).resolves.toEqual(answer);
  });

  it('refuses unknown users, other resources and requests without PKCE', async () => {
    await expect(idp.signIn('mallory')).rejects.toThrow(/sign-in as mallory: .* answered 403/);
    const other = await authorizationUrl({ resource: 'https://elsewhere.example/mcp' });
    await expect(idp.completeLogin(other, 'alice')).rejects.toThrow(/invalid_target/);
    const plain = await authorizationUrl({ code_challenge: '', code_challenge_method: '' });
    await expect(idp.completeLogin(plain, 'alice')).rejects.toThrow(/invalid_request/);
  });

  it('reads the metadata document of a client that is named by its address, when told how', async () => {
    const clientId = 'https://client.test/oauth/client.json';
    const redirectUri = 'http://127.0.0.1:9/callback';
    const asked: string[] = [];
    const reading = await startOidcIssuer({
      resource: RESOURCE,
      fetchClientDocument: async (url) => {
        asked.push(url);
        return Response.json({ client_id: clientId, client_name: 'named', redirect_uris: [redirectUri] });
      },
    });
    try {
      const document = await (await fetch(`${reading.issuer}/.well-known/openid-configuration`)).json();
      expect(document).toMatchObject({ client_id_metadata_document_supported: true });
      const { accessToken } = await reading.signIn('alice', { clientId, redirectUri });
      expect(decodeJwt(accessToken)).toMatchObject({ sub: 'alice', client_id: clientId });
      expect(asked).toEqual([clientId]);
    } finally {
      await reading.close();
    }
    await expect(idp.signIn('alice', { clientId, redirectUri })).rejects.toThrow();
  });

  it('refuses to start in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    try {
      await expect(startOidcIssuer({ resource: RESOURCE })).rejects.toThrow(/NODE_ENV=production/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('prints nothing while it starts and signs people in', async () => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => undefined),
    );
    const quiet = await startOidcIssuer({ resource: RESOURCE });
    try {
      await quiet.refresh(await quiet.signIn('alice'));
      expect(printed.flatMap((spy) => spy.mock.calls)).toEqual([]);
    } finally {
      await quiet.close();
      vi.restoreAllMocks();
    }
  });
});

describe('mintToken', () => {
  it('signs with the published key a token of the same shape as a sign-in', async () => {
    const minted = await verify(await idp.mintToken({ sub: 'alice' }));
    const real = await verify((await idp.signIn('alice')).accessToken);
    expect(Object.keys(minted.payload).sort()).toEqual(Object.keys(real.payload).sort());
    expect(minted.protectedHeader).toEqual(real.protectedHeader);
  });

  it('takes other subjects, claims, audiences, headers and past expiry', async () => {
    const token = await idp.mintToken(
      { sub: 'user-17', groups: ['x'], nbf: 5 },
      { expiresInSeconds: -10, audience: 'other', header: { typ: 'JWT' } },
    );
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ sub: 'user-17', groups: ['x'], nbf: 5, aud: 'other' });
    expect(claims).not.toHaveProperty('custom:role_arn');
    await expect(verify(token)).rejects.toThrow();
  });
});
