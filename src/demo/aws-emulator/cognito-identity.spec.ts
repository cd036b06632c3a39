import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  ListIdentitiesCommand,
} from '@aws-sdk/client-cognito-identity';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clients, failureOf, FEW_OPERATIONS } from './emulator-fixture.js';
import { IDENTITY_POOLS, identityPoolId } from './roles.js';
import { type AwsEmulator, runEmulator } from './running-emulator.js';

const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
const LOGIN = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
const CLIENT = 'app-client';
const POOL = identityPoolId('111111111111');

let emulator: AwsEmulator;
let keyServer: Server;
let key: CryptoKey;
let cognito: CognitoIdentityClient;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  key = pair.privateKey;
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256' }] });
  keyServer = createServer((_request, response) => response.end(keys));
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
  const jwksUri = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`;
  emulator = await runEmulator(FEW_OPERATIONS, { userPools: [{ issuer: ISSUER, jwksUri, clientIds: [CLIENT] }] });
  emulator.addUserPool({ issuer: 'https://silent.example', jwksUri: 'http://127.0.0.1:1/keys', clientIds: [CLIENT] });
  cognito = new CognitoIdentityClient({ endpoint: emulator.url, region: 'us-east-1', maxAttempts: 1 });
});
afterEach(() => emulator.faults.clear());
afterAll(async () => {
  await emulator.close();
  keyServer.closeAllConnections();
  keyServer.close();
});

function token(claims: JWTPayload = {}, signer: CryptoKey = key): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const payload = { iss: ISSUER, sub: 'alice', aud: CLIENT, token_use: 'id', iat: now, exp: now + 300, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(signer);
}

async function getId(Logins?: Record<string, string>, IdentityPoolId = POOL): Promise<string> {
  return (await cognito.send(new GetIdCommand({ IdentityPoolId, Logins }))).IdentityId ?? '';
}

const idOf = async (claims?: JWTPayload, pool?: string): Promise<string> =>
  getId({ [LOGIN]: await token(claims) }, pool);

async function credentialsFor(IdentityId: string, text: string) {
  return cognito.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins: { [LOGIN]: text } }));
}

describe('GetId', () => {
  it('gives a person the same id at every sign-in, and everybody another', async () => {
    const first = await idOf();
    expect(first).toMatch(/^us-east-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await idOf({ jti: '2' })).toBe(first);
    expect(await idOf({ sub: 'bob' })).not.toBe(first);
    expect(await idOf({}, identityPoolId('222222222222'))).not.toBe(first);
  });

  it('is answered unsigned, and recorded without the token', async () => {
    const text = await token();
    await getId({ [LOGIN]: text });
    const record = emulator.calls.of('GetId').at(-1);
    expect(record).toMatchObject({ service: 'cognito-identity', verified: true, input: { Logins: [LOGIN] } });
    expect(record?.accessKeyId).toBeUndefined();
    expect(JSON.stringify(record)).not.toContain(text);
  });

  it('lets no guest in', async () => {
    expect(await failureOf(getId())).toMatchObject({
      name: 'NotAuthorizedException',
      message: /Unauthenticated access/,
    });
    expect((await failureOf(getId({}))).name).toBe('NotAuthorizedException');
  });

  it.each<[string, JWTPayload, RegExp]>([
    ['an access token', { token_use: 'access', aud: undefined, client_id: CLIENT }, /identity token/],
    ['an access token with an audience', { token_use: 'access' }, /identity token/],
    ['a token of another app client', { aud: 'another' }, /audience/],
    ['a token of another issuer', { iss: 'https://elsewhere.example' }, /Issuer/],
    ['an expired token', { exp: Math.floor(Date.now() / 1_000) - 1 }, /expired/],
    ['a token without subject', { sub: undefined }, /Invalid login token/],
  ])('refuses %s', async (_what, claims, message) => {
    const failure = await failureOf(idOf(claims));
    expect(failure.name).toBe('NotAuthorizedException');
    expect(failure.message).toMatch(message);
  });

  it('refuses a foreign signature, an unknown provider, several logins and what is no token', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const name = async (logins: Record<string, string>): Promise<string> => (await failureOf(getId(logins))).name;
    expect(await name({ [LOGIN]: await token({}, privateKey) })).toBe('NotAuthorizedException');
    expect(await name({ 'accounts.example': await token() })).toBe('NotAuthorizedException');
    expect(await name({ [LOGIN]: 'opaque' })).toBe('NotAuthorizedException');
    expect(await name({ [LOGIN]: await token(), 'silent.example': 'x' })).toBe('InvalidParameterException');
    expect(await name({ 'silent.example': await token() })).toBe('ExternalServiceException');
  });

  it('names a pool it does not know, and one that is none', async () => {
    expect((await failureOf(idOf({}, 'us-east-1:99999999-0000-4000-8000-000000000000'))).name).toBe(
      'ResourceNotFoundException',
    );
    expect((await failureOf(idOf({}, 'pool'))).name).toBe('InvalidParameterException');
  });
});

describe('GetCredentialsForIdentity', () => {
  it.each(['111111111111', '222222222222'])("opens the data of the pool's account %s for an hour", async (account) => {
    const text = await token();
    const identityId = await getId({ [LOGIN]: text }, identityPoolId(account));
    const { Credentials: made } = await credentialsFor(identityId, text);
    expect(Number(made?.Expiration) - Date.now()).toBeGreaterThan(3_590_000);
    const keys = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretKey ?? '',
      sessionToken: made?.SessionToken,
    };
    const groups = await clients(emulator.url, keys).logs.send(new DescribeLogGroupsCommand({}));
    expect(groups.logGroups?.[0]?.logGroupName).toBe(`/groups/of/${account}`);
    expect(emulator.calls.all().at(-1)?.principalArn).toBe(
      `arn:aws:sts::${account}:assumed-role/CloudWatchReader/CognitoIdentityCredentials`,
    );
  });

  it("does not open one person's identity with another's token", async () => {
    const failure = await failureOf(credentialsFor(await idOf(), await token({ sub: 'bob' })));
    expect(failure).toMatchObject({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/Logins don't match/),
    });
  });

  it('does not know an identity it has not made', async () => {
    const failure = await failureOf(credentialsFor('us-east-1:00000000-0000-4000-8000-00000000000a', await token()));
    expect(failure.name).toBe('ResourceNotFoundException');
  });

  it('says that the role of a pool does not trust it', async () => {
    const broken = IDENTITY_POOLS.at(-1)?.id;
    const failure = await failureOf(credentialsFor(await idOf({}, broken), await token()));
    expect(failure.name).toBe('InvalidIdentityPoolConfigurationException');
  });

  it.each([
    ['throttle', 'TooManyRequestsException'],
    ['server-error', 'InternalErrorException'],
  ] as const)('fails as told: %s', async (kind, name) => {
    emulator.faults.add({ operation: 'cognito-identity:GetId', kind });
    expect((await failureOf(idOf())).name).toBe(name);
  });

  it('has no other operation', async () => {
    const failure = await failureOf(cognito.send(new ListIdentitiesCommand({ IdentityPoolId: POOL, MaxResults: 1 })));
    expect(failure.name).toBe('UnknownOperationException');
  });
});
