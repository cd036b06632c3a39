import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeLogGroupsCommand,
  DescribeQueryDefinitionsCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  ListLogAnomalyDetectorsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsEmulator, startAwsEmulator } from './emulator.js';
import { assume, clients, failureOf, type Keys, SERVER_KEYS } from './emulator-fixture.js';
import { localProfile } from './roles.js';

const now = Math.floor(Date.now() / 1_000);
const query = (logGroupName: string) =>
  new StartQueryCommand({ logGroupName, queryString: 'fields @message', startTime: now - 3_600, endTime: now });

const CPU = {
  Id: 'm',
  MetricStat: { Metric: { Namespace: 'AWS/ECS', MetricName: 'CPUUtilization' }, Period: 60, Stat: 'Average' },
};

/** One call of every kind the reading tools make. */
function reading(endpoint: string, keys: Keys, logGroupName: string): readonly (() => Promise<unknown>)[] {
  const { logs, cloudwatch } = clients(endpoint, keys);
  const [EndTime, StartTime] = [new Date(now * 1_000), new Date((now - 3_600) * 1_000)];
  return [
    () => logs.send(new DescribeLogGroupsCommand({})),
    () => logs.send(new DescribeQueryDefinitionsCommand({})),
    () => logs.send(new ListLogAnomalyDetectorsCommand({})),
    () => logs.send(new FilterLogEventsCommand({ logGroupName, limit: 1, startTime: (now - 60) * 1_000 })),
    async () => {
      const { queryId } = await logs.send(query(logGroupName));
      await logs.send(new GetQueryResultsCommand({ queryId }));
    },
    async () => {
      const { queryId } = await logs.send(query(logGroupName));
      // Where the query was quicker than this call, AWS says so; that is no matter of permission.
      await logs.send(new StopQueryCommand({ queryId })).catch((error: Error) => {
        if (error.name !== 'InvalidParameterException') throw error;
      });
    },
    () => cloudwatch.send(new ListMetricsCommand({})),
    () => cloudwatch.send(new GetMetricDataCommand({ StartTime, EndTime, MetricDataQueries: [CPU] })),
    () => cloudwatch.send(new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })),
    () => cloudwatch.send(new DescribeAlarmHistoryCommand({})),
  ];
}

describe('startAwsEmulator', () => {
  let emulator: AwsEmulator;

  beforeAll(async () => {
    emulator = await startAwsEmulator();
  });
  afterAll(() => emulator.close());

  it.each([
    ['111111111111', '/shop/web'],
    ['222222222222', '/logistics/tracking'],
  ])("lets the reader of %s make every read, as does the account's local profile", async (accountId, logGroupName) => {
    const reader = await assume(emulator.url, { RoleArn: `arn:aws:iam::${accountId}:role/CloudWatchReader` });
    emulator.calls.clear();
    for (const keys of [reader, localProfile(accountId)]) {
      for (const read of reading(emulator.url, keys, logGroupName)) await read();
    }
    expect(new Set(emulator.calls.all().map((call) => call.accountId))).toEqual(new Set([accountId]));
  });

  it("refuses every read by the server's own identity", async () => {
    for (const read of reading(emulator.url, SERVER_KEYS, '/shop/web')) {
      const failure = await failureOf(read());
      expect(failure.name).toMatch(/^AccessDenied/);
      expect(failure.message).toContain('explicit deny');
    }
    const { logs } = clients(emulator.url, SERVER_KEYS);
    const results = await failureOf(logs.send(new GetQueryResultsCommand({ queryId: 'of-somebody' })));
    expect(results.name).toBe('AccessDeniedException');
  });

  it('shows the two accounts different log groups', async () => {
    const groupsOf = async (accountId: string) => {
      const keys = await assume(emulator.url, { RoleArn: `arn:aws:iam::${accountId}:role/CloudWatchReader` });
      const answer = await clients(emulator.url, keys).logs.send(new DescribeLogGroupsCommand({}));
      return (answer.logGroups ?? []).map((group) => group.logGroupName);
    };
    const [shop, logistics] = [await groupsOf('111111111111'), await groupsOf('222222222222')];
    expect(shop).toContain('/shop/web');
    expect(logistics).toContain('/logistics/tracking');
    expect(shop.filter((name) => logistics.includes(name))).toEqual([]);
  });

  it("refuses a reader another account's log group and query", async () => {
    const [alice, bob] = [
      await assume(emulator.url),
      await assume(emulator.url, { RoleArn: 'arn:aws:iam::222222222222:role/CloudWatchReader' }),
    ];
    const { logs: ofBob } = clients(emulator.url, bob);
    const { queryId } = await clients(emulator.url, alice).logs.send(query('/shop/web'));
    expect((await failureOf(ofBob.send(new GetQueryResultsCommand({ queryId })))).name).toBe(
      'ResourceNotFoundException',
    );
    expect((await failureOf(ofBob.send(query('/shop/web')))).name).toBe('ResourceNotFoundException');
    const logGroupIdentifiers = ['arn:aws:logs:us-east-1:111111111111:log-group:/shop/web'];
    const byArn = new StartQueryCommand({ ...query('').input, logGroupName: undefined, logGroupIdentifiers });
    expect((await failureOf(ofBob.send(byArn))).name).toBe('AccessDeniedException');
  });

  it.each([
    ['111111111111', '/shop/web', '/shop/payments'],
    ['222222222222', '/logistics/tracking', '/logistics/labels'],
  ])('keeps the limited role of %s to %s', async (accountId, own, other) => {
    const keys = await assume(emulator.url, { RoleArn: `arn:aws:iam::${accountId}:role/CloudWatchLimited` });
    const { logs, cloudwatch } = clients(emulator.url, keys);
    await logs.send(query(own));
    expect((await failureOf(logs.send(query(other)))).name).toBe('AccessDeniedException');
    expect((await failureOf(cloudwatch.send(new DescribeAlarmsCommand({})))).name).toBe('AccessDenied');
  });
});
