import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { getActiveAlarms, GetActiveAlarmsTool } from './get-active-alarms.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const active = (args: object, options?: RigCall) => rig.call(GetActiveAlarmsTool, getActiveAlarms, args, options);

describe('get_active_alarms', () => {
  it("lists the caller's own alarms in ALARM, metric and composite", async () => {
    const { metric_alarms, composite_alarms, has_more_results, message } = await active({});
    expect(metric_alarms.map(({ alarm_name }) => alarm_name)).toContain('payments-duration-p99');
    expect(composite_alarms.map(({ alarm_name }) => alarm_name)).toEqual(['shop-payments-degraded']);
    expect([...metric_alarms, ...composite_alarms].every(({ state_value }) => state_value === 'ALARM')).toBe(true);
    expect({ has_more_results, message }).toEqual({ has_more_results: false, message: null });
    expect(metric_alarms.find(({ alarm_name }) => alarm_name === 'payments-duration-p99')).toMatchObject({
      statistic: 'p99',
      threshold: 3_000,
      dimensions: [{ Name: 'FunctionName', Value: 'payments' }],
    });
    expect(rig.aws.calls.of('DescribeAlarms')[0]?.principalArn).toContain(':111111111111:assumed-role/');
    const bob = await active({}, { as: 'bob' });
    expect(JSON.stringify(bob)).not.toContain('payments');
  });

  it('says when there are more', async () => {
    const { metric_alarms, composite_alarms, has_more_results, message } = await active({ max_items: 1 });
    expect(metric_alarms.length + composite_alarms.length).toBe(1);
    expect({ has_more_results, message }).toEqual({
      has_more_results: true,
      message: 'Showing 1 alarms (more available)',
    });
  });

  it.each([
    [{ max_items: 0 }, 'max_items'],
    [{ max_items: 1.5 }, 'max_items'],
    [{ region: '169.254.169.254' }, 'region'],
    [{ state: 'OK' }, 'state'],
  ])('refuses %j before any AWS call', async (args, field) => {
    await expect(active(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
