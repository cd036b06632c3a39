import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { getAlarmHistory, GetAlarmHistoryTool } from './get-alarm-history.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const history = (args: object, options?: RigCall) => rig.call(GetAlarmHistoryTool, getAlarmHistory, args, options);

const ERRORS = { alarm_name: 'payments-errors' };
const ARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:payments-errors';
const COMPOSITE = { alarm_name: 'shop-payments-degraded' };

describe('get_alarm_history', () => {
  it('tells what an alarm did in the last day and where to look', async () => {
    const answer = await history(ERRORS);
    expect(answer.alarm_details).toMatchObject({
      alarm_name: 'payments-errors',
      alarm_type: 'MetricAlarm',
      metric_name: 'Errors',
      namespace: 'AWS/Lambda',
      dimensions: [{ FunctionName: 'payments' }],
      statistic: 'Sum',
      period: 60,
      evaluation_periods: 2,
    });
    const changes = answer.history_items.filter(({ new_state }) => new_state === 'ALARM');
    expect(changes.length).toBeGreaterThanOrEqual(2);
    expect(
      answer.history_items.every((item) => item.history_item_type === 'StateUpdate' && item.state_reason !== null),
    ).toBe(true);
    const times = answer.history_items.map(({ timestamp }) => Date.parse(timestamp));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(answer.time_range_suggestions.length).toBeGreaterThan(changes.length);
    expect(answer.time_range_suggestions.at(-1)?.reason).toMatch(/^Alarm flapping detected: /);
    expect(answer).toMatchObject({ has_more_results: false, message: null, component_alarms: null });
  });

  it('takes an ARN', async () => {
    expect((await history({ alarm_name: ARN })).alarm_details.alarm_name).toBe('payments-errors');
  });

  it('finds no alarm of another caller, which is no error', async () => {
    const answer = await history(ERRORS, { as: 'bob' });
    expect(answer.alarm_details).toMatchObject({ alarm_type: 'Unknown', alarm_description: 'Alarm not found' });
    expect(answer.message).toBe('No alarm history found for payments-errors in the specified time range');
    expect(answer.history_items).toEqual([]);
  });

  it('adds the alarms of a composite alarm, in the order of its rule and with one call, beside its history', async () => {
    const answer = await history({ ...COMPOSITE, include_component_alarms: true });
    expect(answer.composite_alarm_name).toBe('shop-payments-degraded');
    expect(answer.component_alarms).toEqual([
      'checkout-5xx-rate',
      'payments-errors',
      'payments-duration-p99',
      'web-cpu-high',
    ]);
    expect(answer.component_details?.map(({ alarm_name }) => alarm_name)).toEqual(answer.component_alarms);
    expect(answer.component_details?.[2]).toMatchObject({ statistic: 'p99', threshold: 3_000 });
    expect(answer.alarm_rule).toContain('ALARM("checkout-5xx-rate")');
    expect(answer.history_items.length).toBeGreaterThan(0);
    expect(rig.aws.calls.of('DescribeAlarms')).toHaveLength(2);
  });

  it('leaves components out unless they are asked for', async () => {
    const answer = await history(COMPOSITE);
    expect(answer).toMatchObject({ composite_alarm_name: null, component_alarms: null, component_details: null });
    expect(answer.alarm_details.alarm_rule).toContain('ALARM(');
  });

  it('says when there are more', async () => {
    const answer = await history({ ...ERRORS, max_items: 1 });
    expect(answer.history_items).toHaveLength(1);
    expect(answer).toMatchObject({ has_more_results: true, message: 'Showing 1 history items (more available)' });
  });

  it.each([
    ['a kind of entry there is not', 'history_item_type', { history_item_type: 'Everything' }],
    ['an empty name', 'alarm_name', { alarm_name: '' }],
    ['an alarm of another account', 'alarm_name', { alarm_name: ARN.replace('111111111111', '222222222222') }],
    ['a region the ARN is not in', 'region', { alarm_name: ARN, region: 'eu-west-1' }],
    ['a time that is a number', 'start_time', { start_time: '1763719200' }],
    ['too many items', 'max_items', { max_items: 1_001 }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(history({ ...ERRORS, ...args })).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
