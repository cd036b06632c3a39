import { CloudWatchLogsClient, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assume, rowsOf } from '../../demo/aws-emulator/emulator-fixture.js';
import { logWriter, type LogWriter, writerRole } from '../../../test/support/log-writer.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { getLogEventContext, GetLogEventContextTool } from './get-log-event-context.tool.js';
import { LogEventsModule } from './log-events.module.js';

let rig: ToolRig;
let writer: LogWriter;

const at = Math.floor(Date.now() / 1_000) * 1_000 - 600_000 + 123;
const iso = new Date(at).toISOString();
const BURST = ['burst a', 'burst b', 'burst b', 'burst c'];

beforeAll(async () => {
  rig = await startToolRig([LogEventsModule], {}, { roles: [writerRole()] });
  writer = await logWriter(rig.aws);
  await writer.create('/context/app', 'main');
  await writer.put('/context/app', 'main', [
    ...Array.from({ length: 30 }, (_, index) => ({ timestamp: at - 30 + index, message: `before ${index - 30}` })),
    ...BURST.map((message) => ({ timestamp: at, message })),
    ...Array.from({ length: 30 }, (_, index) => ({ timestamp: at + 1 + index, message: `after ${index + 1}` })),
  ]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const PLACE = { log_group: '/context/app', log_stream: 'main', timestamp: iso };
const context = (args: object, options?: RigCall) =>
  rig.call(GetLogEventContextTool, getLogEventContext, args, options);
const textsOf = ({ events }: { events: readonly { message: string }[] }) => events.map(({ message }) => message);
const operations = () =>
  new Set(
    rig.aws.calls
      .all()
      .filter(({ service }) => service === 'logs')
      .map(({ operation }) => operation),
  );

/** The `@ptr` of the newest event with a text, as a query of its owner gives it. */
async function pointerTo(group: string, text: string): Promise<string> {
  const credentials = await assume(rig.aws.url);
  const client = new CloudWatchLogsClient({ endpoint: rig.aws.url, region: 'us-east-1', credentials });
  const now = Math.floor(Date.now() / 1_000);
  const queryString = `fields @ptr | filter @message like /${text}/ | limit 1`;
  const range = { startTime: now - 3_600, endTime: now + 60 };
  const { queryId } = await client.send(new StartQueryCommand({ logGroupIdentifiers: [group], queryString, ...range }));
  const results = await rowsOf(client, queryId);
  rig.aws.calls.clear();
  return results[0]?.find(({ field }) => field === '@ptr')?.value ?? '';
}

describe('get_log_event_context', () => {
  it('shows ten lines on each side, the millisecond itself once, read as the caller', async () => {
    const result = await context(PLACE);
    expect(textsOf(result)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `before ${index - 10}`),
      ...BURST,
      ...Array.from({ length: 10 }, (_, index) => `after ${index + 1}`),
    ]);
    expect(result.events.filter(({ is_event: marked }) => marked).map(({ message }) => message)).toEqual(BURST);
    expect(result).toMatchObject({ log_group: '/context/app', log_stream: 'main', truncated: false, message: null });
    expect(result.time_range).toEqual({ start: result.events[0]?.timestamp, end: result.events.at(-1)?.timestamp });
    expect(result.console_url).toContain('log-events/main');
    expect(operations()).toEqual(new Set(['GetLogEvents']));
    for (const { principalArn } of rig.aws.calls.of('GetLogEvents')) {
      expect(principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    }
  });

  it.each([
    [0, 0, BURST],
    [0, 1, [...BURST, 'after 1']],
    [2, 0, ['before -2', 'before -1', ...BURST]],
  ])('shows %i before and %i after', async (before, after, expected) => {
    expect(textsOf(await context({ ...PLACE, before, after }))).toEqual(expected);
  });

  it('shows all there is at the ends of a stream', async () => {
    const result = await context({ ...PLACE, before: 100, after: 100 });
    expect(result.events).toHaveLength(30 + BURST.length + 30);
  });

  it('finds the event of a pointer, and marks that one only', async () => {
    const ptr = await pointerTo('/context/app', 'burst c');
    const result = await context({ ptr, before: 1, after: 1 });
    expect(textsOf(result)).toEqual(['before -1', ...BURST, 'after 1']);
    expect(result.events.filter(({ is_event: marked }) => marked)).toMatchObject([
      { message: 'burst c', timestamp: iso },
    ]);
    expect(operations()).toEqual(new Set(['GetLogRecord', 'GetLogEvents']));
  });

  it('says when no event has exactly that time', async () => {
    const result = await context({ ...PLACE, timestamp: new Date(at + 500).toISOString(), before: 2 });
    expect(textsOf(result)).toEqual(['after 29', 'after 30']);
    expect(result.message).toMatch(/^No event at exactly/);
    expect(result.events.every(({ is_event: marked }) => !marked)).toBe(true);
  });

  it('says that a stream holds nothing', async () => {
    await writer.create('/context/empty', 'main');
    expect(await context({ ...PLACE, log_group: '/context/empty' })).toMatchObject({
      events: [],
      truncated: false,
      message: expect.stringMatching(/^No event at exactly/),
    });
  });

  it('goes on over the empty pages of a stream that is rarely written to', async () => {
    // Between the two, other streams of the group hold more than AWS looks at for one page.
    const before = at - 12 * 3_600_000;
    await writer.stream('/shop/web', 'rare');
    await writer.put('/shop/web', 'rare', [{ timestamp: before, message: 'rare' }]);
    await writer.put('/shop/web', 'rare', [{ timestamp: at, message: 'last' }]);
    const place = { ...PLACE, log_group: '/shop/web', log_stream: 'rare' };
    expect(textsOf(await context(place))).toEqual(['rare', 'last']);
    expect(textsOf(await context({ ...place, timestamp: new Date(before).toISOString() }))).toEqual(['rare', 'last']);
    expect(rig.aws.calls.of('GetLogEvents').length).toBeGreaterThan(8);
  });

  it('keeps the nearest when all would be too large', async () => {
    await writer.create('/context/large', 'main');
    const lines = Array.from({ length: 41 }, (_, index) => ({
      timestamp: at - 20 + index,
      message: `${index - 20} ${'x'.repeat(9_000)}`,
    }));
    await writer.put('/context/large', 'main', lines);
    const result = await context({ ...PLACE, log_group: '/context/large', before: 20, after: 20 });
    expect(result.truncated).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(result.events))).toBeLessThanOrEqual(100_002);
    const numbers = textsOf(result).map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4].slice(-numbers.length));
    expect(numbers).toContain(0);
  });

  it('renews expired credentials and goes on', async () => {
    rig.aws.faults.add({ operation: 'logs:GetLogEvents', kind: 'expired-credentials', times: 1 });
    expect((await context(PLACE)).events).toHaveLength(24);
  });

  it.each([
    ['denied', { kind: 'access-denied' } as const, 'aws_access_denied'],
    ['throttled', { kind: 'throttle' } as const, 'aws_throttled'],
  ])('is refused as an error when %s', async (_case, fault, code) => {
    rig.aws.faults.add({ operation: 'logs:GetLogEvents', ...fault });
    await expect(context(PLACE)).rejects.toMatchObject({ code, message: expect.stringContaining('logs:GetLogEvents') });
  });

  it.each([
    ['an unknown log group', { ...PLACE, log_group: '/no/such' }, 'aws_not_found', /^log_group or log_stream: /],
    ['an unknown stream', { ...PLACE, log_stream: 'nosuch' }, 'aws_not_found', /^log_group or log_stream: /],
    ['another class', { ...PLACE, log_group: '/shop/order-archive' }, 'aws_rejected', /STANDARD/],
    ['a pointer nobody gave', { ptr: 'bm9uc2Vuc2U' }, 'aws_rejected', /^ptr: /],
  ])('names the argument of %s', async (_case, args, code, message) => {
    await expect(context(args)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("cannot follow a pointer into another caller's account", async () => {
    const ptr = await pointerTo('/context/app', 'burst c');
    await expect(context({ ptr }, { as: 'bob' })).rejects.toMatchObject({ code: 'aws_access_denied' });
    expect(rig.aws.calls.of('GetLogEvents')).toEqual([]);
  });

  it.each([
    ['nothing to go by', 'log_group', {}],
    ['no stream', 'log_stream', { ...PLACE, log_stream: null }],
    ['no time', 'timestamp', { ...PLACE, timestamp: null }],
    ['a pointer and a log group', 'ptr', { ptr: 'x', log_group: '/a' }],
    ['a pointer with a space', 'ptr', { ptr: 'a b' }],
    ['a time in milliseconds', 'timestamp', { ...PLACE, timestamp: '1763719200123' }],
    ['a stream name that is none', 'log_stream', { ...PLACE, log_stream: 'a:b' }],
    ['a negative number of lines', 'before', { ...PLACE, before: -1 }],
    ['too many lines', 'after', { ...PLACE, after: 101 }],
    [
      'a log group of another account',
      'log_group',
      { ...PLACE, log_group: 'arn:aws:logs:us-east-1:333333333333:log-group:/a' },
    ],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(context(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
