import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { AssumeRoleWithWebIdentityCommand, type AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, failureOf, FEW_OPERATIONS, READER_ARN } from './emulator-fixture.js';
import { type AwsEmulator, runEmulator } from './running-emulator.js';

const AUDIENCE = 'https://mcp.example.com/mcp';

describe('AssumeRoleWithWebIdentity', () => {
  let emulator: AwsEmulator;
  let keyServer: Server;
  let issuer: string;
  let key: CryptoKey;
  let fetches = 0;

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256');
    key = pair.privateKey;
    const keys = JSON.stringify({
      keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }],
    });
    keyServer = createServer((_request, response) => {
      fetches += 1;
      response.setHeader('content-type', 'application/json').end(keys);
    });
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}`;
    const provider = { issuer, jwksUri: `${issuer}/keys`, audiences: [AUDIENCE, 'trusted-client'] };
    const silent = { issuer: 'http://silent.example', jwksUri: 'http://127.0.0.1:1/keys', audiences: [AUDIENCE] };
    emulator = await runEmulator(FEW_OPERATIONS, { oidcProviders: [provider] });
    emulator.addOidcProvider(silent);
  });
  afterAll(async () => {
    await emulator.close();
    keyServer.closeAllConnections();
    keyServer.close();
  });

  function token(claims: JWTPayload = {}, signer: CryptoKey = key, kid = 'one'): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: issuer, sub: 'alice', aud: AUDIENCE, iat: now, exp: now + 300, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(signer);
  }

  function exchange(WebIdentityToken: string, change: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) {
    const { sts } = clients(emulator.url, { accessKeyId: 'none', secretAccessKey: 'none' });
    return sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: READER_ARN,
        RoleSessionName: 'alice',
        WebIdentityToken,
        ...change,
      }),
    );
  }

  it('gives a session for a token, unsigned, and records the session without the token', async () => {
    const text = await token();
    const answer = await exchange(text);
    expect(answer).toMatchObject({ SubjectFromWebIdentityToken: 'alice', Audience: AUDIENCE, Provider: issuer });
    expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/alice');
    const record = emulator.calls.of('AssumeRoleWithWebIdentity').at(-1);
    expect(record).toMatchObject({
      verified: true,
      principalArn: answer.AssumedRoleUser?.Arn,
      accountId: '111111111111',
    });
    expect(record?.accessKeyId).toBeUndefined();
    expect(JSON.stringify(record)).not.toContain(text);
  });

  it('fetches the keys of a provider once', async () => {
    await exchange(await token());
    const before = fetches;
    await exchange(await token());
    expect(fetches).toBe(before);
  });

  it('checks azp instead of aud where a token has both', async () => {
    expect((await failureOf(exchange(await token({ azp: 'some-mcp-client' })))).message).toBe(
      'Incorrect token audience',
    );
    const answer = await exchange(await token({ azp: 'trusted-client', aud: 'elsewhere' }));
    expect(answer.Audience).toBe('trusted-client');
  });

  it('accepts a token for several audiences when one is registered', async () => {
    expect((await exchange(await token({ aud: ['elsewhere', AUDIENCE] }))).Audience).toBe(AUDIENCE);
  });

  it.each([
    ['another audience', 'Incorrect token audience', { aud: 'elsewhere' }],
    ['no audience', 'Incorrect token audience', { aud: undefined }],
    ['an unregistered issuer', 'No OpenIDConnect provider', { iss: 'https://other.example' }],
    ['no subject', 'sub', { sub: undefined }],
    ['no expiry', 'exp', { exp: undefined }],
  ])('refuses a token with %s', async (_what, message, claims) => {
    const failure = await failureOf(exchange(await token(claims)));
    expect(failure.name).toBe('InvalidIdentityTokenException');
    expect(failure.message).toContain(message);
  });

  it('refuses an expired token', async () => {
    const failure = await failureOf(exchange(await token({ exp: Math.floor(Date.now() / 1_000) - 1 })));
    expect(failure.name).toBe('ExpiredTokenException');
  });

  it("refuses a signature of another key than the provider's", async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect((await failureOf(exchange(await token({}, privateKey)))).name).toBe('InvalidIdentityTokenException');
    expect((await failureOf(exchange(await token({}, privateKey, 'two')))).name).toBe('InvalidIdentityTokenException');
  });

  it('refuses what is no JWT, and one without a signature', async () => {
    expect((await failureOf(exchange('opaque-access-token'))).message).toContain('not a valid JWT');
    const [header, payload] = (await token()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await failureOf(exchange(`${none}.${payload}.`))).name).toBe('InvalidIdentityTokenException');
    expect((await failureOf(exchange(`${header}.${payload}.`))).name).toBe('InvalidIdentityTokenException');
  });

  it('says that the keys could not be fetched', async () => {
    const failure = await failureOf(exchange(await token({ iss: 'http://silent.example' })));
    expect(failure.name).toBe('IDPCommunicationErrorException');
  });

  it.each(['Untrusted', 'Nothing'])('refuses the role %s', async (name) => {
    const failure = await failureOf(exchange(await token(), { RoleArn: `arn:aws:iam::111111111111:role/${name}` }));
    expect(failure).toEqual({
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    });
  });

  it('refuses more time than the role gives', async () => {
    expect((await failureOf(exchange(await token(), { DurationSeconds: 7_200 }))).name).toBe('ValidationError');
  });
});
