import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectV2Modern } from '../support/clients.js';
import { type Stack, startStack, usersOf } from '../support/stack.js';
import { ALARM_WORLD, HOSTILE } from './alarm-world.js';

let stack: Stack;
let tokens: Record<'alice' | 'bob', string>;

beforeAll(async () => {
  stack = await startStack({ aws: ALARM_WORLD });
  tokens = { alice: await stack.token('alice'), bob: await stack.token('bob') };
});
beforeEach(() => {
  stack.aws.calls.clear();
});
afterAll(() => stack.close());

const ALARM = { alice: 'functions-slowest-call', bob: 'memory-by-service' } as const;
const COMPOSITE = { alice: 'shop-payments-degraded', bob: 'parcel-flow-at-risk' } as const;

type Who = 'alice' | 'bob';

const TOOLS: readonly (readonly [tool: string, args: (who: Who) => object, operations: readonly string[]])[] = [
  ['get_active_alarms', () => ({}), ['DescribeAlarms', 'ListAlarmMuteRules', 'GetAlarmMuteRule']],
  [
    'get_alarm_history',
    (who) => ({ alarm_name: COMPOSITE[who], include_component_alarms: true }),
    ['DescribeAlarmHistory', 'DescribeAlarms', 'ListAlarmMuteRules'],
  ],
  [
    'describe_alarms',
    (who) => ({ name_prefix: COMPOSITE[who].slice(0, 6), tags: [{ key: 'Environment', value: 'production' }] }),
    ['DescribeAlarms', 'ListTagsForResource', 'ListAlarmMuteRules', 'GetAlarmMuteRule'],
  ],
  ['get_alarm_contributors', (who) => ({ alarm_name: ALARM[who] }), ['DescribeAlarmContributors']],
  ['list_alarm_mute_rules', () => ({}), ['ListAlarmMuteRules', 'GetAlarmMuteRule']],
  ['get_composite_alarm_tree', (who) => ({ alarm_name: COMPOSITE[who] }), ['DescribeAlarms']],
];

describe.each(TOOLS)('%s', (tool, args, operations) => {
  it.each(['alice', 'bob'] as const)('works for %s, who signs every call', async (who) => {
    const { status, body } = await stack.call(tokens[who], tool, args(who));
    expect([status, body.error_description]).toEqual([200, undefined]);
    for (const operation of operations) {
      expect(usersOf(stack.aws, operation), operation).toEqual([`CloudWatchReader/${who}`]);
    }
    const others = who === 'alice' ? /routing-memory|parcel-flow|labels-errors/ : /111111111111|payments|shop-/;
    expect(JSON.stringify(body.result)).not.toMatch(others);
  });
});

describe('the alarms of somebody else', () => {
  it.each([
    ['get_alarm_history', 400],
    ['get_alarm_contributors', 400],
    ['list_alarm_mute_rules', 400],
    ['get_composite_alarm_tree', 400],
  ])('are refused by their ARN before AWS is asked: %s [ARG-07]', async (tool) => {
    const alarm_name = 'arn:aws:cloudwatch:us-east-1:222222222222:alarm:routing-memory-high';
    const { body } = await stack.call(tokens.alice, tool, { alarm_name });
    expect(body.error).toBe('target_not_allowed');
    expect(body.error_description).toMatch(/^alarm_name: /);
    expect(stack.aws.calls.all()).toEqual([]);
  });
});

describe('alarms with hostile names and descriptions', () => {
  it('are data: they change neither the list of tools nor what a caller may do', async () => {
    const [alice, bob] = await Promise.all([
      connectV2Modern(stack.endpoint, tokens.alice),
      connectV2Modern(stack.endpoint, tokens.bob),
    ]);
    const before = JSON.stringify(await alice.tools());
    const { structuredContent } = await alice.call('get_active_alarms', {});
    const { metric_alarms } = structuredContent as { metric_alarms: { alarm_name: string; console_url: string }[] };
    const hostile = metric_alarms.find(({ alarm_name }) => alarm_name === HOSTILE.name);
    expect(new URL(hostile?.console_url ?? '').host).toBe('us-east-1.console.aws.amazon.com');
    const { isError } = await alice.call('get_alarm_history', { alarm_name: HOSTILE.name });
    expect(isError).toBeFalsy();
    expect(JSON.stringify(await alice.tools())).toBe(before);
    expect(JSON.stringify(await bob.tools())).toBe(before);
    expect(before).not.toContain('delete_alarms');
    await Promise.all([alice.close(), bob.close()]);
  });
});
