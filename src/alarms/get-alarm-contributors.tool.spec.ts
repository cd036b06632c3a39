import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD } from '../../test/alarms/alarm-world.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { getAlarmContributors, GetAlarmContributorsTool } from './get-alarm-contributors.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule], { AWS_CALL_RATE: '1000' }, ALARM_WORLD);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const contributors = (args: object, options?: RigCall) =>
  rig.call(GetAlarmContributorsTool, getAlarmContributors, args, options);

const ARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:functions-slowest-call';

describe('get_alarm_contributors', () => {
  it.each(['functions-slowest-call', ARN])('tells which series of %s are in ALARM, and why', async (alarm_name) => {
    const answer = await contributors({ alarm_name });
    expect(answer).toMatchObject({
      alarm_name: 'functions-slowest-call',
      contributors: [
        {
          attributes: { FunctionName: 'payments' },
          state_reason: expect.stringMatching(/^Threshold Crossed: /),
          state_transitioned_timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ],
      returned: 1,
      total: 1,
      truncated: false,
      message: null,
    });
    expect(rig.aws.calls.of('DescribeAlarmContributors').map(({ principalArn }) => principalArn)).toEqual([
      expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
    ]);
  });

  it('gives many of them part by part', async () => {
    const first = await contributors({ alarm_name: 'cpu-by-service', max_items: 2 });
    expect(first).toMatchObject({ returned: 2, total: null, truncated: true });
    const rest = await contributors({ alarm_name: 'cpu-by-service', max_items: 2, cursor: first.next_cursor });
    expect(rest).toMatchObject({ returned: 1, truncated: false });
    const services = [...first.contributors, ...rest.contributors].map(({ attributes }) => attributes['ServiceName']);
    expect(new Set(services)).toEqual(new Set(['checkout', 'inventory', 'web']));
  });

  it('says so when an alarm watches one series only', async () => {
    const { contributors: none, message } = await contributors({ alarm_name: 'payments-errors' });
    expect(none).toEqual([]);
    expect(message).toMatch(/watches only one/);
  });

  it('names the field of an alarm there is not, also when another caller has it', async () => {
    const unknown = { code: 'aws_not_found', message: expect.stringMatching(/^alarm_name: .*describe_alarms/) };
    await expect(contributors({ alarm_name: 'no-such-alarm' })).rejects.toMatchObject(unknown);
    await expect(contributors({ alarm_name: 'functions-slowest-call' }, { as: 'bob' })).rejects.toMatchObject(unknown);
  });

  it.each([
    [{}, 'alarm_name'],
    [{ alarm_name: '' }, 'alarm_name'],
    [{ alarm_name: 'a'.repeat(256) }, 'alarm_name'],
    [{ alarm_name: 'bell\u0007' }, 'alarm_name'],
    [{ alarm_name: ARN.replace('111111111111', '222222222222') }, 'alarm_name'],
    [{ alarm_name: ARN, region: 'eu-west-1' }, 'region'],
    [{ alarm_name: 'x', max_items: -1 }, 'max_items'],
    [{ alarm_name: 'x', cursor: '{}' }, 'cursor'],
  ])('refuses %j before any AWS call [ARG-07][ARG-09]', async (args, field) => {
    await expect(contributors(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
