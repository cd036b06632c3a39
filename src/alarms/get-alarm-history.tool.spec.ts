import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD } from '../../test/alarms/alarm-world.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { getAlarmHistory, GetAlarmHistoryTool } from './get-alarm-history.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule], { AWS_CALL_RATE: '1000' }, ALARM_WORLD);
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
    expect(answer).toMatchObject({ truncated: false, next_cursor: null, total: answer.returned, retention_note: null });
    expect(answer.console_url).toMatch(/^https:\/\/us-east-1\.console\.aws\.amazon\.com\/.*:alarm\/payments-errors$/);
    const { start, end } = answer.time_range;
    expect(Date.parse(end) - Date.parse(start)).toBe(86_400_000);
    for (const operation of ['DescribeAlarmHistory', 'DescribeAlarms', 'ListAlarmMuteRules']) {
      expect(rig.aws.calls.of(operation).map(({ principalArn }) => principalArn)).toEqual([
        expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
      ]);
    }
  });

  it('tells who hears of the alarm, and which rules mute it', async () => {
    const { alarm_details } = await history({ alarm_name: 'payments-duration-p99' });
    expect(alarm_details).toMatchObject({
      statistic: 'p99',
      extended_statistic: 'p99',
      actions_enabled: true,
      muted_by: ['paybridge-incident'],
    });
    rig.aws.faults.add({ operation: 'cloudwatch:ListAlarmMuteRules', kind: 'access-denied' });
    expect((await history(ERRORS)).alarm_details.muted_by).toBeNull();
  });

  it('tells of the single series of an alarm on several', async () => {
    const { history_items, time_range_suggestions, alarm_details } = await history({
      alarm_name: 'functions-slowest-call',
      history_item_type: 'AlarmContributorStateUpdate',
      start_time: 'now-10d',
    });
    expect(alarm_details.expression).toMatch(/^SELECT MAX/);
    expect(history_items[0]).toMatchObject({
      new_state: 'ALARM',
      contributor_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      contributor_attributes: { FunctionName: 'payments' },
    });
    expect(time_range_suggestions.length).toBeGreaterThan(0);
  });

  it('tells of a log alarm', async () => {
    const { alarm_details, history_items } = await history({ alarm_name: 'payments-reported-duration' });
    expect(alarm_details).toMatchObject({ alarm_type: 'LogAlarm', expression: 'filter @type = "REPORT"' });
    expect(history_items[0]?.alarm_type).toBe('LogAlarm');
  });

  it('says when part of the window is older than what CloudWatch keeps', async () => {
    expect((await history({ ...ERRORS, start_time: 'now-40d' })).retention_note).toMatch(/30 days/);
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

  it('goes on where it stopped, within the window of the first part', async () => {
    const whole = await history({ ...ERRORS, history_item_type: 'Action', start_time: 'now-13d' });
    const parts = [await history({ ...ERRORS, history_item_type: 'Action', start_time: 'now-13d', max_items: 2 })];
    while (parts.at(-1)?.next_cursor != null) {
      const cursor = parts.at(-1)?.next_cursor;
      parts.push(await history({ ...ERRORS, history_item_type: 'Action', max_items: 2, cursor }));
    }
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap(({ history_items }) => history_items)).toEqual(whole.history_items);
    expect(new Set(parts.map(({ time_range }) => JSON.stringify(time_range))).size).toBe(1);
  });

  it('names components by the ARN where they lie elsewhere, and asks nothing about those [ARG-07]', async () => {
    const answer = await history({ alarm_name: 'tree-right', include_component_alarms: true });
    const elsewhere = 'arn:aws:cloudwatch:us-east-1:222222222222:alarm:payments-errors';
    expect(answer.component_alarms).toEqual(['leaf-shared', 'leaf-b', elsewhere, 'gone']);
    expect(answer.component_details?.map(({ alarm_description }) => alarm_description)).toEqual([
      '',
      '',
      'Lies in another account or Region and was not read',
      'Alarm not found',
    ]);
    expect(answer.alarm_details).toMatchObject({ actions_suppressor: 'tree-silence', actions_suppressed_by: 'Alarm' });
    expect(JSON.stringify(rig.aws.calls.of('DescribeAlarms'))).not.toContain('payments-errors');
  });

  it('reads names with parentheses and commas out of the rule', async () => {
    const answer = await history({ alarm_name: 'tree-left', include_component_alarms: true });
    expect(answer.component_alarms).toEqual(['leaf (a), one', 'leaf-shared']);
    expect(answer.component_details?.map(({ current_state }) => current_state)).toEqual(['ALARM', 'ALARM']);
  });

  it.each([
    ['a kind of entry there is not', 'history_item_type', { history_item_type: 'Everything' }],
    ['an empty name', 'alarm_name', { alarm_name: '' }],
    ['a name with a line break', 'alarm_name', { alarm_name: 'a\nb' }],
    ['too long a name', 'alarm_name', { alarm_name: 'a'.repeat(256) }],
    ['a cursor of another tool', 'cursor', { cursor: Buffer.from('{"t":"x","s":0}').toString('base64url') }],
    ['an alarm of another account', 'alarm_name', { alarm_name: ARN.replace('111111111111', '222222222222') }],
    ['a region the ARN is not in', 'region', { alarm_name: ARN, region: 'eu-west-1' }],
    ['a time that is a number', 'start_time', { start_time: '1763719200' }],
    ['too many items', 'max_items', { max_items: 1_001 }],
  ])('refuses %s by the name %s, before any AWS call [ARG-07][ARG-10]', async (_case, field, args) => {
    await expect(history({ ...ERRORS, ...args })).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
