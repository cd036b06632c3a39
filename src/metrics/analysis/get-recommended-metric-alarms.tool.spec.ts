import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { getRecommendedMetricAlarms, GetRecommendedMetricAlarmsTool } from './get-recommended-metric-alarms.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const recommend = (args: object, options?: RigCall) =>
  rig.call(GetRecommendedMetricAlarmsTool, getRecommendedMetricAlarms, args, options);
const sent = (): GetMetricDataCommandInput => rig.aws.calls.of('GetMetricData')[0]?.input as GetMetricDataCommandInput;

const FUNCTION = [{ name: 'FunctionName', value: 'payments' }];
const ERRORS = { namespace: 'AWS/Lambda', metric_name: 'Errors', dimensions: FUNCTION };
const ORDERS = { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', statistic: 'Sum' };

describe('get_recommended_metric_alarms', () => {
  it('gives a documented alarm with its number and asks AWS nothing', async () => {
    const dimensions = [{ name: 'InstanceId', value: 'i-1' }];
    const { recommendations, message } = await recommend({
      namespace: 'AWS/EC2',
      metric_name: 'CPUUtilization',
      dimensions,
    });
    expect(message).toBe(`Found ${recommendations.length} matching alarm recommendations`);
    expect(recommendations[0]).toMatchObject({ threshold: { staticValue: 80, source: 'documented' }, dimensions });
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it("computes a number that is not documented from the caller's own data, at the alarm's statistic and period", async () => {
    const { recommendations } = await recommend(ERRORS);
    const [{ threshold, statistic, period } = recommendations[0]!] = recommendations;
    expect(threshold.source).toBe('computed');
    expect(threshold.staticValue).toBeGreaterThan(0);
    expect(threshold.justification).toMatch(/^Computed from [\d,]+ points \(Sum over 60 s\) of the last 14 days/);
    expect(sent().MetricDataQueries?.[0]?.MetricStat).toMatchObject({ Stat: statistic, Period: period });
    expect(rig.aws.calls.of('GetMetricData')).toHaveLength(1);
    expect(rig.aws.calls.of('GetMetricData')[0]?.principalArn).toContain(':111111111111:assumed-role/');
  });

  it('says null rather than 0 where there is no data', async () => {
    const { recommendations } = await recommend(ERRORS, { as: 'bob' });
    expect(recommendations[0]?.threshold).toMatchObject({ staticValue: null, source: 'none' });
    expect(recommendations[0]?.threshold.justification).toMatch(/^Not computed: only 0 points/);
  });

  it('proposes anomaly detection for a metric that repeats, with the statistic asked for', async () => {
    const { recommendations, message } = await recommend(ORDERS);
    expect(message).toBe('Generated 1 alarm recommendation(s) for Shop/Checkout/OrdersPlaced based on metric analysis');
    expect(recommendations[0]).toMatchObject({
      statistic: 'Sum',
      dimensions: [],
      threshold: { sensitivity: 2, justification: expect.stringContaining('repeats every week') },
    });
    expect(JSON.stringify(recommendations[0]?.cloudformation_template)).toContain('"Stat":"Sum"');
    expect(sent().MetricDataQueries?.[0]?.MetricStat?.Stat).toBe('Sum');
    expect(rig.aws.calls.of('GetMetricData')).toHaveLength(1);
  });

  it('has none for a metric that nobody publishes', async () => {
    expect(await recommend({ ...ORDERS, metric_name: 'Nothing' })).toEqual({
      recommendations: [],
      message: 'No alarm recommendations available for Shop/Checkout/Nothing with the provided dimensions',
    });
  });

  it.each([
    ['access-denied', 'aws_access_denied'],
    ['throttle', 'aws_throttled'],
  ] as const)('says what to do after %s', async (kind, code) => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind });
    await expect(recommend(ERRORS)).rejects.toMatchObject({ code });
  });

  it('goes on with new credentials when they expire', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'expired-credentials', times: 1 });
    expect((await recommend(ERRORS)).recommendations[0]?.threshold.source).toBe('computed');
  });

  it.each([
    ['namespace', { metric_name: 'Errors' }],
    ['dimensions.0.value', { ...ERRORS, dimensions: [{ name: 'FunctionName' }] }],
    ['statistic', { ...ERRORS, statistic: 'p99' }],
    ['region', { ...ORDERS, region: 'us-east-1@evil.com' }],
  ])('refuses a bad %s before any AWS call', async (field, args) => {
    await expect(recommend(args)).rejects.toThrow(new RegExp(`^${field.replaceAll('.', '\\.')}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
