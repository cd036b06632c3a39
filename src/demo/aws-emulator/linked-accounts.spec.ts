import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLogGroupsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsEmulator, startAwsEmulator } from './emulator.js';
import { assume, clients, failureOf, rowsOf } from './emulator-fixture.js';

const OWN = '111111111111';
const LINKED = '222222222222';
const GROUP = `arn:aws:logs:us-east-1:${LINKED}:log-group:/logistics/labels`;
const now = Math.floor(Date.now() / 1_000);

function metricOf(account: string): GetMetricDataCommand {
  const Dimensions = [{ Name: 'FunctionName', Value: 'labels' }];
  const Metric = { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions };
  return new GetMetricDataCommand({
    StartTime: new Date((now - 600) * 1_000),
    EndTime: new Date(now * 1_000),
    MetricDataQueries: [{ Id: 'm1', AccountId: account, MetricStat: { Metric, Period: 60, Stat: 'Average' } }],
  });
}

function queryOf(arn: string): StartQueryCommand {
  const queryString = 'fields @message | limit 1';
  return new StartQueryCommand({ logGroupIdentifiers: [arn], queryString, startTime: now - 3_600, endTime: now });
}

async function accountsListed(emulator: AwsEmulator, accountIdentifiers?: string[]): Promise<string[]> {
  const { logs } = clients(emulator.url, await assume(emulator.url));
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ includeLinkedAccounts: true, ...(accountIdentifiers && { accountIdentifiers }) }),
  );
  return [...new Set(logGroups.map(({ logGroupArn }) => logGroupArn?.split(':')[4] ?? ''))];
}

describe('a monitoring account', () => {
  let emulator: AwsEmulator;
  beforeAll(async () => {
    emulator = await startAwsEmulator({ linkedAccounts: { [OWN]: [LINKED] } });
  });
  afterAll(() => emulator.close());

  it('lists its own and the linked log groups, or those of the accounts that are named', async () => {
    expect(await accountsListed(emulator)).toEqual([OWN, LINKED]);
    expect(await accountsListed(emulator, [LINKED])).toEqual([LINKED]);
  });

  it('queries linked log groups by ARN and reads linked metrics by account', async () => {
    const { logs, cloudwatch } = clients(emulator.url, await assume(emulator.url));
    const { queryId } = await logs.send(queryOf(GROUP));
    const results = await rowsOf(logs, queryId);
    expect(results).toHaveLength(1);
    const { MetricDataResults: series = [] } = await cloudwatch.send(metricOf(LINKED));
    expect(series[0]?.Values?.length).toBeGreaterThan(0);
    expect(await failureOf(cloudwatch.send(metricOf('333333333333')))).toMatchObject({ name: 'ValidationException' });
  });
});

describe('an account without links', () => {
  it('reaches nothing of another, whatever is asked of it', async () => {
    const emulator = await startAwsEmulator();
    const { logs, cloudwatch } = clients(emulator.url, await assume(emulator.url));
    expect(await accountsListed(emulator)).toEqual([OWN]);
    expect(await accountsListed(emulator, [LINKED])).toEqual([]);
    expect((await failureOf(logs.send(queryOf(GROUP)))).name).toBe('AccessDeniedException');
    expect((await failureOf(cloudwatch.send(metricOf(LINKED)))).name).toBe('ValidationException');
    await emulator.close();
  });
});
