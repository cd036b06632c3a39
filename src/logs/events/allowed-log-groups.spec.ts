import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { filterLogEvents, FilterLogEventsTool } from './filter-log-events.tool.js';
import { getLogEventContext, GetLogEventContextTool } from './get-log-event-context.tool.js';
import { getLogGroupFields, GetLogGroupFieldsTool } from './get-log-group-fields.tool.js';
import { LogEventsModule } from './log-events.module.js';
import { tailLogGroup, TailLogGroupTool } from './tail-log-group.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([LogEventsModule], { ALLOWED_LOG_GROUPS: '/shop/w*' });
});
beforeEach(() => rig.aws.calls.clear());
afterAll(() => rig.close());

const arnOf = (name: string): string => `arn:aws:logs:us-east-1:111111111111:log-group:${name}`;
const place = { log_stream: 's', timestamp: 'now' };

describe.each<[string, string, (group: string) => Promise<object>]>([
  ['filter_log_events', 'log_group', (group) => rig.call(FilterLogEventsTool, filterLogEvents, { log_group: group })],
  [
    'get_log_event_context',
    'log_group',
    (group) => rig.call(GetLogEventContextTool, getLogEventContext, { log_group: group, ...place }),
  ],
  [
    'get_log_group_fields',
    'log_group',
    (group) => rig.call(GetLogGroupFieldsTool, getLogGroupFields, { log_group: group }),
  ],
  [
    'tail_log_group',
    'log_groups',
    (group) => rig.call(TailLogGroupTool, tailLogGroup, { log_groups: ['/shop/web', group], max_seconds: 1 }),
  ],
])('%s with a list of log groups', (_tool, field, call) => {
  it('asks AWS about those on it only, whether by name or by ARN', async () => {
    for (const group of ['/shop/checkout', arnOf('/shop/checkout'), `${arnOf('/shop/checkout')}:*`]) {
      const refusal = { code: 'target_not_allowed', message: expect.stringMatching(new RegExp(`^${field}: `)) };
      await expect(call(group)).rejects.toMatchObject(refusal);
    }
    expect(rig.aws.calls.all()).toEqual([]);
    await Promise.allSettled([call(arnOf('/shop/web'))]);
    expect(rig.aws.calls.all().some(({ service }) => service === 'logs')).toBe(true);
  });
});
