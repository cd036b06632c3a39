import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD, WIDTH } from '../../test/alarms/alarm-world.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { AlarmsModule } from './alarms.module.js';
import { getCompositeAlarmTree, GetCompositeAlarmTreeTool } from './get-composite-alarm-tree.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([AlarmsModule], { AWS_CALL_RATE: '1000' }, ALARM_WORLD);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const tree = (args: object, options?: RigCall) =>
  rig.call(GetCompositeAlarmTreeTool, getCompositeAlarmTree, args, options);
const ELSEWHERE = 'arn:aws:cloudwatch:us-east-1:222222222222:alarm:payments-errors';

describe('get_composite_alarm_tree', () => {
  it('shows every alarm below once, level by level, with a call a level', async () => {
    const { nodes, ...rest } = await tree({ alarm_name: 'tree-root' });
    expect(nodes.map(({ alarm_name, depth }) => [depth, alarm_name])).toEqual([
      [0, 'tree-root'],
      [1, 'tree-left'],
      [1, 'tree-right'],
      [1, 'leaf-b'],
      [2, 'leaf (a), one'],
      [2, 'leaf-shared'],
      [2, ELSEWHERE],
      [2, 'gone'],
    ]);
    expect(nodes[1]?.children).toEqual(['leaf (a), one', 'leaf-shared']);
    expect(nodes[2]?.children).toEqual(['leaf-shared', 'leaf-b', ELSEWHERE, 'gone']);
    expect(rest).toMatchObject({ cycles: [], returned: 8, truncated: false, message: null });
    const asked = rig.aws.calls.of('DescribeAlarms').map(({ input }) => (input as { AlarmNames: string[] }).AlarmNames);
    expect(asked).toEqual([
      ['tree-root'],
      ['tree-left', 'tree-right', 'leaf-b'],
      ['leaf (a), one', 'leaf-shared', 'gone'],
      ['tree-silence'],
    ]);
    expect(rig.aws.calls.of('DescribeAlarms').every(({ principalArn }) => /\/alice-/.test(principalArn ?? ''))).toBe(
      true,
    );
  });

  it('tells state, reason and suppressor of each', async () => {
    const { nodes } = await tree({ alarm_name: 'tree-root' });
    const node = (name: string) => nodes.find(({ alarm_name }) => alarm_name === name);
    expect(node('leaf (a), one')).toMatchObject({
      alarm_type: 'MetricAlarm',
      state_value: 'ALARM',
      state_reason: expect.stringMatching(/^Threshold Crossed: no datapoints/),
      children: null,
      note: null,
    });
    expect(node('leaf-shared')?.actions_enabled).toBe(false);
    expect(node('tree-right')?.suppressor).toEqual({
      alarm_name: 'tree-silence',
      state_value: 'ALARM',
      suppressing: 'Alarm',
    });
    expect(node('tree-root')?.suppressor).toBeNull();
  });

  it('asks nothing of an alarm in another account, nor of an own one by its name [ARG-07]', async () => {
    const { nodes } = await tree({ alarm_name: 'tree-right' });
    expect(nodes.find(({ alarm_name }) => alarm_name === ELSEWHERE)).toMatchObject({
      alarm_type: 'Unknown',
      state_value: null,
      note: 'Lies in another account or Region and was not read',
    });
    expect(nodes.find(({ alarm_name }) => alarm_name === 'gone')?.note).toBe('There is no alarm of this name');
    expect(JSON.stringify(rig.aws.calls.of('DescribeAlarms'))).not.toContain('payments-errors');
  });

  it('comes to an end where alarms wait for each other', async () => {
    const { nodes, cycles } = await tree({ alarm_name: 'cycle-b' });
    expect(nodes.map(({ alarm_name }) => alarm_name)).toEqual(['cycle-b', 'cycle-c', 'cycle-a', 'leaf-shared']);
    expect(cycles).toEqual([['cycle-b', 'cycle-c', 'cycle-a', 'cycle-b']]);
  });

  it('goes as deep as asked and says that there is more', async () => {
    const depths = async (max_depth?: number) => {
      const { nodes, truncated, message } = await tree({ alarm_name: 'deep-0', max_depth });
      return { deepest: nodes.at(-1)?.depth, truncated, message };
    };
    expect(await depths()).toMatchObject({ deepest: 5, truncated: true, message: expect.stringMatching(/^1 or more/) });
    expect(await depths(10)).toMatchObject({ deepest: 10, truncated: true });
  });

  it('stops at two hundred alarms', async () => {
    const { nodes, truncated, message, returned } = await tree({ alarm_name: 'wide' });
    expect(nodes).toHaveLength(200);
    expect({ truncated, returned }).toEqual({ truncated: true, returned: 200 });
    expect(message).toContain(`${1 + 3 * WIDTH - 200} or more alarms`);
    expect(rig.aws.calls.of('DescribeAlarms').length).toBeLessThanOrEqual(4);
  });

  it('keeps to the budget of an answer', async () => {
    const small = await startToolRig([AlarmsModule], { RESULT_BUDGET_BYTES: '10000' }, ALARM_WORLD);
    try {
      const answer = await small.call(GetCompositeAlarmTreeTool, getCompositeAlarmTree, { alarm_name: 'wide' });
      expect(JSON.stringify(answer).length).toBeLessThan(11_000);
      expect(answer.truncated).toBe(true);
      expect(answer.nodes).toHaveLength(answer.returned);
    } finally {
      await small.close();
    }
  });

  it('says so of alarms that have nothing below, and of rules it cannot read', async () => {
    expect(await tree({ alarm_name: 'leaf-b' })).toMatchObject({
      returned: 1,
      message: expect.stringMatching(/^This/),
    });
    const { nodes } = await tree({ alarm_name: 'unreadable' });
    expect(nodes).toMatchObject([{ children: null, note: 'Its rule cannot be read' }]);
  });

  it('names the field of an alarm there is not, also when another caller has it', async () => {
    const unknown = { code: 'aws_not_found', message: expect.stringMatching(/^alarm_name: /) };
    await expect(tree({ alarm_name: 'no-such-alarm' })).rejects.toMatchObject(unknown);
    await expect(tree({ alarm_name: 'tree-root' }, { as: 'bob' })).rejects.toMatchObject(unknown);
  });

  it.each([
    [{}, 'alarm_name'],
    [{ alarm_name: 'a'.repeat(600) }, 'alarm_name'],
    [{ alarm_name: 'nul\u0000' }, 'alarm_name'],
    [{ alarm_name: ELSEWHERE }, 'alarm_name'],
    [{ alarm_name: 'tree-root', max_depth: 11 }, 'max_depth'],
    [{ alarm_name: 'tree-root', cursor: 'x' }, 'cursor'],
  ])('refuses %j before any AWS call [ARG-07][ARG-09]', async (args, field) => {
    await expect(tree(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
