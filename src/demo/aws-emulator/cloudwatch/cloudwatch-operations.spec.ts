import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsEmulator, startAwsEmulator } from '../emulator.js';
import { clients, SERVER_KEYS } from '../emulator-fixture.js';
import type { OperationTable } from '../operation.js';
import { localProfile } from '../roles.js';
import { LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from '../scenario-accounts.js';
import { calledAt, statQuery } from './cloudwatch-fixture.js';
import { cloudwatchOperations } from './cloudwatch-operations.js';

describe('cloudwatchOperations', () => {
  let emulator: AwsEmulator;
  let shop: CloudWatchClient;
  let logistics: CloudWatchClient;

  beforeAll(async () => {
    emulator = await startAwsEmulator();
    shop = clients(emulator.url, localProfile(SHOP_ACCOUNT)).cloudwatch;
    logistics = clients(emulator.url, localProfile(LOGISTICS_ACCOUNT)).cloudwatch;
  });

  afterAll(() => emulator.close());

  const lastHour = () => ({ StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date() });

  it('gives the SDK percentiles with real dates', async () => {
    const query = statQuery('m1', 'AWS/Lambda Duration', { FunctionName: 'payments' }, 'p99', 300);
    const { MetricDataResults: results } = await shop.send(
      new GetMetricDataCommand({ ...lastHour(), MetricDataQueries: [query] }),
    );
    expect(results?.[0]?.Timestamps?.[0]).toBeInstanceOf(Date);
    expect(results?.[0]?.Values?.length).toBeGreaterThanOrEqual(12);
    expect(Math.min(...(results?.[0]?.Values ?? []))).toBeGreaterThan(3_000);
  });

  it('shows each account its own alarms', async () => {
    const command = (): DescribeAlarmsCommand => new DescribeAlarmsCommand({ StateValue: 'ALARM' });
    const [own, other] = await Promise.all([shop.send(command()), logistics.send(command())]);
    expect(own.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual([
      'functions-slowest-call',
      'payments-duration-p99',
    ]);
    expect(other.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['memory-by-service', 'routing-memory-high']);
  });

  it('shows the history with its JSON', async () => {
    const { AlarmHistoryItems: items } = await shop.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'payments-duration-p99', HistoryItemType: 'StateUpdate' }),
    );
    expect(JSON.parse(items?.[0]?.HistoryData ?? '')).toMatchObject({ newState: { stateValue: 'ALARM' } });
    expect(items?.[0]?.Timestamp).toBeInstanceOf(Date);
  });

  it('takes the metrics of the server into an account of its own', async () => {
    const platform = clients(emulator.url, SERVER_KEYS).cloudwatch;
    const MetricData = [{ MetricName: 'ToolCalls', Value: 1 }];
    await platform.send(new PutMetricDataCommand({ Namespace: 'McpServer', MetricData }));
    const { Metrics: metrics } = await shop.send(new ListMetricsCommand({ Namespace: 'McpServer' }));
    expect(metrics).toEqual([]);
  });

  it('reports faults under the names the SDK knows', async () => {
    const command = new GetMetricDataCommand({ ...lastHour(), MetricDataQueries: [{ Id: 'e1', Expression: 'm1 +' }] });
    await expect(shop.send(command)).rejects.toThrow(/Error in expression 'e1'/);
    await expect(shop.send(new ListMetricsCommand({ NextToken: 'made-up' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
  });

  it('asks IAM about the named alarms, and about all where composite alarms are wanted', () => {
    const table: OperationTable = cloudwatchOperations({ account: () => undefined, linkedTo: () => [] });
    const resources = (input: object): readonly string[] | undefined =>
      table['DescribeAlarms']?.resources?.(input as never, calledAt());
    const arn = (name: string): string => `arn:aws:cloudwatch:eu-central-1:111111111111:alarm:${name}`;
    expect(resources({ AlarmNames: ['a', 'b'] })).toEqual([arn('a'), arn('b')]);
    expect(resources({})).toEqual([arn('*')]);
    expect(resources({ AlarmNames: ['a'], AlarmTypes: ['CompositeAlarm'] })).toEqual([arn('*')]);
    expect(table['GetMetricData']).not.toHaveProperty('resources');
  });
});
