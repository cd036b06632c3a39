import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { type AppConfig, loadAppConfig } from '../config/app-config.js';
import { FEW_OPERATIONS } from '../demo/aws-emulator/emulator-fixture.js';
import { EXTERNAL_ID, identityPoolId } from '../demo/aws-emulator/roles.js';
import { type AwsEmulator, runEmulator } from '../demo/aws-emulator/running-emulator.js';
import type { ServiceError } from '../errors.js';
import { CarriedCredentials, PresentedToken, type Principal } from '../principal.js';
import type { SecurityEvent } from '../security-monitoring/security-event.js';
import { AwsClientFactory } from './aws-client.factory.js';
import { CredentialsCacheService } from './credentials-cache.service.js';
import { CredentialsExchangeService } from './credentials-exchange.service.js';
import type { CredentialsPlan } from './credentials-plan.js';
import { AssumeRoleExchange } from './exchange/assume-role.exchange.js';
import { ClaimCredentialsExchange } from './exchange/claim-credentials.exchange.js';
import { CognitoIdentityExchange } from './exchange/cognito-identity.exchange.js';
import { LocalProfileExchange } from './exchange/local-profile.exchange.js';
import { ServerIdentityExchange } from './exchange/server-identity.exchange.js';
import { WebIdentityExchange } from './exchange/web-identity.exchange.js';

const POOL_ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const ASSUME: CredentialsPlan = { kind: 'assume-role', roleArn: ROLE, externalId: EXTERNAL_ID };

let emulator: AwsEmulator;
let factory: AwsClientFactory;
let events: SecurityEvent[];

beforeAll(async () => {
  emulator = await runEmulator(FEW_OPERATIONS);
});
afterAll(() => emulator.close());
beforeEach(() => {
  events = [];
});
afterEach(() => {
  emulator.faults.clear();
  emulator.calls.clear();
  factory.onApplicationShutdown();
});

/** A replica of its own: nothing is shared with another. */
function service(endpoint = emulator.url): CredentialsExchangeService {
  const config: AppConfig = loadAppConfig({
    API_KEYS: `ci:sha256:${'0'.repeat(64)}`,
    AWS_CLOUDWATCH_ROLE_ARN: ROLE,
    AWS_ENDPOINT_URL: endpoint,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
  });
  factory = new AwsClientFactory(config);
  return new CredentialsExchangeService(
    new CredentialsCacheService(),
    { record: (event: SecurityEvent) => void events.push(event) } as never,
    new AssumeRoleExchange(factory),
    new WebIdentityExchange(factory),
    new CognitoIdentityExchange(factory),
    new ClaimCredentialsExchange(),
    new LocalProfileExchange(factory, config),
    new ServerIdentityExchange(factory, config),
    config,
  );
}

function caller(subject: string, extra: Partial<Principal> = {}) {
  const principal: Principal = {
    issuer: POOL_ISSUER,
    subject,
    displayName: subject,
    method: 'jwt',
    scopes: [],
    groups: [],
    claims: {},
    ...extra,
  };
  return { principal, requestId: 'request-1' };
}

async function failure(run: Promise<unknown>): Promise<ServiceError> {
  return run.then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: unknown) => error as ServiceError,
  );
}

const refusals = (): unknown[] => events.filter(({ name }) => name === 'credentials.refused');

describe('CredentialsExchangeService.obtain while AWS is busy', () => {
  it('tries three times, with pauses that differ, and then says to come back [B9] [ISO-07]', async () => {
    const replica = service();
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'throttle' });
    const errors = await Promise.all(['a', 'b', 'c', 'd'].map((user) => failure(replica.obtain(ASSUME, caller(user)))));
    expect(errors.map(({ code, retryAfterSeconds }) => [code, retryAfterSeconds])).toEqual(
      errors.map(() => ['credentials_unavailable', 5]),
    );
    const tries = emulator.calls.of('AssumeRole');
    expect(tries).toHaveLength(12);
    const last = tries.slice(-4).map(({ at }) => at.getTime());
    expect(Math.max(...last) - Math.min(...last)).toBeGreaterThan(2);
    expect(refusals()).toHaveLength(4);
  });

  it("leaves every user their own tries, however many of others' were used up before", async () => {
    const replica = service();
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'throttle', times: 330 });
    // More failures than the retry budget of an SDK client (500 tokens, 5 a try) has room for.
    await Promise.all(Array.from({ length: 110 }, (_, user) => failure(replica.obtain(ASSUME, caller(`u${user}`)))));
    expect(emulator.calls.of('AssumeRole')).toHaveLength(330);
    emulator.calls.clear();
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'throttle', times: 2 });
    await expect(replica.obtain(ASSUME, caller('late'))).resolves.toBeDefined();
    expect(emulator.calls.of('AssumeRole')).toHaveLength(3);
  });

  it.each(['throttle', 'server-error', 'reset'] as const)('survives %s twice in a row', async (kind) => {
    const replica = service();
    emulator.faults.add({ operation: 'sts:AssumeRole', kind, times: 2 });
    await expect(replica.obtain(ASSUME, caller('alice'))).resolves.toBeDefined();
    expect(emulator.calls.of('AssumeRole')).toHaveLength(3);
  });

  it('does not repeat what AWS has refused', async () => {
    const replica = service();
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'access-denied' });
    expect((await failure(replica.obtain(ASSUME, caller('alice')))).code).toBe('credentials_refused');
    expect(emulator.calls.of('AssumeRole')).toHaveLength(1);
  });
});

describe('CredentialsExchangeService.obtain when AWS does not answer at all', () => {
  it('gives up within ten seconds and recovers by itself [B9] [ISO-07]', async () => {
    let stalled = true;
    const gate = createServer((incoming, response) => {
      if (stalled) return;
      // Passed on with the same headers, so that signatures hold.
      const answered = ({ status, body }: ForwardedAnswer): void => void response.writeHead(status).end(body);
      incoming.pipe(forwardTo(emulator.url, incoming.headers, answered));
    });
    const replica = service(await listening(gate));
    const started = performance.now();
    const error = await failure(replica.obtain(ASSUME, caller('alice')));
    const seconds = (performance.now() - started) / 1000;
    expect(error).toMatchObject({ code: 'credentials_unavailable', retryAfterSeconds: 5 });
    expect(error.message).toContain('AWS STS did not answer');
    expect(seconds * 1000).toBeLessThan(10_000 + BUSY_MS);
    stalled = false;
    await expect(replica.obtain(ASSUME, caller('alice'))).resolves.toBeDefined();
    gate.closeAllConnections();
    gate.close();
  });
});

describe('CredentialsExchangeService with a session policy', () => {
  const readOnlyMetrics = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'cloudwatch:*', Resource: '*' }],
  });

  it('sends it with the role and keeps its sessions apart from wider ones [B1]', async () => {
    const replica = service();
    const wide = await replica.obtain(ASSUME, caller('alice'));
    const narrow = await replica.obtain({ ...ASSUME, sessionPolicy: readOnlyMetrics }, caller('alice'));
    expect(narrow).not.toBe(wide);
    const sent = emulator.calls.of('AssumeRole').map(({ input }) => (input as { Policy?: string }).Policy);
    expect(sent).toEqual([undefined, readOnlyMetrics]);
  });

  it('says whom to tell when AWS cannot read it', async () => {
    const plan = { ...ASSUME, sessionPolicy: '{"Statement":[{"Effect":"Allow","Action":"x","Condition":{"No":{}}}]}' };
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'error', code: 'MalformedPolicyDocument' });
    expect((await failure(service().obtain(plan, caller('alice')))).message).toContain('session policy');
  });
});

describe('CredentialsExchangeService with another STS region', () => {
  it('asks that region, and keeps its sessions apart [A2]', async () => {
    const replica = service();
    await replica.obtain(ASSUME, caller('alice'));
    await replica.obtain({ ...ASSUME, stsRegion: 'eu-west-1' }, caller('alice'));
    await replica.obtain({ ...ASSUME, stsRegion: 'us-east-1' }, caller('alice'));
    expect(emulator.calls.of('AssumeRole').map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
  });
});

describe('CredentialsExchangeService with an identity pool', () => {
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: Server;

  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    const body = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256' }] });
    jwks = createServer((_request, response) => response.end(body));
    emulator.addUserPool({ issuer: POOL_ISSUER, jwksUri: await listening(jwks), clientIds: ['app'] });
  });
  afterAll(() => {
    jwks.closeAllConnections();
    jwks.close();
  });

  async function signedIn(subject: string, claims: object = {}, account = '111111111111') {
    const text = await new SignJWT({ token_use: 'id', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(POOL_ISSUER)
      .setAudience('app')
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(keys.privateKey);
    const plan: CredentialsPlan = {
      kind: 'cognito-identity',
      identityPoolId: identityPoolId(account),
      token: new PresentedToken(text),
    };
    return { plan, who: caller(subject, { token: plan.token }), text };
  }

  it('asks for the identity once, and for credentials with every token [B2]', async () => {
    const replica = service();
    const first = await signedIn('alice');
    const credentials = await replica.obtain(first.plan, first.who);
    expect(await replica.obtain(first.plan, first.who)).toBe(credentials);
    const second = await signedIn('alice', { jti: '2' });
    expect(await replica.obtain(second.plan, second.who)).not.toBe(credentials);
    expect(emulator.calls.of('GetId')).toHaveLength(1);
    expect(emulator.calls.of('GetCredentialsForIdentity')).toHaveLength(2);
    expect(emulator.calls.of('AssumeRole')).toEqual([]);
    const granted = events.find(({ name }) => name === 'credentials.exchanged');
    expect(granted).toMatchObject({ name: 'credentials.exchanged', kind: 'cognito-identity' });
    expect(granted).toHaveProperty('awsRequestId', emulator.calls.of('GetCredentialsForIdentity')[0]?.requestId);
  });

  it('sends both calls unsigned, with the user pool as the name of the login [B2] [ISO-07]', async () => {
    const { plan, who, text } = await signedIn('alice');
    await service().obtain(plan, who);
    for (const call of emulator.calls.all()) {
      expect(call.accessKeyId).toBeUndefined();
      expect(call.input).toMatchObject({ Logins: ['cognito-idp.us-east-1.amazonaws.com/us-east-1_Example'] });
    }
    expect(JSON.stringify(events)).not.toContain(text.slice(0, 40));
  });

  it("gives every person and every account a session of its own, never another's [B2] [ISO-02]", async () => {
    const replica = service();
    const people = ['alice', 'bob', 'alice', 'bob'];
    const accounts = ['111111111111', '222222222222'];
    const sessions = await Promise.all(
      people.map(async (subject, index) => {
        const { plan, who } = await signedIn(subject, { jti: String(index) }, accounts[index % 2]);
        return (await replica.obtain(plan, who)).accessKeyId;
      }),
    );
    expect(new Set(sessions).size).toBe(4);
    const made = emulator.calls.of('GetCredentialsForIdentity').map(({ accountId }) => accountId);
    for (const account of accounts) expect(made.filter((id) => id === account)).toHaveLength(2);
  });

  it('makes the identity anew when somebody deleted it [B2]', async () => {
    const replica = service();
    const first = await signedIn('alice');
    await replica.obtain(first.plan, first.who);
    const missing = { operation: 'cognito-identity:GetCredentialsForIdentity', kind: 'error' } as const;
    emulator.faults.add({ ...missing, code: 'ResourceNotFoundException', times: 1 });
    const second = await signedIn('alice', { jti: '2' });
    await expect(replica.obtain(second.plan, second.who)).resolves.toBeDefined();
    expect(emulator.calls.of('GetId')).toHaveLength(2);
  });

  it('asks once about a token that Cognito does not take, and says that it needs the ID token [B2] [ISO-19]', async () => {
    const replica = service();
    const { plan, who } = await signedIn('alice', { token_use: 'access' });
    for (let call = 0; call < 3; call += 1) {
      const error = await failure(replica.obtain(plan, who));
      expect(error.code).toBe('credentials_refused');
      expect(error.message).toMatch(/sign in again.*ID token/);
    }
    expect(emulator.calls.all().map(({ operation }) => operation)).toEqual(['GetId']);
    expect(refusals()).toHaveLength(1);
  });

  it('says that the role of the pool does not trust it [B9]', async () => {
    const { who, plan } = await signedIn('alice');
    const broken = { ...plan, identityPoolId: 'us-east-1:00000000-0000-4000-8000-000000000000' } as CredentialsPlan;
    expect((await failure(service().obtain(broken, who))).message).toContain('trust policy');
  });

  it('survives a busy Cognito as it does a busy STS', async () => {
    const { plan, who } = await signedIn('alice');
    emulator.faults.add({ operation: 'cognito-identity:GetId', kind: 'throttle', times: 1 });
    emulator.faults.add({ operation: 'cognito-identity:GetCredentialsForIdentity', kind: 'server-error', times: 1 });
    await expect(service().obtain(plan, who)).resolves.toBeDefined();
    expect(emulator.calls.of('GetId')).toHaveLength(2);
  });
});

describe('CredentialsExchangeService with keys of the token', () => {
  const now = Math.floor(Date.now() / 1000);
  const carried = (accessKeyId: string): CredentialsPlan => ({
    kind: 'claim-credentials',
    carried: new CarriedCredentials({ accessKeyId, secretAccessKey: 'secret', sessionToken: 'token' }),
  });
  const who = caller('alice', { claims: { iat: now, exp: now + 600 }, expiresAt: now + 600 });

  it('asks AWS nothing and keeps the keys of two tokens apart [B4] [ISO-02]', async () => {
    const replica = service();
    expect((await replica.obtain(carried('ASIAEXAMPLE000000001'), who)).accessKeyId).toBe('ASIAEXAMPLE000000001');
    expect((await replica.obtain(carried('ASIAEXAMPLE000000002'), who)).accessKeyId).toBe('ASIAEXAMPLE000000002');
    expect(emulator.calls.all()).toEqual([]);
    expect(JSON.stringify(events)).not.toMatch(/"secret"|"token"/);
  });

  it('has no newer keys when AWS says that they have expired [B4] [B9]', async () => {
    const replica = service();
    const stale = await replica.obtain(carried('ASIAEXAMPLE000000001'), who);
    const error = await failure(replica.renew(carried('ASIAEXAMPLE000000001'), who, stale));
    expect(error.code).toBe('credentials_refused');
    expect(error.message).toContain('sign in again');
  });
});

interface ForwardedAnswer {
  readonly status: number;
  readonly body: string;
}

function forwardTo(url: string, headers: NodeJS.Dict<string | string[]>, done: (answer: ForwardedAnswer) => void) {
  const { port } = new URL(url);
  return request({ port, host: '127.0.0.1', method: 'POST', headers }, (response) => {
    let body = '';
    response.on('data', (chunk: Buffer) => (body += chunk.toString()));
    response.on('end', () => done({ status: response.statusCode ?? 0, body }));
  });
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
