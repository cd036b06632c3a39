import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { getDashboard, GetDashboardTool } from './get-dashboard.tool.js';
import { listDashboards, ListDashboardsTool } from './list-dashboards.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const list = (args: object, options?: RigCall) => rig.call(ListDashboardsTool, listDashboards, args, options);
const get = (args: object, options?: RigCall) => rig.call(GetDashboardTool, getDashboard, args, options);

describe('list_dashboards', () => {
  it("lists the caller's own, each with its page in the console", async () => {
    const { dashboards, total } = await list({});
    expect(dashboards.map(({ name }) => name)).toEqual(['shop-costs', 'shop-overview']);
    expect(dashboards[1]).toMatchObject({
      arn: 'arn:aws:cloudwatch::111111111111:dashboard/shop-overview',
      console_url:
        'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/shop-overview',
    });
    expect(total).toBe(2);
    expect(rig.aws.calls.of('ListDashboards')[0]?.principalArn).toContain(':111111111111:assumed-role/');
    const { dashboards: others } = await list({}, { as: 'bob' });
    expect(others.map(({ name }) => name)).toEqual(['dispatch']);
  });

  it('goes on where it stopped', async () => {
    const first = await list({ max_items: 1 });
    expect(first).toMatchObject({ returned: 1, truncated: true, total: null });
    const second = await list({ max_items: 1, cursor: first.next_cursor });
    expect([first, second].flatMap(({ dashboards }) => dashboards.map(({ name }) => name))).toEqual([
      'shop-costs',
      'shop-overview',
    ]);
  });

  it('finds none by a prefix that none has', async () => {
    expect(await list({ name_prefix: 'x' })).toMatchObject({ dashboards: [], total: 0 });
  });

  it.each([
    ['throttle', 'aws_throttled'],
    ['access-denied', 'aws_access_denied'],
  ] as const)('names the action on %s', async (kind, code) => {
    rig.aws.faults.add({ operation: 'cloudwatch:ListDashboards', kind });
    await expect(list({})).rejects.toMatchObject({ code });
  });
});

describe('get_dashboard', () => {
  it('reads the widgets, with the metrics written out', async () => {
    const { widgets, total, truncated, arn } = await get({ name: 'shop-overview' });
    expect({ total, truncated, arn }).toEqual({
      total: 4,
      truncated: false,
      arn: 'arn:aws:cloudwatch::111111111111:dashboard/shop-overview',
    });
    expect(widgets.map(({ type }) => type)).toEqual(['text', 'metric', 'log', 'alarm']);
    expect(widgets[1]?.metrics[1]).toEqual(['AWS/Lambda', 'Invocations', 'FunctionName', 'payments', { id: 'm2' }]);
    expect(widgets[2]?.query).toContain('/shop/checkout');
    expect(widgets[3]?.alarms).toEqual(['arn:aws:cloudwatch:us-east-1:111111111111:alarm:payments-duration-p99']);
    expect(rig.aws.calls.of('GetDashboard')[0]?.principalArn).toContain(':111111111111:assumed-role/');
  });

  it("does not know another account's", async () => {
    await expect(get({ name: 'dispatch' })).rejects.toMatchObject({ code: 'aws_not_found' });
  });

  it.each(['../x', 'a b', '', 'x'.repeat(256)])('refuses the name %j before any AWS call', async (name) => {
    await expect(get({ name })).rejects.toThrow(/^name: /);
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
