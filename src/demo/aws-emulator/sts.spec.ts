import { DescribeLogGroupsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assume, clients, failureOf, FEW_OPERATIONS, READER_ARN, SERVER_KEYS } from './emulator-fixture.js';
import { compilePolicy } from './iam.js';
import { IdentityStore } from './identities.js';
import { createRoles, EXTERNAL_ID, localProfile, type Role } from './roles.js';
import { type AwsEmulator, runEmulator } from './running-emulator.js';
import { Sts } from './sts.js';
import { WebIdentityVerifier } from './web-identity.js';

describe('AssumeRole', () => {
  let emulator: AwsEmulator;

  beforeAll(async () => {
    emulator = await runEmulator(FEW_OPERATIONS);
  });
  afterAll(() => emulator.close());

  it('gives a session of the role, for the asked time and under the asked name', async () => {
    const answer = await clients(emulator.url, SERVER_KEYS).sts.send(
      new AssumeRoleCommand({
        RoleArn: READER_ARN,
        RoleSessionName: 'alice',
        ExternalId: EXTERNAL_ID,
        SourceIdentity: 'alice@idp',
        DurationSeconds: 900,
        Tags: [{ Key: 'McpSub', Value: 'a/b+c' }],
      }),
    );
    expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/alice');
    expect(answer.SourceIdentity).toBe('alice@idp');
    expect(answer.PackedPolicySize).toBeGreaterThan(0);
    expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const seconds = (Number(answer.Credentials?.Expiration) - Date.now()) / 1_000;
    expect(seconds).toBeGreaterThan(890);
    expect(seconds).toBeLessThanOrEqual(900);
    expect(emulator.calls.all().at(-1)?.input).toMatchObject({ Tags: [{ Key: 'McpSub', Value: 'a/b+c' }] });
  });

  it.each([
    ['another external id', { ExternalId: 'guessed' }],
    ['no external id', { ExternalId: undefined }],
    ['no source identity', { SourceIdentity: undefined }],
    ['a role that trusts nobody', { RoleArn: 'arn:aws:iam::111111111111:role/Untrusted' }],
    ['a role that does not exist', { RoleArn: 'arn:aws:iam::111111111111:role/CloudWatchNothing' }],
    ['a role of another account', { RoleArn: 'arn:aws:iam::333333333333:role/CloudWatchReader' }],
  ])('refuses %s', async (_what, change) => {
    const failure = await failureOf(assume(emulator.url, change));
    expect(failure.name).toBe('AccessDenied');
    expect(failure.message).toContain('is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::');
  });

  it('refuses a person whose own policy does not allow it', async () => {
    const alice = await assume(emulator.url);
    const again = new AssumeRoleCommand({
      RoleArn: READER_ARN,
      RoleSessionName: 'again',
      ExternalId: EXTERNAL_ID,
      SourceIdentity: 'alice',
    });
    expect((await failureOf(clients(emulator.url, alice).sts.send(again))).name).toBe('AccessDenied');
    const local = localProfile('111111111111');
    expect((await failureOf(clients(emulator.url, local).sts.send(again))).name).toBe('AccessDenied');
  });

  it.each([
    ['roleSessionName', { RoleSessionName: 'auth0|alice' }],
    ['roleSessionName', { RoleSessionName: 'a' }],
    ['roleSessionName', { RoleSessionName: 'a'.repeat(65) }],
    ['sourceIdentity', { SourceIdentity: 'auth0|alice' }],
    ['externalId', { ExternalId: 'with space' }],
    ['durationSeconds', { DurationSeconds: 899 }],
    ['DurationSeconds', { DurationSeconds: 3_601 }],
    ['tags', { Tags: [{ Key: 'McpSub', Value: 'auth0|alice' }] }],
    ['tags', { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' })) }],
  ])('refuses a %s outside its limits', async (member, change) => {
    const failure = await failureOf(assume(emulator.url, change));
    expect(failure.name).toBe('ValidationError');
    expect(failure.message).toContain(member);
  });

  it('refuses tags and a session policy that are too large together', async () => {
    const Tags = Array.from({ length: 9 }, (_, index) => ({ Key: `key${index}`, Value: 'v'.repeat(256) }));
    expect((await failureOf(assume(emulator.url, { Tags }))).name).toBe('PackedPolicyTooLargeException');
  });

  it('narrows a session to its session policy, and never widens it', async () => {
    const statement = (Action: string) => ({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action, Resource: '*' },
    });
    const listing = await assume(emulator.url, { Policy: JSON.stringify(statement('logs:DescribeLogGroups')) });
    const { logs } = clients(emulator.url, listing);
    await logs.send(new DescribeLogGroupsCommand({}));
    const query = new StartQueryCommand({
      logGroupName: '/shop/web',
      queryString: 'fields @message',
      startTime: 0,
      endTime: 1,
    });
    expect((await failureOf(logs.send(query))).name).toBe('AccessDeniedException');
    const limited = await assume(emulator.url, {
      RoleArn: 'arn:aws:iam::111111111111:role/CloudWatchLimited',
      Policy: JSON.stringify(statement('*')),
    });
    const hidden = new StartQueryCommand({ ...query.input, logGroupName: '/shop/payments' });
    expect((await failureOf(clients(emulator.url, limited).logs.send(hidden))).name).toBe('AccessDeniedException');
  });

  it('refuses a session policy it cannot read', async () => {
    const failure = await failureOf(assume(emulator.url, { Policy: 'not a policy' }));
    expect(failure.name).toBe('MalformedPolicyDocumentException');
  });

  it('answers 501 for the STS operations it does not have', async () => {
    const failure = await failureOf(clients(emulator.url, SERVER_KEYS).sts.send(new GetSessionTokenCommand({})));
    expect(failure).toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('GetSessionToken'),
    });
  });
});

describe('role chaining', () => {
  const everything = compilePolicy([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  const open: Role = {
    arn: 'arn:aws:iam::111111111111:role/Open',
    name: 'Open',
    id: 'AROAOPEN',
    accountId: '111111111111',
    maxSessionSeconds: 43_200,
    permissions: everything,
    trust: () => everything,
  };
  const identities = new IdentityStore([]);
  const sts = new Sts({ roles: new Map([[open.arn, open]]), identities, webIdentity: new WebIdentityVerifier() });
  const now = new Date('2026-01-01T00:00:00Z');
  const session = identities.openSession(
    { role: open, sessionName: 'first', policies: [everything], expiresAt: now.getTime() + 1, sourceIdentity: 'alice' },
    now.getTime(),
  );
  const request = { RoleArn: open.arn, RoleSessionName: 'second' };

  it('is capped at one hour', () => {
    expect(() => sts.assumeRole({ ...request, DurationSeconds: 3_601 }, session, now)).toThrow('role chaining');
    const longLived = { ...session, assumedRoleArn: undefined };
    expect(sts.assumeRole({ ...request, DurationSeconds: 3_601 }, longLived, now)).toHaveProperty('Credentials');
  });

  it('keeps the source identity and refuses another', () => {
    expect(sts.assumeRole(request, session, now)).toMatchObject({ SourceIdentity: 'alice' });
    expect(() => sts.assumeRole({ ...request, SourceIdentity: 'bob' }, session, now)).toThrow('sts:SetSourceIdentity');
  });
});

describe('createRoles', () => {
  it('has the same four roles in both accounts', () => {
    expect([...createRoles().keys()].toSorted()).toEqual(
      ['111111111111', '222222222222'].flatMap((account) =>
        ['CloudWatchLimited', 'CloudWatchNoExternalId', 'CloudWatchReader', 'Untrusted'].map(
          (name) => `arn:aws:iam::${account}:role/${name}`,
        ),
      ),
    );
  });
});
