import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../../test/support/busy.js';
import { logWriter, type LogWriter, writerRole } from '../../../test/support/log-writer.js';
import { eventually } from '../../../test/support/stack.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { LogEventsModule } from './log-events.module.js';
import { tailLogGroup, TailLogGroupTool } from './tail-log-group.tool.js';

let rig: ToolRig;
let writer: LogWriter;

beforeAll(async () => {
  rig = await startToolRig([LogEventsModule], {}, { roles: [writerRole()] });
  writer = await logWriter(rig.aws);
  await writer.create('/tail/app', 'main');
  await writer.create('/tail/other', 'main');
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

/** Longer than whatever is to end a session before. */
const LONG = 30;
const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/tail/app';
const tail = (args: object, options?: RigCall) =>
  rig.call(TailLogGroupTool, tailLogGroup, { log_groups: ['/tail/app'], max_seconds: LONG, ...args }, options);
const sessions = () => rig.aws.calls.of('StartLiveTail');
const sessionsEnd = () => eventually(() => expect(sessions().every((call) => call.streamEndedAt)).toBe(true));

/** Waits for the session, then writes into it. */
async function write(messages: readonly string[], group = '/tail/app'): Promise<void> {
  await eventually(() => expect(sessions()).toHaveLength(1));
  const timestamp = Date.now();
  await writer.put(
    group,
    'main',
    messages.map((message) => ({ timestamp, message })),
  );
}

describe('tail_log_group', () => {
  it('returns what is written while it waits, read as the caller, and ends the session at max_events', async () => {
    const seen: [number, number | undefined, string | undefined][] = [];
    const progress: RigCall['progress'] = (...report) => void seen.push(report as (typeof seen)[number]);
    const running = tail({ max_events: 2 }, { progress });
    await write(['one', 'two', 'three']);
    const result = await running;
    expect(result).toMatchObject({ returned: 2, ended_by: 'max_events', sampled: false, message: null });
    expect(result.events).toMatchObject([
      { message: 'one', log_group: '/tail/app', log_stream: 'main' },
      { message: 'two', log_group: '/tail/app', log_stream: 'main' },
    ]);
    expect(result.seconds).toBeLessThan(LONG);
    expect(seen.at(-1)).toEqual([seen.length, LONG, '2 events']);
    await sessionsEnd();
    const [session] = sessions();
    expect(session?.input).toEqual({ logGroupIdentifiers: [ARN] });
    expect(session?.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    expect(
      rig.aws.calls
        .all()
        .filter(({ service }) => service === 'logs')
        .map(({ operation }) => operation),
    ).toEqual(['StartLiveTail', 'PutLogEvents']);
  });

  it('ends at max_seconds, and says where to look when nothing came', async () => {
    const result = await tail({ max_seconds: 1 });
    expect(result).toMatchObject({ events: [], returned: 0, ended_by: 'max_seconds' });
    expect(result.message).toContain('filter_log_events');
    expect(result.seconds).toBeGreaterThanOrEqual(1);
    expect(result.seconds).toBeLessThan(1 + BUSY_MS / 1_000);
    await sessionsEnd();
  });

  it('has AWS filter, and takes ARNs and several groups, each once', async () => {
    const groups = [`${ARN}:*`, '/tail/app', '/tail/other'];
    const running = tail({ log_groups: groups, filter_pattern: 'wanted', max_events: 1 });
    await write(['useless'], '/tail/app');
    await write(['wanted'], '/tail/other');
    expect((await running).events).toMatchObject([{ message: 'wanted', log_group: '/tail/other' }]);
    expect(sessions()[0]?.input).toEqual({
      logGroupIdentifiers: [ARN, ARN.replace('app', 'other')],
      logEventFilterPattern: 'wanted',
    });
  });

  it('says that AWS sampled', async () => {
    const running = tail({ max_seconds: 3, max_events: 1_000 });
    await write(Array.from({ length: 600 }, (_, index) => `line ${index}`));
    const result = await running;
    expect(result).toMatchObject({ returned: 500, sampled: true, ended_by: 'max_seconds' });
    expect(result.message).toContain('sample');
  });

  it('ends the session as soon as the answer is full', async () => {
    const running = tail({ max_events: 1_000 });
    await write(Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(9_000)}`));
    const result = await running;
    expect(result.ended_by).toBe('result_budget');
    expect(Buffer.byteLength(JSON.stringify(result.events))).toBeLessThanOrEqual(100_000);
    expect(result.returned).toBeGreaterThan(5);
    expect(result.seconds).toBeLessThan(LONG);
    await sessionsEnd();
  });

  it('ends the session within two seconds when the caller cancels', async () => {
    const abort = new AbortController();
    const outcome = Promise.allSettled([tail({ max_seconds: 60 }, { signal: abort.signal })]);
    await eventually(() => expect(sessions()).toHaveLength(1));
    const at = performance.now();
    abort.abort();
    expect(await outcome).toMatchObject([{ reason: { code: 'cancelled' } }]);
    await sessionsEnd();
    expect(performance.now() - at).toBeLessThan(2_000 + BUSY_MS);
  });

  it('starts no session for a caller who is gone', async () => {
    await expect(tail({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(sessions()).toEqual([]);
  });

  it.each([
    ['SessionTimeoutException', 'open for too long'],
    ['SessionStreamingException', 'a fault on its side'],
    ['ThrottlingException', 'connection'],
  ])('tells %s in our words', async (code, words) => {
    rig.aws.faults.add({ operation: 'logs:StartLiveTail/event', kind: 'error', code });
    await expect(tail({})).rejects.toMatchObject({ code: 'aws_unavailable', message: expect.stringContaining(words) });
    await sessionsEnd();
  });

  it('keeps what had come when the session breaks', async () => {
    const running = tail({});
    await write(['last words']);
    setTimeout(() => rig.aws.faults.add({ operation: 'logs:StartLiveTail/event', kind: 'reset' }), 1_500);
    expect(await running).toMatchObject({
      events: [{ message: 'last words' }],
      ended_by: 'aws',
      message: expect.stringContaining('broke'),
    });
  });

  it('renews expired credentials and goes on', async () => {
    rig.aws.faults.add({ operation: 'logs:StartLiveTail', kind: 'expired-credentials', times: 1 });
    expect(await tail({ max_seconds: 1 })).toMatchObject({ ended_by: 'max_seconds' });
    expect(sessions()).toHaveLength(2);
  });

  it.each([
    ['denied', { kind: 'access-denied' } as const, 'aws_access_denied', 'logs:StartLiveTail'],
    ['throttled', { kind: 'throttle' } as const, 'aws_throttled', 'logs:StartLiveTail'],
    ['beyond the quota of sessions', { kind: 'error', code: 'LimitExceededException' } as const, 'aws_limit', 'quota'],
  ])('is refused as an error when %s', async (_case, fault, code, words) => {
    rig.aws.faults.add({ operation: 'logs:StartLiveTail', ...fault });
    await expect(tail({})).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it.each([
    ['log group does not exist', { log_groups: ['/no/such'] }, 'aws_not_found', /^log_groups: no such log group/],
    ['class has no Live Tail', { log_groups: ['/shop/order-archive'] }, 'aws_rejected', /^log_groups: .*STANDARD/],
    ['pattern is malformed', { filter_pattern: '{ $.a' }, 'aws_rejected', /^filter_pattern: /],
  ])('names the argument when the %s', async (_case, args, code, message) => {
    await expect(tail(args)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    ['no log group', 'log_groups', { log_groups: [] }],
    ['11 log groups', 'log_groups', { log_groups: Array.from({ length: 11 }, (_, index) => `/g/${index}`) }],
    ['a name that is none', 'log_groups', { log_groups: ['a`b'] }],
    ['a log group of another account', 'log_groups', { log_groups: [ARN.replace('111111111111', '222222222222')] }],
    ['log groups of two regions', 'log_groups', { log_groups: [ARN, ARN.replace('us-east-1', 'eu-west-1')] }],
    ['a region the ARN is not in', 'region', { log_groups: [ARN], region: 'eu-west-1' }],
    ['too long a pattern', 'filter_pattern', { filter_pattern: 'x'.repeat(1_025) }],
    ['no time', 'max_seconds', { max_seconds: 0 }],
    ['more than a minute', 'max_seconds', { max_seconds: 61 }],
    ['too many events', 'max_events', { max_events: 1_001 }],
    ['an unknown argument', 'log_group', { log_group: '/tail/app' }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(tail(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
