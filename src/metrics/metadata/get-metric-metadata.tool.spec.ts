import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { getMetricMetadata, GetMetricMetadataTool } from './get-metric-metadata.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
afterEach(() => {
  expect(rig.aws.calls.all()).toEqual([]);
});
afterAll(() => rig.close());

const metadata = (args: object) => rig.call(GetMetricMetadataTool, getMetricMetadata, args);

describe('get_metric_metadata', () => {
  it('explains a metric of an AWS service', async () => {
    const answer = await metadata({ namespace: 'AWS/EC2', metric_name: 'CPUUtilization' });
    expect(answer).toMatchObject({
      found: true,
      description: expect.stringMatching(/CPU/),
      recommendedStatistics: 'Average, Maximum',
      unit: 'Percent',
      default_statistic: 'Average',
      recommended_alarms: 1,
      close_namespaces: [],
      close_metric_names: [],
    });
    expect(answer.dimension_sets).toContainEqual(['InstanceId']);
  });

  it('leaves empty what nobody has documented, and recommends the statistic that AWS specifies', async () => {
    expect(await metadata({ namespace: 'AWS/QLDB', metric_name: 'ReadIOs' })).toMatchObject({
      found: true,
      description: '',
      recommendedStatistics: 'Sum',
      unit: '',
      default_statistic: 'Sum',
      recommended_alarms: 0,
    });
  });

  it.each([
    ['AWS/EC2', 'cpu_utilization', [], ['CPUUtilization']],
    ['AWS/SQS', 'OldestMessage', [], ['ApproximateAgeOfOldestMessage']],
    ['aws/sqs', 'NumberOfMessagesSent', ['AWS/SQS'], []],
    ['SQS', 'NumberOfMessagesSent', ['AWS/SQS'], []],
    ['Shop/Checkout', 'OrdersPlaced', [], []],
  ])('answers %s %s with the names that are near it', async (namespace, metric_name, namespaces, names) => {
    const answer = await metadata({ namespace, metric_name });
    expect(answer).toMatchObject({ found: false, description: '', unit: '', recommendedStatistics: '' });
    expect(answer.close_namespaces.slice(0, 1)).toEqual(namespaces);
    expect(answer.close_metric_names.slice(0, 1)).toEqual(names);
  });

  it.each([
    [{ namespace: 'AWS/EC2' }, 'metric_name'],
    [{ namespace: '', metric_name: 'CPUUtilization' }, 'namespace'],
    [{ namespace: 'AWS/EC2', metric_name: 'x'.repeat(256) }, 'metric_name'],
    [{ namespace: ['AWS/EC2'], metric_name: 'CPUUtilization' }, 'namespace'],
    [{ namespace: 'AWS/EC2', metric_name: 'CPUUtilization', region: 'us-east-1' }, 'region'],
  ])('refuses %j by the name of the field', async (args, field) => {
    await expect(metadata(args)).rejects.toThrow(new RegExp(`^${field}: `));
  });
});
