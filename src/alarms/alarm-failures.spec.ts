import type { Type } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALARM_WORLD } from '../../test/alarms/alarm-world.js';
import { startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import type { Tool, ToolDefinition } from '../mcp/tool.js';
import { AlarmsModule } from './alarms.module.js';
import { describeAlarms, DescribeAlarmsTool } from './describe-alarms.tool.js';
import { getActiveAlarms, GetActiveAlarmsTool } from './get-active-alarms.tool.js';
import { getAlarmContributors, GetAlarmContributorsTool } from './get-alarm-contributors.tool.js';
import { getAlarmHistory, GetAlarmHistoryTool } from './get-alarm-history.tool.js';
import { getCompositeAlarmTree, GetCompositeAlarmTreeTool } from './get-composite-alarm-tree.tool.js';
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

const TOOLS: readonly (readonly [Type<Tool>, ToolDefinition, object, operation: string])[] = [
  [GetActiveAlarmsTool, getActiveAlarms, {}, 'DescribeAlarms'],
  [GetAlarmHistoryTool, getAlarmHistory, { alarm_name: 'payments-errors' }, 'DescribeAlarmHistory'],
  [DescribeAlarmsTool, describeAlarms, { max_items: 5 }, 'DescribeAlarms'],
  [GetAlarmContributorsTool, getAlarmContributors, { alarm_name: 'payments-errors' }, 'DescribeAlarmContributors'],
  [ListAlarmMuteRulesTool, listAlarmMuteRules, {}, 'ListAlarmMuteRules'],
  [GetCompositeAlarmTreeTool, getCompositeAlarmTree, { alarm_name: 'tree-root' }, 'DescribeAlarms'],
];

describe.each(TOOLS.map((entry) => [entry[1].name, ...entry] as const))('%s', (_name, tool, definition, args, name) => {
  const operation = `cloudwatch:${name}`;
  const call = (signal?: AbortSignal) => rig.call(tool, definition, args, { signal });

  it.each([
    ['throttle', 'aws_throttled'],
    ['access-denied', 'aws_access_denied'],
    ['server-error', 'aws_unavailable'],
  ] as const)('tells a caller of a %s as %s, with nothing of what AWS says', async (kind, code) => {
    rig.aws.faults.add({ operation, kind, message: 'arn:aws:iam::999999999999:role/not-for-you' });
    await expect(call()).rejects.toMatchObject({ code, message: expect.not.stringContaining('999999999999') });
  });

  it('renews credentials that AWS calls expired', async () => {
    rig.aws.faults.add({ operation, kind: 'expired-credentials', times: 1 });
    await expect(call()).resolves.toBeDefined();
    expect(rig.aws.calls.of('AssumeRole').length).toBeGreaterThan(0);
    expect(rig.aws.calls.of(name).length).toBeGreaterThan(1);
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    rig.aws.faults.add({ operation, kind: 'latency', latencyMs: 5_000 });
    const answer = call(caller.signal);
    setTimeout(() => caller.abort(), 50);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });
});
