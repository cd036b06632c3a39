import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { parseInsightsQuery } from '../demo/aws-emulator/cloudwatch/metrics-insights.js';
import { getMetricData, GetMetricDataTool } from './get-metric-data.tool.js';
import { MetricsModule } from './metrics.module.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const metricData = (args: object, options?: RigCall) => rig.call(GetMetricDataTool, getMetricData, args, options);
const sent = (): GetMetricDataCommandInput => rig.aws.calls.of('GetMetricData')[0]?.input as GetMetricDataCommandInput;

const PAYMENTS = { namespace: 'AWS/Lambda', dimensions: [{ name: 'FunctionName', value: 'payments' }] };
const DURATION = { ...PAYMENTS, metric_name: 'Duration' };
const stat = (metric_name: string, statistic: string) => ({ metric_stat: { ...PAYMENTS, metric_name, statistic } });

describe('get_metric_data', () => {
  it('gets a metric of the last three hours as the caller, oldest point first', async () => {
    const { metricDataResults, messages, truncated, returned, total, hint, time_range } = await metricData(DURATION);
    expect(metricDataResults).toHaveLength(1);
    expect(metricDataResults[0]).toMatchObject({ id: 'm1', statusCode: 'Complete' });
    const times = metricDataResults[0]?.datapoints.map(({ timestamp }) => Date.parse(timestamp)) ?? [];
    expect(times.length).toBeGreaterThan(50);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect({ messages, truncated, hint }).toEqual({ messages: [], truncated: false, hint: null });
    expect([returned, total]).toEqual([times.length, times.length]);
    expect(new Date(time_range.start)).toEqual(sent().StartTime);
    expect(new Date(time_range.end)).toEqual(sent().EndTime);
    expect(Date.parse(time_range.end) - Date.parse(time_range.start)).toBeGreaterThanOrEqual(3 * 3_600_000);
    expect(rig.aws.calls.of('GetMetricData')[0]?.principalArn).toContain(
      ':111111111111:assumed-role/CloudWatchReader/',
    );
    expect(sent().MetricDataQueries?.[0]?.MetricStat).toMatchObject({ Stat: 'Average', Period: 180 });
  });

  it("gives another caller nothing of the first one's account", async () => {
    const { metricDataResults } = await metricData(DURATION, { as: 'bob' });
    expect(metricDataResults.flatMap(({ datapoints }) => datapoints)).toEqual([]);
  });

  it('groups with Metrics Insights', async () => {
    const { metricDataResults } = await metricData({
      namespace: 'AWS/Lambda',
      metric_name: 'Invocations',
      statistic: 'Sum',
      schema_dimension_keys: ['FunctionName'],
      group_by_dimension: 'FunctionName',
      order_by_statistic: 'SUM',
      sort_order: 'DESC',
    });
    expect(metricDataResults.length).toBeGreaterThan(0);
    expect(metricDataResults.map(({ label }) => label).join()).toContain('payments');
    expect(sent().MetricDataQueries?.[0]?.Expression).toBe(
      'SELECT SUM("Invocations") FROM SCHEMA("AWS/Lambda", "FunctionName") GROUP BY "FunctionName" ORDER BY SUM() DESC',
    );
  });

  it('answers several queries with percentiles and math in one call', async () => {
    const { metricDataResults } = await metricData({
      start_time: 'now-1h',
      queries: [
        { id: 'slowest', ...stat('Duration', 'p99') },
        { id: 'errors', ...stat('Errors', 'SUM'), return_data: false },
        { id: 'calls', ...stat('Invocations', 'Sum'), return_data: false },
        { id: 'rate', expression: '100 * errors / calls', label: 'Error rate' },
      ],
    });
    expect(metricDataResults.map(({ id }) => id)).toEqual(['slowest', 'rate']);
    expect(metricDataResults[1]).toMatchObject({ label: 'Error rate' });
    expect(metricDataResults.every(({ datapoints }) => datapoints.length > 0)).toBe(true);
    expect(rig.aws.calls.of('GetMetricData')).toHaveLength(1);
  });

  it('asks for what CloudWatch kept of older times', async () => {
    await metricData({ ...DURATION, start_time: 'now-20d', end_time: 'now-19d', target_datapoints: 1_440 });
    expect(sent().MetricDataQueries?.[0]?.MetricStat?.Period).toBe(300);
  });

  it.each(['22222222222', '333333333333'])('refuses the account %s that is not linked [ARG-07]', async (account_id) => {
    await expect(metricData({ ...DURATION, account_id })).rejects.toThrow(/^account_id: /);
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it('says so when there is nothing', async () => {
    const { metricDataResults, total } = await metricData({ ...DURATION, metric_name: 'Nothing' });
    expect(metricDataResults).toMatchObject([{ id: 'm1', datapoints: [] }]);
    expect(total).toBe(0);
  });

  it('says what to do when AWS asks to slow down', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'throttle' });
    await expect(metricData(DURATION)).rejects.toMatchObject({ code: 'aws_throttled' });
  });

  it('goes on with new credentials when they expire', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'expired-credentials', times: 1 });
    expect((await metricData(DURATION)).returned).toBeGreaterThan(50);
  });

  it('names the action when AWS denies it', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'access-denied' });
    await expect(metricData(DURATION)).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('cloudwatch:GetMetricData'),
    });
  });

  it.each([
    ['a missing namespace', 'namespace', { namespace: null }],
    ['a missing metric', 'metric_name', { metric_name: null }],
    ['an unknown statistic', 'statistic', { statistic: 'p99' }],
    ['a range that ends before it starts', 'start_time', { start_time: 'now', end_time: 'now-1h' }],
    ['a time before anything is kept', 'start_time', { start_time: 'now-456d' }],
    ['an unknown region', 'region', { region: 'eu-nowhere-1' }],
    [
      'a fine period long ago',
      'queries.0.period',
      { start_time: 'now-20d', queries: [{ id: 'a', expression: '1', period: 60 }] },
    ],
    ['an unknown argument', 'hours', { hours: 3 }],
    ['an account beside Metrics Insights', 'account_id', { account_id: '111111111111', limit: 3 }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(metricData({ ...DURATION, ...args })).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('Metrics Insights and math [ARG-14]', () => {
  const HOSTILE = [`AWS/EC2" WHERE 1=1 --`, `'`, `SEARCH('{AWS/EC2} Cpu', 'Sum')`, `\\`, `\\" OR ""="`];

  it.each(HOSTILE)('treats %s as a name or value and nothing else', async (text) => {
    const { metricDataResults } = await metricData({
      namespace: text,
      metric_name: text,
      dimensions: [{ name: 'D', value: text }],
      schema_dimension_keys: ['D'],
    });
    expect(metricDataResults).toEqual([]);
    expect(parseInsightsQuery(sent().MetricDataQueries?.[0]?.Expression ?? '')).toMatchObject({
      namespace: text,
      metricName: text,
      schema: ['D'],
      conditions: [{ dimension: 'D', equals: true, value: text }],
    });
  });

  it.each(HOSTILE)('sends %s outside Metrics Insights as it is', async (text) => {
    await metricData({ ...DURATION, dimensions: [{ name: 'FunctionName', value: text }] });
    expect(sent().MetricDataQueries?.[0]?.MetricStat?.Metric?.Dimensions).toEqual([
      { Name: 'FunctionName', Value: text },
    ]);
  });

  it.each([
    ['dimensions', { dimensions: Array.from({ length: 1_000 }, (_, index) => ({ name: `d${index}`, value: 'x' })) }],
    ['schema_dimension_keys', { schema_dimension_keys: Array.from({ length: 1_000 }, (_, index) => `d${index}`) }],
    ['queries', { queries: Array.from({ length: 501 }, (_, index) => ({ id: `m${index}`, expression: '1' })) }],
    ['queries.0.expression', { queries: [{ id: 'a', expression: 'x'.repeat(2_049) }] }],
  ])('refuses too many or too long %s before any AWS call', async (field, args) => {
    await expect(metricData({ ...DURATION, ...args })).rejects.toThrow(
      new RegExp(`^${field.replaceAll('.', '\\.')}: `),
    );
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('get_metric_data with a small budget', () => {
  it('keeps the newest points of each series and says how many of how many', async () => {
    const small = await startToolRig([MetricsModule], { RESULT_BUDGET_BYTES: '10000' });
    try {
      const answer = await small.call(GetMetricDataTool, getMetricData, {
        start_time: 'now-6h',
        target_datapoints: 360,
        queries: [
          { id: 'a', ...stat('Duration', 'p99') },
          { id: 'b', ...stat('Invocations', 'Sum') },
        ],
      });
      const [a, b] = answer.metricDataResults;
      expect(Buffer.byteLength(JSON.stringify(answer.metricDataResults))).toBeLessThanOrEqual(10_000);
      expect(a?.datapoints.length).toBe(b?.datapoints.length);
      expect(a?.datapoints.at(-1)?.timestamp).toBe(b?.datapoints.at(-1)?.timestamp);
      expect(answer).toMatchObject({ truncated: true, returned: 2 * (a?.datapoints.length ?? 0) });
      expect(answer.total).toBeGreaterThan(700);
      expect(answer.hint).toContain(`The newest ${answer.returned} of ${answer.total} points`);
      expect(answer.hint).toContain(`end_time ${a?.datapoints[0]?.timestamp}`);
    } finally {
      await small.close();
    }
  });
});
