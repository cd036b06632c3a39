import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD } from '../../test/alarms/alarm-world.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { getActiveAlarms, GetActiveAlarmsTool } from './get-active-alarms.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule], { AWS_CALL_RATE: '1000' });
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const active = (args: object, options?: RigCall) => rig.call(GetActiveAlarmsTool, getActiveAlarms, args, options);

describe('get_active_alarms', () => {
  it("lists the caller's own alarms in ALARM: metric, composite and log", async () => {
    const { metric_alarms, composite_alarms, log_alarms, ...rest } = await active({});
    expect(metric_alarms.map(({ alarm_name }) => alarm_name)).toEqual([
      'functions-slowest-call',
      'payments-duration-p99',
    ]);
    expect(composite_alarms.map(({ alarm_name }) => alarm_name)).toEqual(['shop-payments-degraded']);
    expect(log_alarms.map(({ alarm_name }) => alarm_name)).toEqual(['payments-reported-duration']);
    const all = [...metric_alarms, ...composite_alarms, ...log_alarms];
    expect(all.every(({ state_value }) => state_value === 'ALARM')).toBe(true);
    expect(rest).toEqual({
      returned: 4,
      total: 4,
      truncated: false,
      next_cursor: null,
      has_more_results: false,
      message: null,
    });
    for (const operation of ['DescribeAlarms', 'ListAlarmMuteRules', 'GetAlarmMuteRule']) {
      expect(rig.aws.calls.of(operation).map(({ principalArn }) => principalArn)).toEqual([
        expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
      ]);
    }
    const bob = await active({}, { as: 'bob' });
    expect(JSON.stringify(bob)).not.toContain('payments');
    expect(rig.aws.calls.of('DescribeAlarms').at(-1)?.principalArn).toMatch(/::222222222222:.*\/bob-/);
  });

  it('shows what an alarm watches: a percentile, a query, a log query', async () => {
    const { metric_alarms, composite_alarms, log_alarms } = await active({});
    expect(metric_alarms[1]).toMatchObject({
      statistic: 'p99',
      extended_statistic: 'p99',
      threshold: 3_000,
      dimensions: [{ Name: 'FunctionName', Value: 'payments' }],
      expression: null,
      metrics: null,
      anomaly_band: null,
      console_url:
        'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/payments-duration-p99',
    });
    expect(metric_alarms[0]).toMatchObject({ metric_name: '', expression: expect.stringMatching(/^SELECT MAX/) });
    expect(composite_alarms[0]).toMatchObject({ actions_suppressor: 'web-cpu-high', actions_suppressed_by: null });
    expect(log_alarms[0]).toMatchObject({
      query_string: 'filter @type = "REPORT"',
      log_groups: ['/aws/lambda/payments'],
      aggregation: 'pct(@duration, 99)',
      schedule: 'rate(15 minutes)',
      threshold: 3_000,
    });
  });

  it('tells who hears of it: actions, and the rules that mute them', async () => {
    const { metric_alarms } = await active({});
    expect(metric_alarms.map(({ alarm_name, muted_by }) => [alarm_name, muted_by])).toEqual([
      ['functions-slowest-call', []],
      ['payments-duration-p99', ['paybridge-incident']],
    ]);
    expect(metric_alarms[0]).toMatchObject({
      actions_enabled: true,
      alarm_actions: ['arn:aws:sns:us-east-1:111111111111:shop-on-call'],
    });
  });

  it.each([
    ['ListAlarmMuteRules', 'access-denied'],
    ['GetAlarmMuteRule', 'access-denied'],
    ['ListAlarmMuteRules', 'server-error'],
  ] as const)('lists the alarms also when %s meets %s: then it is not known what mutes them', async (name, kind) => {
    rig.aws.faults.add({ operation: `cloudwatch:${name}`, kind });
    const { metric_alarms, returned } = await active({});
    expect(returned).toBe(4);
    expect(metric_alarms.map(({ muted_by }) => muted_by)).toEqual([null, null]);
  });

  it('says when there are more, and goes on from there', async () => {
    const first = await active({ max_items: 3 });
    expect(first).toMatchObject({
      returned: 3,
      total: null,
      truncated: true,
      has_more_results: true,
      message: 'Showing 3 alarms (more available)',
    });
    const rest = await active({ max_items: 3, cursor: first.next_cursor });
    expect(rest).toMatchObject({ returned: 1, truncated: false, next_cursor: null, message: null });
    expect(rest.log_alarms).toHaveLength(1);
  });

  it('says when there are none', async () => {
    const quiet = await startToolRig([AlarmsModule], {}, { furtherAlarms: { 111111111111: { withoutSamples: true } } });
    try {
      expect(await quiet.call(GetActiveAlarmsTool, getActiveAlarms, {})).toMatchObject({
        metric_alarms: [],
        returned: 0,
        total: 0,
        truncated: false,
        message: 'No active alarms found',
      });
    } finally {
      await quiet.close();
    }
  });

  it('keeps to the budget of an answer', async () => {
    const small = await startToolRig([AlarmsModule], { RESULT_BUDGET_BYTES: '10000' }, ALARM_WORLD);
    try {
      const ask = (cursor?: string | null) =>
        small.call(GetActiveAlarmsTool, getActiveAlarms, { max_items: 1_000, cursor });
      const parts = [await ask()];
      while (parts.at(-1)?.next_cursor != null) parts.push(await ask(parts.at(-1)?.next_cursor));
      expect(parts.length).toBeGreaterThan(1);
      for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(11_000);
      const names = parts
        .flatMap((part) => [...part.metric_alarms, ...part.composite_alarms, ...part.log_alarms])
        .map(({ alarm_name }) => alarm_name);
      expect(names).toHaveLength(21);
      expect(new Set(names).size).toBe(21);
    } finally {
      await small.close();
    }
  });

  it.each([
    [{ max_items: 0 }, 'max_items'],
    [{ max_items: 1.5 }, 'max_items'],
    [{ cursor: 'made-up' }, 'cursor'],
    [{ region: '169.254.169.254' }, 'region'],
    [{ state: 'OK' }, 'state'],
  ])('refuses %j before any alarm is asked for', async (args, field) => {
    await expect(active(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.of('DescribeAlarms')).toEqual([]);
  });
});
