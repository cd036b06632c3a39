import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { listMetrics, ListMetricsTool } from './list-metrics.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const list = (args: object, options?: RigCall) => rig.call(ListMetricsTool, listMetrics, args, options);

describe('list_metrics', () => {
  it('lists the metrics of the caller’s own account with the dimensions to ask for them', async () => {
    const { metrics, truncated, total, returned } = await list({ namespace: 'AWS/Lambda', metric_name: 'Errors' });
    expect(metrics).toContainEqual({
      namespace: 'AWS/Lambda',
      metric_name: 'Errors',
      dimensions: [{ name: 'FunctionName', value: 'payments' }],
    });
    expect({ truncated, total }).toEqual({ truncated: false, total: returned });
    expect(rig.aws.calls.of('ListMetrics')[0]?.principalArn).toContain(':111111111111:assumed-role/CloudWatchReader/');
    expect(JSON.stringify(await list({}, { as: 'bob' }))).not.toContain('payments');
  });

  it('filters by a dimension with and without its value', async () => {
    const named = await list({ dimensions: [{ name: 'FunctionName' }] });
    const valued = await list({ dimensions: [{ name: 'FunctionName', value: 'payments' }] });
    expect(valued.metrics.length).toBeGreaterThan(0);
    expect(named.metrics.length).toBeGreaterThanOrEqual(valued.metrics.length);
    expect(valued.metrics.every(({ dimensions }) => dimensions.some(({ value }) => value === 'payments'))).toBe(true);
  });

  it('asks for what reported lately only when told to', async () => {
    await list({ recently_active: true });
    await list({ recently_active: false });
    expect(
      rig.aws.calls.of('ListMetrics').map(({ input }) => (input as { RecentlyActive?: string }).RecentlyActive),
    ).toEqual(['PT3H', undefined]);
  });

  it('gives every metric exactly once, part by part', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    let parts = 0;
    do {
      const part: Awaited<ReturnType<typeof list>> = await list({ max_items: 10, cursor });
      seen.push(...part.metrics.map((metric) => JSON.stringify(metric)));
      cursor = part.next_cursor;
      parts += 1;
    } while (cursor !== null);
    expect(parts).toBeGreaterThan(2);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('answers an empty list for a namespace nobody uses', async () => {
    expect(await list({ namespace: 'Nobody/Uses' })).toEqual({
      metrics: [],
      returned: 0,
      total: 0,
      truncated: false,
      next_cursor: null,
    });
  });

  it.each([
    ['access-denied', 'aws_access_denied'],
    ['throttle', 'aws_throttled'],
  ] as const)('names the action on %s', async (kind, code) => {
    rig.aws.faults.add({ operation: 'cloudwatch:ListMetrics', kind });
    await expect(list({})).rejects.toMatchObject({ code, message: expect.stringContaining('cloudwatch:ListMetrics') });
  });

  it('refuses the account of strangers before any AWS call [ARG-07]', async () => {
    await expect(list({ owning_account: '222222222222' })).rejects.toMatchObject({ denied: 'account' });
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it.each([
    [{ max_items: 0 }, 'max_items'],
    [{ namespace: 'a\u0000b' }, 'namespace'],
    [{ cursor: '!' }, 'cursor'],
    [{ dimensions: [{ value: 'x' }] }, 'dimensions.0.name'],
    [{ region: 'us-east-1@evil.com' }, 'region'],
  ])('refuses %j by its field', async (args, field) => {
    await expect(list(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.of('ListMetrics')).toEqual([]);
  });
});
