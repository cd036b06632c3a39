import {
  GetDashboardCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListLogAnomalyDetectorsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  afterSigning,
  assume,
  clients,
  failureOf,
  FEW_OPERATIONS,
  type Keys,
  SERVER_KEYS,
} from './emulator-fixture.js';
import { type FaultRule } from './faults.js';
import { localProfile } from './roles.js';
import { type AwsEmulator, runEmulator } from './running-emulator.js';

const METRICS = new GetMetricDataCommand({
  StartTime: new Date(1_000_500),
  EndTime: new Date(2_000_000),
  MetricDataQueries: [],
});
const query = (logGroupName: string) =>
  new StartQueryCommand({ logGroupName, queryString: 'fields @message', startTime: 0, endTime: 1 });

describe('runEmulator', () => {
  let emulator: AwsEmulator;
  let alice: Keys;

  beforeAll(async () => {
    emulator = await runEmulator(FEW_OPERATIONS);
    alice = await assume(emulator.url);
  });
  afterEach(() => {
    emulator.faults.clear();
    emulator.calls.clear();
  });
  afterAll(() => emulator.close());

  it('does not start with NODE_ENV=production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await expect(runEmulator(FEW_OPERATIONS)).rejects.toThrow('NODE_ENV=production');
    vi.unstubAllEnvs();
  });

  describe('protocols', () => {
    it('carries CloudWatch timestamps as dates, milliseconds included', async () => {
      const answer = await clients(emulator.url, alice).cloudwatch.send(METRICS);
      expect(answer.MetricDataResults).toEqual([{ Id: 'm', Timestamps: [new Date(1_000_500)], Values: [0.5] }]);
      expect(emulator.calls.all()[0]?.input).toMatchObject({ EndTime: new Date(2_000_000) });
    });

    it('reads requests the client compressed', async () => {
      const MetricData = Array.from({ length: 500 }, (_, index) => ({ MetricName: `metric-${index}`, Value: index }));
      const put = new PutMetricDataCommand({ Namespace: 'Demo', MetricData });
      const { cloudwatch } = clients(emulator.url, SERVER_KEYS);
      let encoding: string | undefined;
      afterSigning(cloudwatch, ({ headers }) => {
        encoding = headers['content-encoding'];
      });
      await cloudwatch.send(put);
      expect(encoding).toBe('gzip');
      expect(emulator.calls.of('PutMetricData')[0]?.input).toMatchObject({ MetricData });
    });

    it('answers the errors of operations under their names', async () => {
      const { logs, cloudwatch } = clients(emulator.url, alice);
      expect((await failureOf(logs.send(query('/none')))).name).toBe('ResourceNotFoundException');
      const failure = await failureOf(cloudwatch.send(new GetDashboardCommand({ DashboardName: 'none' })));
      expect(failure.name).toBe('ResourceNotFound');
      expect(failure.message).toBe('No such dashboard');
    });

    it('answers 501 and names the operation it does not have', async () => {
      const { logs, cloudwatch } = clients(emulator.url, alice);
      for (const [name, call] of [
        ['DeleteLogGroup', () => logs.send(new DeleteLogGroupCommand({ logGroupName: '/x' }))],
        ['ListMetrics', () => cloudwatch.send(new ListMetricsCommand({}))],
      ] as const) {
        const failure = await failureOf(call());
        expect(failure.name).toBe('UnknownOperationException');
        expect(failure.message).toContain(name);
      }
      expect(emulator.calls.all().map((call) => call.errorCode)).toEqual(Array(2).fill('UnknownOperationException'));
    });

    it('answers 501 for a service it does not have', async () => {
      const answer = await fetch(emulator.url, {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
        body: '{}',
      });
      expect(answer.status).toBe(501);
      expect(await answer.text()).toContain('AmazonSQS.SendMessage');
    });

    it('names the operation in which it failed itself', async () => {
      const failure = await failureOf(clients(emulator.url, alice).logs.send(new ListLogAnomalyDetectorsCommand({})));
      expect(failure.name).toBe('InternalFailure');
      expect(failure.message).toContain('ListLogAnomalyDetectors: a defect');
    });

    it('refuses a body that is not what its headers say', async () => {
      const { logs } = clients(emulator.url, alice);
      afterSigning(logs, ({ headers }) => {
        headers['content-encoding'] = 'gzip';
      });
      expect((await failureOf(logs.send(query('/shop/web')))).name).toBe('SerializationException');
    });
  });

  describe('permissions', () => {
    it('shows every account its own data only', async () => {
      const bob = await assume(emulator.url, { RoleArn: 'arn:aws:iam::222222222222:role/CloudWatchReader' });
      const groupsOf = async (keys: Keys) =>
        (await clients(emulator.url, keys).logs.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.logGroupName;
      const users = Array.from({ length: 100 }, (_, index) => (index % 3 === 0 ? bob : alice));
      expect(await Promise.all(users.map(groupsOf))).toEqual(
        users.map((keys) => `/groups/of/${keys === bob ? '222222222222' : '111111111111'}`),
      );
    });

    it('refuses log groups and alarms beyond the limited role, in the words of AWS', async () => {
      const limited = await assume(emulator.url, { RoleArn: 'arn:aws:iam::111111111111:role/CloudWatchLimited' });
      const { logs, cloudwatch } = clients(emulator.url, limited);
      expect((await logs.send(query('/shop/web'))).queryId).toBe('query-1');
      expect(await failureOf(logs.send(query('/shop/payments')))).toEqual({
        name: 'AccessDeniedException',
        message:
          'User: arn:aws:sts::111111111111:assumed-role/CloudWatchLimited/alice-session is not authorized to perform: ' +
          'logs:StartQuery on resource: arn:aws:logs:us-east-1:111111111111:log-group:/shop/payments ' +
          'because no identity-based policy allows the logs:StartQuery action',
      });
      const failure = await failureOf(cloudwatch.send(new GetDashboardCommand({ DashboardName: 'any' })));
      expect(failure.name).toBe('AccessDenied');
    });

    it("lets the server's own identity read nothing", async () => {
      const { logs, cloudwatch } = clients(emulator.url, SERVER_KEYS);
      const failures = [
        await failureOf(logs.send(query('/shop/web'))),
        await failureOf(logs.send(new DescribeLogGroupsCommand({}))),
        await failureOf(cloudwatch.send(METRICS)),
      ];
      expect(failures.map((failure) => failure.name)).toEqual([
        'AccessDeniedException',
        'AccessDeniedException',
        'AccessDenied',
      ]);
      expect(failures.every((failure) => failure.message.includes('explicit deny'))).toBe(true);
    });

    it("lets an account's local profile read", async () => {
      const { logs } = clients(emulator.url, localProfile('222222222222'));
      const answer = await logs.send(new DescribeLogGroupsCommand({}));
      expect(answer.logGroups?.[0]?.logGroupName).toBe('/groups/of/222222222222');
    });
  });

  describe('faults', () => {
    it.each([
      ['throttle', 'Throttling', 'Throttling', 'ThrottlingException'],
      ['server-error', 'ServiceUnavailable', 'ServiceUnavailable', 'ServiceUnavailableException'],
      ['access-denied', 'AccessDenied', 'AccessDenied', 'AccessDeniedException'],
      ['expired-credentials', 'ExpiredToken', 'ExpiredToken', 'ExpiredTokenException'],
    ] as const)('injects %s as each service words it', async (kind, ...names) => {
      emulator.faults.add({ operation: '*', kind });
      const { sts, logs, cloudwatch } = clients(emulator.url, alice);
      const failures = [
        await failureOf(sts.send(new GetCallerIdentityCommand({}))),
        await failureOf(cloudwatch.send(METRICS)),
        await failureOf(logs.send(new DescribeLogGroupsCommand({}))),
      ];
      expect(failures.map((failure) => failure.name)).toEqual(names);
      expect(emulator.calls.all().map((call) => call.errorCode)).toEqual(names);
    });

    it('hits only the operation, the principal and the number of calls asked for', async () => {
      const rule: FaultRule = { operation: 'logs:DescribeLogGroups', kind: 'access-denied', times: 1 };
      emulator.faults.add({ ...rule, principalContains: '/bob' });
      const { logs, cloudwatch } = clients(emulator.url, alice);
      await logs.send(new DescribeLogGroupsCommand({}));
      emulator.faults.add({ ...rule, principalContains: '/alice' });
      await cloudwatch.send(METRICS);
      await failureOf(logs.send(new DescribeLogGroupsCommand({})));
      await logs.send(new DescribeLogGroupsCommand({}));
    });

    it('is overcome by the retries of a client when it is a throttle', async () => {
      emulator.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'throttle', times: 1 });
      const patient = new CloudWatchLogsClient({ endpoint: emulator.url, region: 'eu-west-1', credentials: alice });
      await patient.send(new DescribeLogGroupsCommand({}));
      expect(emulator.calls.all().map((call) => call.errorCode)).toEqual(['ThrottlingException', undefined]);
    });

    it('delays', async () => {
      emulator.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'latency', latencyMs: 60 });
      const started = performance.now();
      await clients(emulator.url, alice).logs.send(new DescribeLogGroupsCommand({}));
      expect(performance.now() - started).toBeGreaterThan(55);
    });

    it('breaks the connection', async () => {
      emulator.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'reset' });
      const failure = await failureOf(clients(emulator.url, alice).logs.send(new DescribeLogGroupsCommand({})));
      expect(failure.message).toMatch(/ECONNRESET|socket hang up/);
      expect(emulator.calls.all()[0]?.errorCode).toBe('ConnectionReset');
    });
  });

  describe('calls', () => {
    it('tells listeners of every call until they stop', async () => {
      const seen: string[] = [];
      const stop = emulator.calls.onCall((call) => seen.push(`${call.service} ${call.operation}`));
      const { logs, sts } = clients(emulator.url, alice);
      await logs.send(new DescribeLogGroupsCommand({}));
      await sts.send(new GetCallerIdentityCommand({}));
      stop();
      await logs.send(new DescribeLogGroupsCommand({}));
      expect(seen).toEqual(['logs DescribeLogGroups', 'sts GetCallerIdentity']);
    });

    it('keeps only the newest when told to', async () => {
      const small = await runEmulator(FEW_OPERATIONS, { keepCalls: 2 });
      const { sts } = clients(small.url, SERVER_KEYS);
      const ids: (string | undefined)[] = [];
      for (let call = 0; call < 5; call += 1) {
        ids.push((await sts.send(new GetCallerIdentityCommand({}))).$metadata.requestId);
      }
      expect(small.calls.all().map((call) => call.requestId)).toEqual(ids.slice(-2));
      await small.close();
    });
  });
});
