import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { analyzeMetric, AnalyzeMetricTool } from './analyze-metric.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const analyze = (args: object, options?: RigCall) => rig.call(AnalyzeMetricTool, analyzeMetric, args, options);
const sent = (): GetMetricDataCommandInput => rig.aws.calls.of('GetMetricData')[0]?.input as GetMetricDataCommandInput;

const ORDERS = { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', statistic: 'Sum' };

describe('analyze_metric', () => {
  it('finds the week in fourteen days of orders with busy weekends, as the caller', async () => {
    const analysis = await analyze(ORDERS);
    expect(analysis).toMatchObject({
      seasonality_seconds: 604_800,
      data_quality: { publishing_period_seconds: 60 },
      message: 'Metric analysis completed successfully',
      metric_info: { ...ORDERS, dimensions: [], analysis_period_minutes: 20_160 },
    });
    expect(analysis.data_points_found).toBeGreaterThan(20_000);
    expect(analysis.seasonality_strength).toBeGreaterThan(0.5);
    const { start, end } = analysis.metric_info.time_range;
    expect(Date.parse(end) - Date.parse(start)).toBe(14 * 86_400_000);
    expect(rig.aws.calls.all().map(({ operation }) => operation)).toEqual(['AssumeRole', 'GetMetricData']);
    expect(rig.aws.calls.of('GetMetricData')[0]?.principalArn).toContain(':111111111111:assumed-role/');
  });

  it('asks for the statistic and the dimensions it was given', async () => {
    const dimensions = [{ name: 'FunctionName', value: 'payments' }];
    const analysis = await analyze({
      namespace: 'AWS/Lambda',
      metric_name: 'Duration',
      statistic: 'MAX',
      dimensions,
      region: 'us-east-1',
    });
    expect(sent().MetricDataQueries?.[0]?.MetricStat).toEqual({
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: 'Duration',
        Dimensions: [{ Name: 'FunctionName', Value: 'payments' }],
      },
      Stat: 'Maximum',
      Period: 60,
    });
    expect(analysis.metric_info).toMatchObject({ statistic: 'Maximum', dimensions });
  });

  it('says so when the caller has no such metric', async () => {
    const analysis = await analyze(ORDERS, { as: 'bob' });
    expect(analysis).toMatchObject({
      data_points_found: 0,
      seasonality_seconds: 0,
      trend: 'none',
      statistics: null,
      message: 'No metric data available for analysis',
    });
    expect(rig.aws.calls.of('GetMetricData')[0]?.principalArn).toContain(':222222222222:assumed-role/');
  });

  it.each([
    ['access-denied', 'aws_access_denied'],
    ['throttle', 'aws_throttled'],
  ] as const)('says what to do after %s', async (kind, code) => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind });
    await expect(analyze(ORDERS)).rejects.toMatchObject({ code });
  });

  it('goes on with new credentials when they expire', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'expired-credentials', times: 1 });
    expect(await analyze(ORDERS)).toMatchObject({ seasonality_seconds: 604_800 });
  });

  it.each([
    ['metric_name', { namespace: 'AWS/EC2' }],
    ['namespace', { ...ORDERS, namespace: 'a\nb' }],
    ['statistic', { ...ORDERS, statistic: 'p99' }],
    ['dimensions', { ...ORDERS, dimensions: Array.from({ length: 31 }, () => ({ name: 'n', value: 'v' })) }],
    ['region', { ...ORDERS, region: '169.254.169.254' }],
    ['account', { ...ORDERS, account: 'nobody' }],
    ['account_id', { ...ORDERS, account_id: '22222222222' }],
    ['days', { ...ORDERS, days: 7 }],
  ])('refuses a bad %s before any AWS call', async (field, args) => {
    await expect(analyze(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
