import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD, HOSTILE, WIDTH } from '../../test/alarms/alarm-world.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { describeAlarms, DescribeAlarmsTool } from './describe-alarms.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  // The tags of two hundred alarms are read here: AWS's quota would take twenty seconds.
  rig = await startToolRig([AlarmsModule], { AWS_CALL_RATE: '1000' }, ALARM_WORLD);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const list = (args: object, options?: RigCall) => rig.call(DescribeAlarmsTool, describeAlarms, args, options);
type Answer = Awaited<ReturnType<typeof list>>;
const namesOf = ({ metric_alarms, composite_alarms, log_alarms }: Answer): string[] =>
  [...composite_alarms, ...metric_alarms, ...log_alarms].map(({ alarm_name }) => alarm_name);

/** Every part of a listing. */
async function everyPart(args: object): Promise<Answer[]> {
  const parts: Answer[] = [];
  do parts.push(await list({ ...args, cursor: parts.at(-1)?.next_cursor }));
  while (parts.at(-1)?.next_cursor != null);
  return parts;
}

describe('describe_alarms', () => {
  it("lists the caller's own alarms in every state", async () => {
    const answer = await list({ max_items: 1_000 }, { as: 'bob' });
    expect(namesOf(answer)).toHaveLength(8);
    const states = answer.metric_alarms.map(({ state_value }) => state_value);
    expect(new Set(states)).toEqual(new Set(['OK', 'ALARM', 'INSUFFICIENT_DATA']));
    expect(answer).toMatchObject({ returned: 8, total: 8, truncated: false, tags_examined: null, message: null });
    expect(rig.aws.calls.of('DescribeAlarms').map(({ principalArn }) => principalArn)).toEqual([
      expect.stringMatching(/^arn:aws:sts::222222222222:assumed-role\/CloudWatchReader\/bob-/),
    ]);
  });

  it.each([
    [{ name_prefix: 'payments-' }, ['payments-duration-p99', 'payments-errors', 'payments-reported-duration']],
    [{ name_prefix: 'payments-', state: 'OK' }, ['payments-errors']],
    [{ name_prefix: 'payments-', type: 'LogAlarm' }, ['payments-reported-duration']],
    [{ type: 'CompositeAlarm', name_prefix: 'shop' }, ['shop-payments-degraded']],
    [{ action_prefix: 'arn:aws:sns:us-east-1:111111111111:nobody' }, ['leaf-shared']],
    [{ name_prefix: 'there-is-none' }, []],
  ])('filters by %j', async (filter, names) => {
    expect(namesOf(await list(filter))).toEqual(names);
  });

  it('says when nothing matches', async () => {
    const { message, total } = await list({ name_prefix: 'there-is-none' });
    expect({ message, total }).toEqual({ message: 'No alarm matches', total: 0 });
  });

  it('gives every alarm of a long list exactly once, part by part', async () => {
    const parts = await everyPart({ name_prefix: 'wide-', max_items: 70 });
    expect(parts[0]).toMatchObject({ returned: 70, total: null, truncated: true });
    expect(parts[0]?.message).toBe('Showing 70 alarms (more available)');
    const names = parts.flatMap(namesOf);
    expect(names).toHaveLength(3 * WIDTH);
    expect(new Set(names).size).toBe(3 * WIDTH);
  });

  it('finds alarms by their tags, and says of how many it read them', async () => {
    const progress: number[] = [];
    const parts = await everyPart({ name_prefix: 'wide-', type: 'MetricAlarm', tags: [{ key: 'Row', value: '7' }] });
    expect(parts.flatMap(namesOf)).toEqual(['wide-7-a', 'wide-7-b']);
    expect(parts.map(({ tags_examined }) => tags_examined)).toEqual([100, 100]);
    expect(rig.aws.calls.of('ListTagsForResource')).toHaveLength(2 * WIDTH);
    const both = await list(
      { name_prefix: 'wide-3-', tags: [{ key: 'Row' }, { key: 'Side', value: 'b' }] },
      { progress: (done) => void progress.push(done) },
    );
    expect(namesOf(both)).toEqual(['wide-3-b']);
    expect(progress).toEqual([2]);
    expect(
      rig.aws.calls.of('ListTagsForResource').every(({ principalArn }) => /\/alice-/.test(principalArn ?? '')),
    ).toBe(true);
  });

  it('tells a denied tag lookup as what it is', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:ListTagsForResource', kind: 'access-denied' });
    await expect(list({ name_prefix: 'payments-', tags: [{ key: 'Team' }] })).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('cloudwatch:ListTagsForResource'),
    });
  });

  it('passes over an alarm that was deleted before its tags were read', async () => {
    rig.aws.faults.add({
      operation: 'cloudwatch:ListTagsForResource',
      kind: 'error',
      code: 'ResourceNotFoundException',
      times: 1,
    });
    const { returned, tags_examined } = await list({ name_prefix: 'payments-', tags: [{ key: 'Team' }] });
    expect({ returned, tags_examined }).toEqual({ returned: 2, tags_examined: 3 });
  });

  it('keeps names and descriptions that give orders as data, with an address that holds', async () => {
    const { metric_alarms } = await list({ name_prefix: 'ignore' });
    expect(metric_alarms).toMatchObject([{ alarm_name: HOSTILE.name, alarm_description: HOSTILE.description }]);
    const { hash, host } = new URL(metric_alarms[0]?.console_url ?? '');
    expect(host).toBe('us-east-1.console.aws.amazon.com');
    expect(hash).toBe(`#alarmsV2:alarm/${encodeURIComponent(HOSTILE.name)}`);
  });

  it.each([
    [{ name_prefix: '' }, 'name_prefix'],
    [{ name_prefix: 'a'.repeat(256) }, 'name_prefix'],
    [{ name_prefix: 'line\nbreak' }, 'name_prefix'],
    [{ name_prefix: 'arn:aws:cloudwatch:us-east-1:222222222222:alarm:routing' }, 'name_prefix'],
    [{ state: 'BROKEN' }, 'state'],
    [{ type: 'MetricAlarms' }, 'type'],
    [{ tags: [] }, 'tags'],
    [{ tags: [{ value: 'x' }] }, 'tags'],
    [{ tags: Array.from({ length: 11 }, () => ({ key: 'k' })) }, 'tags'],
    [{ action_prefix: '' }, 'action_prefix'],
    [{ max_items: 1_001 }, 'max_items'],
    [{ cursor: 'made-up' }, 'cursor'],
    [{ region: 'us-east-1.evil.com#' }, 'region'],
    [{ profile_name: 'admin' }, 'profile_name'],
  ])('refuses %j before any AWS call [ARG-07][ARG-09]', async (args, field) => {
    await expect(list(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
