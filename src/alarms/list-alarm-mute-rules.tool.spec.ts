import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD } from '../../test/alarms/alarm-world.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { listAlarmMuteRules, ListAlarmMuteRulesTool } from './list-alarm-mute-rules.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule], { AWS_CALL_RATE: '1000' }, ALARM_WORLD);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const rules = (args: object, options?: RigCall) => rig.call(ListAlarmMuteRulesTool, listAlarmMuteRules, args, options);
const ARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:payments-duration-p99';

describe('list_alarm_mute_rules', () => {
  it.each(['payments-duration-p99', ARN])('tells who silenced %s, since when and for how long', async (alarm_name) => {
    const answer = await rules({ alarm_name });
    expect(answer).toMatchObject({
      mute_rules: [
        {
          rule_name: 'paybridge-incident',
          status: 'ACTIVE',
          mute_type: 'ONE_TIME',
          description: 'PayBridge works on it, ticket PB-2207',
          schedule: expect.stringMatching(/^at\(/),
          duration: 'PT1440M',
          timezone: 'UTC',
          alarm_names: ['payments-duration-p99'],
          expire_date: null,
        },
      ],
      total: 1,
      message: null,
    });
    for (const operation of ['ListAlarmMuteRules', 'GetAlarmMuteRule']) {
      expect(rig.aws.calls.of(operation).map(({ principalArn }) => principalArn)).toEqual([
        expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
      ]);
    }
  });

  it("filters by status and keeps to the caller's own", async () => {
    const names = async (args: object, options?: RigCall) =>
      (await rules(args, options)).mute_rules.map(({ rule_name }) => rule_name);
    expect(await names({ status: 'EXPIRED' })).toEqual(['autumn-sale-load-test']);
    expect(await names({}, { as: 'bob' })).toEqual(['depot-hand-over', 'routing-known-leak']);
    expect(await rules({ alarm_name: 'web-cpu-high', status: 'ACTIVE' })).toMatchObject({
      mute_rules: [],
      message: 'No mute rule matches',
    });
  });

  it('gives many of them part by part', async () => {
    const first = await rules({ alarm_name: 'leaf-shared', max_items: 2 });
    expect(first).toMatchObject({ returned: 2, truncated: true });
    const rest = await rules({ alarm_name: 'leaf-shared', max_items: 2, cursor: first.next_cursor });
    expect([...first.mute_rules, ...rest.mute_rules].map(({ rule_name }) => rule_name)).toEqual([
      'silence-0',
      'silence-1',
      'silence-2',
    ]);
  });

  it('shows what the list says of a rule that was deleted before its details were read', async () => {
    const gone = { kind: 'error', code: 'ResourceNotFoundException', times: 1 } as const;
    rig.aws.faults.add({ operation: 'cloudwatch:GetAlarmMuteRule', ...gone });
    const { mute_rules } = await rules({ alarm_name: 'payments-duration-p99' });
    expect(mute_rules).toMatchObject([{ rule_name: 'paybridge-incident', status: 'ACTIVE', alarm_names: null }]);
  });

  it('tells denied details as what they are', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetAlarmMuteRule', kind: 'access-denied' });
    await expect(rules({})).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('cloudwatch:GetAlarmMuteRule'),
    });
  });

  it.each([
    [{ alarm_name: '' }, 'alarm_name'],
    [{ alarm_name: 'tab\t' }, 'alarm_name'],
    [{ alarm_name: ARN.replace('111111111111', '222222222222') }, 'alarm_name'],
    [{ alarm_name: 'arn:aws:sns:us-east-1:111111111111:topic' }, 'alarm_name'],
    [{ status: 'MUTED' }, 'status'],
    [{ max_items: 101 }, 'max_items'],
    [{ cursor: 'made-up' }, 'cursor'],
  ])('refuses %j before any AWS call [ARG-07][ARG-09]', async (args, field) => {
    await expect(rules(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
