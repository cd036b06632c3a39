import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Module } from '@nestjs/common';
import { ContextIdFactory } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/support/stack.js';
import { loadAppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import { FEW_OPERATIONS } from '../demo/aws-emulator/emulator-fixture.js';
import { SERVER_ACCESS_KEY_ID } from '../demo/aws-emulator/identities.js';
import { EXTERNAL_ID, localProfile } from '../demo/aws-emulator/roles.js';
import { type AwsEmulator, runEmulator } from '../demo/aws-emulator/running-emulator.js';
import type { ServiceError } from '../errors.js';
import { type CallContext, LOCAL_PRINCIPAL, PresentedToken, type Principal, type ReachedTarget } from '../principal.js';
import type { SecurityEvent } from '../security-monitoring/security-event.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { SecurityMonitoringModule } from '../security-monitoring/security-monitoring.module.js';
import { AwsClientFactory } from './aws-client.factory.js';
import { CredentialsCacheService } from './credentials-cache.service.js';
import { CredentialsExchangeService } from './credentials-exchange.service.js';
import { CredentialsModule } from './credentials.module.js';
import { CredentialsService } from './credentials.service.js';
import { AssumeRoleExchange } from './exchange/assume-role.exchange.js';
import { roleSessionName, sourceIdentity } from './role-session.js';

const ISSUER = 'https://idp.example.com';
const READER_1 = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const READER_2 = 'arn:aws:iam::222222222222:role/CloudWatchReader';
const UNTRUSTED = 'arn:aws:iam::111111111111:role/Untrusted';
const LIMITED = 'arn:aws:iam::111111111111:role/CloudWatchLimited';

const SIGNED_IN = {
  OIDC_ISSUER: ISSUER,
  OAUTH_AUDIENCE: 'https://mcp.example.com/mcp',
  AWS_CLOUDWATCH_ROLE_ARN: READER_1,
  AWS_ALLOWED_ROLE_ARNS: [READER_1, READER_2, UNTRUSTED, LIMITED].join(','),
  AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
};
const KEYS_ONLY = { API_KEYS: `ci:sha256:${'0'.repeat(64)}` };

@Module({
  providers: [
    { provide: SecurityEventsService, useValue: { record: (event: SecurityEvent) => void events.push(event) } },
  ],
  exports: [SecurityEventsService],
})
class RecordingModule {}

let emulator: AwsEmulator;
let app: TestingModule;
let events: SecurityEvent[];

beforeAll(async () => {
  emulator = await runEmulator(FEW_OPERATIONS);
});
afterAll(() => emulator.close());
beforeEach(() => {
  events = [];
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  emulator.faults.clear();
  emulator.calls.clear();
  await app.close();
});

async function start(env: Record<string, string>, endpoint = emulator.url): Promise<void> {
  const config = loadAppConfig({ ...env, AWS_ENDPOINT_URL: endpoint, INSECURE_ALLOW_AWS_ENDPOINT: 'true' });
  app = await Test.createTestingModule({ imports: [ConfigModule.forRoot(config), CredentialsModule] })
    .overrideModule(SecurityMonitoringModule)
    .useModule(RecordingModule)
    .compile();
}

/** The service as a tool of one call gets it. */
async function forCall(
  principal: Principal,
  signal = new AbortController().signal,
  reached?: CallContext['reached'],
): Promise<CredentialsService> {
  const contextId = ContextIdFactory.create();
  app.registerRequestByContextId({ principal, requestId: 'request-1', signal, reached }, contextId);
  return app.resolve(CredentialsService, contextId);
}

async function logsOf(principal: Principal): Promise<CloudWatchLogsClient> {
  return (await forCall(principal)).client(CloudWatchLogsClient, {});
}

async function groupsOf(principal: Principal): Promise<string | undefined> {
  const client = await logsOf(principal);
  return (await client.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.logGroupName;
}

async function failure(run: Promise<unknown>): Promise<ServiceError> {
  return run.then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: unknown) => error as ServiceError,
  );
}

function user(subject: string, role?: string, extra: Partial<Principal> = {}): Principal {
  const claims = role === undefined ? {} : { 'custom:role_arn': role };
  return { issuer: ISSUER, subject, displayName: subject, method: 'jwt', scopes: [], groups: [], claims, ...extra };
}

const apiKey: Principal = { ...user('ci'), issuer: 'apikey', method: 'api-key' };

/** Calls of CloudWatch that the server's own identity signed, or that nobody signed. */
function strayCalls(): readonly unknown[] {
  return emulator.calls
    .all()
    .filter((call) => call.service !== 'sts' && (!call.accessKeyId || call.accessKeyId === SERVER_ACCESS_KEY_ID));
}

function eventsOf<N extends SecurityEvent['name']>(name: N): Extract<SecurityEvent, { name: N }>[] {
  return events.filter((event): event is Extract<SecurityEvent, { name: N }> => event.name === name);
}

describe('CredentialsModule', () => {
  it('makes only the service anew for each call; all else is a singleton [B6]', async () => {
    await start(SIGNED_IN);
    expect(await forCall(user('alice'))).not.toBe(await forCall(user('alice')));
    for (const token of [CredentialsCacheService, AwsClientFactory, CredentialsExchangeService, AssumeRoleExchange]) {
      expect(app.get(token)).toBe(app.get(token));
    }
    expect(() => app.get(CredentialsService)).toThrow(/scoped/);
  });
});

describe('CredentialsService.client with AssumeRole', () => {
  beforeEach(() => start(SIGNED_IN));

  it("opens each user's own account with that user's own session [B1] [B6]", async () => {
    const [alice, bob] = [user('alice', READER_1), user('bob', READER_2)];
    const answers = await Promise.all(Array.from({ length: 40 }, (_, call) => groupsOf(call % 2 === 0 ? alice : bob)));
    expect(answers.filter((_, call) => call % 2 === 0)).toEqual(Array(20).fill('/groups/of/111111111111'));
    expect(answers.filter((_, call) => call % 2 === 1)).toEqual(Array(20).fill('/groups/of/222222222222'));
    const signers = new Set(emulator.calls.of('DescribeLogGroups').map((call) => call.principalArn));
    expect(signers.size).toBe(2);
    expect(strayCalls()).toEqual([]);
  });

  it('tells STS who it is for: session name, source identity, tags, external id, shortest life [B1] [B7]', async () => {
    const alice = user('alice');
    const before = Date.now();
    await groupsOf(alice);
    const sent = emulator.calls.of('AssumeRole')[0]?.input as Record<string, string>;
    const names = [before, Date.now()].map((time) => roleSessionName(alice, time));
    expect(names).toContain(sent.RoleSessionName);
    expect(sent).toMatchObject({
      RoleArn: READER_1,
      ExternalId: EXTERNAL_ID,
      SourceIdentity: sourceIdentity(alice),
      DurationSeconds: 900,
      Tags: [
        { Key: 'McpIss', Value: ISSUER },
        { Key: 'McpSub', Value: 'alice' },
      ],
    });
    expect(sent).not.toHaveProperty('TransitiveTagKeys');
    expect(emulator.calls.of('DescribeLogGroups')[0]?.principalArn).toContain(
      `/CloudWatchReader/${sent.RoleSessionName}`,
    );
  });

  it('exchanges once for 100 concurrent first calls [ISO-09]', async () => {
    await Promise.all(Array.from({ length: 100 }, () => logsOf(user('alice'))));
    expect(emulator.calls.of('AssumeRole')).toHaveLength(1);
  });

  it("does not let one user's slow exchange delay another [ISO-09]", async () => {
    let aliceDone = false;
    await logsOf(user('warm-up'));
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'latency', latencyMs: 2_000, times: 1 });
    const alice = logsOf(user('alice')).then(() => (aliceDone = true));
    await eventually(() => expect(emulator.faults.left).toBe(0));
    await logsOf(user('bob'));
    expect(aliceDone).toBe(false);
    await alice;
  });

  it('never shares between two issuers that use the same subject [ISO-02]', async () => {
    const one = user('42');
    const other = user('42', undefined, { issuer: 'https://other.example.com' });
    await Promise.all(Array.from({ length: 50 }, (_, call) => groupsOf(call % 2 === 0 ? one : other)));
    expect(emulator.calls.of('AssumeRole')).toHaveLength(2);
    const names = emulator.calls
      .of('AssumeRole')
      .map((call) => (call.input as { RoleSessionName: string }).RoleSessionName);
    expect(new Set(names).size).toBe(2);
  });

  it('does not reuse the session of a role that a later token no longer names [ISO-10]', async () => {
    expect(await groupsOf(user('alice', READER_2))).toBe('/groups/of/222222222222');
    expect(await groupsOf(user('alice', READER_1))).toBe('/groups/of/111111111111');
  });

  it('renews before the session ends, unnoticed [B6]', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await groupsOf(user('alice'));
    vi.setSystemTime(Date.now() + 7 * 60_000 - 5_000);
    await groupsOf(user('alice'));
    expect(emulator.calls.of('AssumeRole')).toHaveLength(1);
    vi.setSystemTime(Date.now() + 66_000);
    await groupsOf(user('alice'));
    await vi.waitFor(() => expect(emulator.calls.of('AssumeRole')).toHaveLength(2), { timeout: 15_000 });
    await groupsOf(user('alice'));
    const keys = emulator.calls.of('DescribeLogGroups').map((call) => call.accessKeyId);
    expect(new Set(keys).size).toBe(2);
    expect(keys[2]).toBe(keys[0]);
    expect(emulator.calls.of('DescribeLogGroups').every((call) => call.errorCode === undefined)).toBe(true);
  });

  it('renews and tries once more when AWS says that the session has expired [B6] [ISO-06]', async () => {
    const client = await logsOf(user('alice'));
    emulator.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'expired-credentials', times: 1 });
    await expect(client.send(new DescribeLogGroupsCommand({}))).resolves.toBeDefined();
    const keys = emulator.calls.of('DescribeLogGroups').map((call) => call.accessKeyId);
    expect(new Set(keys).size).toBe(2);
    expect(emulator.calls.of('AssumeRole')).toHaveLength(2);
    expect(eventsOf('aws.called').map((event) => event.outcome)).toEqual(['error', 'ok']);
  });

  it('gives up when fresh credentials are expired too [ISO-06]', async () => {
    const client = await logsOf(user('alice'));
    emulator.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'expired-credentials' });
    expect((await failure(client.send(new DescribeLogGroupsCommand({})))).code).toBe('aws_credentials_expired');
    expect(emulator.calls.of('DescribeLogGroups')).toHaveLength(2);
  });

  it('says who was refused, at which step and what to fix, and nothing of the server [B9] [ISO-07] [ISO-15]', async () => {
    const error = await failure(groupsOf(user('alice', UNTRUSTED)));
    expect(error.code).toBe('credentials_refused');
    expect(error.message).toContain('AssumeRole for alice');
    expect(error.message).toContain(UNTRUSTED);
    expect(error.message).toContain('trust policy');
    expect(error.message).not.toContain('999999999999');
    expect(error.detail).toContain('arn:aws:iam::999999999999:role/cloudwatch-mcp-server');
    expect(strayCalls()).toEqual([]);
    expect(eventsOf('credentials.refused')).toMatchObject([
      { kind: 'assume-role', roleArn: UNTRUSTED, code: 'credentials_refused', awsErrorName: 'AccessDenied' },
    ]);
  });

  it('reports a throttled STS after three tries and never uses its own identity instead [B9] [ISO-07]', async () => {
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'throttle' });
    const error = await failure(groupsOf(user('alice')));
    expect(error).toMatchObject({ code: 'credentials_unavailable', retryAfterSeconds: 5 });
    expect(emulator.calls.of('AssumeRole')).toHaveLength(3);
    expect(strayCalls()).toEqual([]);
  });

  it('survives a short fault of STS unnoticed', async () => {
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'throttle', times: 1 });
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'reset', times: 1 });
    await expect(groupsOf(user('alice'))).resolves.toBeDefined();
  });

  it('asks AWS nothing for a region or an account it does not offer [ARG-01] [ARG-07]', async () => {
    const service = await forCall(user('alice'));
    expect((await failure(service.client(CloudWatchLogsClient, { region: 'localhost:4566' }))).code).toBe(
      'target_not_allowed',
    );
    expect((await failure(service.client(CloudWatchLogsClient, { account: '222222222222' }))).denied).toBe('account');
    expect((await failure(logsOf(user('alice', 'arn:aws:iam::111111111111:role/Admin')))).code).toBe('no_role');
    expect(emulator.calls.all()).toEqual([]);
  });

  it('calls the region the tool names [C4]', async () => {
    const client = await (await forCall(user('alice'))).client(CloudWatchLogsClient, { region: 'eu-west-1' });
    await client.send(new DescribeLogGroupsCommand({}));
    expect(emulator.calls.of('DescribeLogGroups')[0]?.region).toBe('eu-west-1');
  });

  it('records every exchange and every call with the user it was made for [D2]', async () => {
    const client = await (await forCall(user('alice', LIMITED))).client(CloudWatchLogsClient, {});
    await client.send(new DescribeLogGroupsCommand({}));
    const command = new StartQueryCommand({
      logGroupName: '/private',
      startTime: 1,
      endTime: 2,
      queryString: 'fields x',
    });
    await failure(client.send(command));
    const alice = { requestId: 'request-1', principal: { subject: 'alice' } };
    expect(eventsOf('credentials.exchanged')).toMatchObject([{ ...alice, kind: 'assume-role', roleArn: LIMITED }]);
    expect(eventsOf('credentials.exchanged')[0]).toHaveProperty('expiresAt', expect.any(Date));
    const [ok, denied] = emulator.calls.all().slice(1);
    // What CloudTrail has for the call: `assumed-role/<role>/<session>`.
    const sessionName = ok?.principalArn?.split('/').at(-1);
    expect(eventsOf('credentials.exchanged')[0]).toMatchObject({ sessionName });
    const target = { ...alice, service: 'logs', region: 'us-east-1', account: '111111111111', sessionName };
    expect(eventsOf('aws.called')).toMatchObject([
      { ...target, operation: 'DescribeLogGroups', outcome: 'ok', awsRequestId: ok?.requestId },
      {
        ...target,
        operation: 'StartQuery',
        outcome: 'error',
        awsErrorName: 'AccessDeniedException',
        awsRequestId: denied?.requestId,
      },
    ]);
  });

  it('tells the record of the call where it goes: before the exchange, and with its session after it [LOG-04]', async () => {
    const reached: ReachedTarget[] = [];
    const place = { region: 'eu-west-1', account: '111111111111' };
    const service = await forCall(user('alice', LIMITED), undefined, (target) => reached.push(target));
    await service.owner({});
    expect(reached).toEqual([]);
    await service.client(CloudWatchLogsClient, { region: 'eu-west-1' });
    expect(reached).toEqual([place, { ...place, sessionName: expect.stringMatching(/^alice-/) as string }]);
  });

  it("names the action AWS denied and the caller's own role [ISO-15]", async () => {
    const client = await logsOf(user('alice', LIMITED));
    const command = new StartQueryCommand({
      logGroupName: '/private',
      startTime: 1,
      endTime: 2,
      queryString: 'fields x',
    });
    const error = await failure(client.send(command));
    expect(error.code).toBe('aws_access_denied');
    expect(error.message).toContain(`AWS denied logs:StartQuery to your role ${LIMITED}`);
  });

  it('serves CloudWatch as it serves Logs, and reports an aborted call as cancelled', async () => {
    const client = await (await forCall(user('alice'))).client(CloudWatchClient, {});
    const command = new GetMetricDataCommand({ StartTime: new Date(0), EndTime: new Date(1), MetricDataQueries: [] });
    await expect(client.send(command)).resolves.toBeDefined();
    expect((await failure(client.send(command, { abortSignal: AbortSignal.abort() }))).code).toBe('cancelled');
    expect(eventsOf('aws.called')[0]).toMatchObject({ service: 'cloudwatch', operation: 'GetMetricData' });
  });

  it('stops waiting when the caller cancels, while the exchange goes on for the others', async () => {
    emulator.faults.add({ operation: 'sts:AssumeRole', kind: 'latency', latencyMs: 300, times: 1 });
    const controller = new AbortController();
    const gone = (await forCall(user('alice'), controller.signal)).client(CloudWatchLogsClient, {});
    const waiting = groupsOf(user('alice'));
    setTimeout(() => controller.abort(), 50);
    expect((await failure(gone)).code).toBe('cancelled');
    await expect(waiting).resolves.toBe('/groups/of/111111111111');
    expect(emulator.calls.of('AssumeRole')).toHaveLength(1);
    await expect(
      (await forCall(user('alice'), controller.signal)).client(CloudWatchLogsClient, {}),
    ).resolves.toBeDefined();
  });
});

describe('CredentialsService.client when STS is down', () => {
  it('answers with an error that says so [B9] [ISO-07]', async () => {
    const unused = createServer();
    const dead = await address(unused);
    await new Promise((resolve) => unused.close(resolve));
    await start(SIGNED_IN, dead);
    const error = await failure(logsOf(user('alice')));
    expect(error.code).toBe('credentials_unavailable');
    expect(error.message).toBe('AssumeRole for alice: AWS STS did not answer.');
  });
});

describe('CredentialsService.client on a server without an AWS identity', () => {
  it('says that the server lacks one, and calls nobody [B9]', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    await start(SIGNED_IN);
    const error = await failure(logsOf(user('alice')));
    expect(error.code).toBe('credentials_unavailable');
    expect(error.message).toContain('this server has no AWS identity of its own');
    expect(emulator.calls.all()).toEqual([]);
  });
});

describe('CredentialsService.client with web identity', () => {
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: Server;

  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    const body = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256' }] });
    jwks = createServer((_request, response) => response.end(body));
    const audiences = [SIGNED_IN.OAUTH_AUDIENCE];
    emulator.addOidcProvider({ issuer: ISSUER, jwksUri: await address(jwks), audiences });
  });
  afterAll(() => jwks.close());
  beforeEach(async () => {
    // No identity of the server is within reach.
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    await start({ ...SIGNED_IN, AWS_CREDENTIAL_EXCHANGE: 'web-identity' });
  });

  async function withToken(subject: string, claims: Record<string, unknown> = {}, exp = '5m'): Promise<Principal> {
    const text = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(ISSUER)
      .setAudience(SIGNED_IN.OAUTH_AUDIENCE)
      .setSubject(subject)
      .setIssuedAt(Math.floor(Date.now() / 1000) - 60)
      .setExpirationTime(exp)
      .sign(keys.privateKey);
    return user(subject, undefined, { token: new PresentedToken(text) });
  }

  it("hands AWS the caller's own token, unsigned, and needs no identity of the server [B3] [B7]", async () => {
    expect(await groupsOf(await withToken('alice'))).toBe('/groups/of/111111111111');
    const [call] = emulator.calls.of('AssumeRoleWithWebIdentity');
    expect(call).toMatchObject({ verified: true, input: { RoleArn: READER_1, DurationSeconds: 900 } });
    expect(call?.accessKeyId).toBeUndefined();
    expect(call?.principalArn).toMatch(/assumed-role\/CloudWatchReader\/alice-[a-z2-7]{20}-[0-9a-z]{6}$/);
  });

  it('explains that azp comes before aud when AWS does not take the token [B3] [B9] [ISO-19]', async () => {
    const alice = await withToken('alice', { azp: 'some-client' });
    const error = await failure(groupsOf(alice));
    expect(error.code).toBe('credentials_refused');
    expect(error.message).toContain('sign in again');
    expect(error.message).toContain('azp');
    expect(error.message).not.toContain('Incorrect token audience');
    expect(JSON.stringify([error.message, error.detail, String(error.cause), events])).not.toContain(
      alice.token?.reveal(),
    );
    await failure(groupsOf(alice));
    expect(emulator.calls.of('AssumeRoleWithWebIdentity')).toHaveLength(1);
  });

  it('asks to sign in again when AWS finds the token expired [B9]', async () => {
    const error = await failure(groupsOf(await withToken('alice', {}, '-1s')));
    expect(error).toMatchObject({ code: 'credentials_refused' });
    expect(error.message).toContain('sign in again');
  });

  it("never lends a session of one token to another, nor the server's identity [ISO-07]", async () => {
    await groupsOf(await withToken('alice'));
    await groupsOf(await withToken('alice', { jti: '2' }));
    expect(emulator.calls.of('AssumeRoleWithWebIdentity')).toHaveLength(2);
    expect(strayCalls()).toEqual([]);
  });
});

describe('CredentialsService.client for API keys', () => {
  it('assumes the configured role [B10]', async () => {
    await start({ ...KEYS_ONLY, AWS_CLOUDWATCH_ROLE_ARN: READER_2, AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID });
    expect(await groupsOf(apiKey)).toBe('/groups/of/222222222222');
    expect(emulator.calls.of('AssumeRole')[0]?.principalArn).toContain('cloudwatch-mcp-server');
  });

  it("uses the server's own identity only where API_KEY_CREDENTIALS=server lends it [B10]", async () => {
    await start({ ...KEYS_ONLY, API_KEY_CREDENTIALS: 'server' });
    const client = await logsOf(apiKey);
    const error = await failure(client.send(new DescribeLogGroupsCommand({})));
    expect(error.message).toContain('the identity of this server');
    expect(emulator.calls.of('DescribeLogGroups')[0]?.accessKeyId).toBe(SERVER_ACCESS_KEY_ID);
    expect((await failure(logsOf(user('alice')))).code).toBe('no_role');
    expect((await failure(logsOf(LOCAL_PRINCIPAL))).code).toBe('no_role');
  });
});

describe('CredentialsService.client without authentication', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-profiles-'));
  const file = join(folder, 'credentials');

  beforeAll(() => {
    const profile = (name: string, account: string): string => {
      const { accessKeyId, secretAccessKey } = localProfile(account);
      return `[${name}]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
    };
    writeFileSync(file, profile('dev', '111111111111') + profile('prod', '222222222222'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file));

  it('uses AWS_PROFILE, or the profile the call names [B5]', async () => {
    await start({ ENABLE_AUTH: 'false', AWS_PROFILE: 'dev' });
    expect(await groupsOf(LOCAL_PRINCIPAL)).toBe('/groups/of/111111111111');
    const prod = await (await forCall(LOCAL_PRINCIPAL)).client(CloudWatchLogsClient, { profile_name: 'prod' });
    const answer = await prod.send(new DescribeLogGroupsCommand({}));
    expect(answer.logGroups?.[0]?.logGroupName).toBe('/groups/of/222222222222');
  });

  it('uses the default chain without a profile [B5]', async () => {
    await start({ ENABLE_AUTH: 'false' });
    await failure(groupsOf(LOCAL_PRINCIPAL));
    expect(emulator.calls.of('DescribeLogGroups')[0]?.accessKeyId).toBe(process.env.AWS_ACCESS_KEY_ID);
  });

  it('names a profile that does not exist and falls back to nothing [B5] [B9]', async () => {
    await start({ ENABLE_AUTH: 'false' });
    const missing = (await forCall(LOCAL_PRINCIPAL)).client(CloudWatchLogsClient, { profile_name: 'missing' });
    const error = await failure(missing);
    expect(error.code).toBe('credentials_unavailable');
    expect(error.message).toContain('The AWS profile missing');
    expect(emulator.calls.all()).toEqual([]);
  });
});

describe('CredentialsService.owner', () => {
  it('says whose a handle is and where, without asking AWS', async () => {
    await start(SIGNED_IN);
    const owner = await (await forCall(user('bob', READER_2))).owner({ region: 'eu-west-1' });
    expect(owner).toMatchObject({ issuer: ISSUER, subject: 'bob', account: '222222222222', region: 'eu-west-1' });
    expect(emulator.calls.all()).toEqual([]);
  });

  it('names no account for an identity of the server machine', async () => {
    await start({ ENABLE_AUTH: 'false' });
    expect((await (await forCall(LOCAL_PRINCIPAL)).owner({})).account).toBe('local');
  });
});

describe('CredentialsService.accounts', () => {
  it("lists the caller's own, without asking AWS [B8]", async () => {
    await start(SIGNED_IN);
    expect((await forCall(user('bob', READER_2))).accounts()).toMatchObject([
      { alias: '222222222222', default: true, id: '222222222222', roleArn: READER_2, everyRegion: true },
    ]);
    expect(emulator.calls.all()).toEqual([]);
  });

  it('shows neither account nor role for an identity of the server machine', async () => {
    await start({ ENABLE_AUTH: 'false', AWS_ALLOWED_REGIONS: 'us-east-1' });
    const [local, ...others] = (await forCall(LOCAL_PRINCIPAL)).accounts();
    expect(others).toEqual([]);
    expect(local).toMatchObject({ alias: 'default', regions: ['us-east-1'], everyRegion: false });
    expect([local?.id, local?.roleArn]).toEqual([undefined, undefined]);
  });
});

async function address(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
