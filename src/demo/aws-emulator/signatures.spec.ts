import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  afterSigning,
  assume,
  clients,
  failureOf,
  FEW_OPERATIONS,
  type Keys,
  SERVER_KEYS,
} from './emulator-fixture.js';
import { SERVER_ROLE_ARN } from './identities.js';
import { type AwsEmulator, runEmulator } from './running-emulator.js';

describe('signatures and session tokens', () => {
  let emulator: AwsEmulator;
  let ahead = 0;

  beforeAll(async () => {
    emulator = await runEmulator(FEW_OPERATIONS, { now: () => new Date(Date.now() + ahead) });
  });
  beforeEach(() => emulator.calls.clear());
  afterAll(() => emulator.close());

  async function failureNames(keys: Keys): Promise<readonly string[]> {
    const { sts, logs, cloudwatch } = clients(emulator.url, keys);
    const now = new Date();
    const failures = [
      await failureOf(sts.send(new GetCallerIdentityCommand({}))),
      await failureOf(
        cloudwatch.send(new GetMetricDataCommand({ StartTime: now, EndTime: now, MetricDataQueries: [] })),
      ),
      await failureOf(logs.send(new DescribeLogGroupsCommand({}))),
    ];
    return failures.map((failure) => failure.name);
  }

  it('knows the server by its long-lived key', async () => {
    const answer = await clients(emulator.url, SERVER_KEYS).sts.send(new GetCallerIdentityCommand({}));
    expect(answer).toMatchObject({ Arn: SERVER_ROLE_ARN, Account: '999999999999' });
    expect(answer.$metadata.requestId).toBe(emulator.calls.all()[0]?.requestId);
  });

  it('knows a role session and records who signed which call', async () => {
    const keys = await assume(emulator.url);
    const { sts, logs } = clients(emulator.url, keys);
    await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/x' }));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: 'arn:aws:sts::111111111111:assumed-role/CloudWatchReader/alice-session',
      Account: '111111111111',
    });
    expect(emulator.calls.of('DescribeLogGroups')).toEqual([
      expect.objectContaining({
        service: 'logs',
        accessKeyId: keys.accessKeyId,
        principalArn: 'arn:aws:sts::111111111111:assumed-role/CloudWatchReader/alice-session',
        accountId: '111111111111',
        region: 'us-east-1',
        verified: true,
        input: { logGroupNamePrefix: '/x' },
      }),
    ]);
    expect(emulator.calls.all()[0]).toMatchObject({ operation: 'AssumeRole', principalArn: SERVER_ROLE_ARN });
  });

  it('refuses a forged secret under the name each service has for it', async () => {
    const keys = await assume(emulator.url);
    emulator.calls.clear();
    expect(await failureNames({ ...keys, secretAccessKey: 'guessed' })).toEqual([
      'SignatureDoesNotMatch',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
    ]);
    expect(emulator.calls.all().every((call) => !call.verified && call.principalArn === undefined)).toBe(true);
  });

  it('refuses a key it never gave out', async () => {
    expect(await failureNames({ accessKeyId: 'AKIAUNKNOWNKEY000000', secretAccessKey: 'any' })).toEqual([
      'InvalidClientTokenId',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
    ]);
  });

  it("refuses a session key with another session's token, or with none", async () => {
    const [alice, other] = [await assume(emulator.url), await assume(emulator.url)];
    const unknown = ['InvalidClientTokenId', 'InvalidClientTokenId', 'UnrecognizedClientException'];
    expect(await failureNames({ ...alice, sessionToken: other.sessionToken })).toEqual(unknown);
    expect(await failureNames({ ...alice, sessionToken: undefined })).toEqual(unknown);
  });

  it('refuses a session after its end', async () => {
    const keys = await assume(emulator.url, { DurationSeconds: 900 });
    const expired = ['ExpiredToken', 'ExpiredToken', 'ExpiredTokenException'];
    const patient = clients(emulator.url, keys);
    ahead = 901_000;
    try {
      // The first attempt finds the client's clock 15 minutes slow; it corrects itself by the Date header and tries again.
      for (const [index, call] of [
        () => patient.sts.send(new GetCallerIdentityCommand({})),
        () =>
          patient.cloudwatch.send(
            new GetMetricDataCommand({ StartTime: new Date(), EndTime: new Date(), MetricDataQueries: [] }),
          ),
        () => patient.logs.send(new DescribeLogGroupsCommand({})),
      ].entries()) {
        expect((await failureOf(call())).name).toMatch(/Signature/);
        expect((await failureOf(call())).name).toBe(expired[index]);
      }
    } finally {
      ahead = 0;
    }
  });

  it('refuses a request that was changed after signing', async () => {
    const { logs } = clients(emulator.url, await assume(emulator.url));
    afterSigning(logs, (request) => {
      request.body = '{"logGroupNamePrefix":"/ours"}';
    });
    const failure = await failureOf(logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/mine' })));
    expect(failure.name).toBe('InvalidSignatureException');
  });

  it('refuses a signature made for another service', async () => {
    const { logs } = clients(emulator.url, await assume(emulator.url));
    afterSigning(logs, (request) => {
      request.headers['x-amz-target'] = 'GraniteServiceVersion20100801.ListMetrics';
    });
    const failure = await failureOf(logs.send(new DescribeLogGroupsCommand({})));
    expect(failure.message).toContain("correct service: 'monitoring'");
  });

  it('refuses an AWS header that was added after signing', async () => {
    const { logs } = clients(emulator.url, await assume(emulator.url));
    afterSigning(logs, (request) => {
      request.headers['x-amz-added'] = 'later';
    });
    const failure = await failureOf(logs.send(new DescribeLogGroupsCommand({})));
    expect(failure.name).toBe('InvalidSignatureException');
    expect(failure.message).toContain('x-amz-added');
  });

  it('refuses a request without a signature', async () => {
    const answer = await fetch(emulator.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' },
      body: '{}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });
});
