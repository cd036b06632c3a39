import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logWriter, type LogWriter, writerRole } from '../../../test/support/log-writer.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { toCursor } from '../../cloudwatch/page-cursor.js';
import { filterLogEvents, FilterLogEventsTool } from './filter-log-events.tool.js';
import { LogEventsModule } from './log-events.module.js';

let rig: ToolRig;
let writer: LogWriter;

const MINUTE = 60_000;
const start = Date.now();

beforeAll(async () => {
  rig = await startToolRig([LogEventsModule], {}, { roles: [writerRole()] });
  writer = await logWriter(rig.aws);
  await writer.create('/filter/app', 'a/one');
  const lines = Array.from({ length: 250 }, (_, index) => ({
    timestamp: start - 10 * MINUTE + index,
    message: index % 10 === 0 ? `ERROR ${index}` : `INFO ${index}`,
  }));
  await writer.put('/filter/app', 'a/one', lines);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/filter/app';
const filter = (args: object = {}, options?: RigCall) =>
  rig.call(FilterLogEventsTool, filterLogEvents, { log_group: '/filter/app', ...args }, options);
const requests = () => rig.aws.calls.of('FilterLogEvents').map(({ input }) => input as Record<string, unknown>);
const textsOf = ({ events }: { events: readonly { message: string }[] }) => events.map(({ message }) => message);

describe('filter_log_events', () => {
  it('answers the oldest hundred of the last fifteen minutes, read as the caller', async () => {
    const seen: unknown[][] = [];
    const result = await filter({}, { progress: (...report) => void seen.push(report) });
    expect(result).toMatchObject({ returned: 100, total: null, truncated: true, message: null });
    expect(textsOf(result).slice(0, 2)).toEqual(['ERROR 0', 'INFO 1']);
    expect(result.events[0]).toMatchObject({
      timestamp: new Date(start - 10 * MINUTE).toISOString().replace('.000Z', 'Z'),
      log_stream: 'a/one',
      event_id: expect.stringMatching(/^\d{56}$/),
    });
    expect(Date.parse(result.time_range.end) - Date.parse(result.time_range.start)).toBe(15 * MINUTE);
    expect(result.console_url).toContain('us-east-1.console.aws.amazon.com');
    expect(seen).toEqual([[1, undefined, '100 events found']]);
    const [call] = rig.aws.calls.of('FilterLogEvents');
    expect(call?.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    await expect(filter({}, { as: 'bob' })).rejects.toMatchObject({ code: 'aws_not_found' });
  });

  it('has AWS filter by pattern, and answers all that matches', async () => {
    const result = await filter({ filter_pattern: 'ERROR' });
    expect(result).toMatchObject({ returned: 25, total: 25, truncated: false, next_cursor: null });
    expect(requests()[0]).toMatchObject({ filterPattern: 'ERROR' });
  });

  it('takes an ARN to its region, and the newest first', async () => {
    const result = await filter({ log_group: `${ARN}:*`, newest_first: true, limit: 2 });
    expect(textsOf(result)).toEqual(['INFO 249', 'INFO 248']);
    const further = await filter({ log_group: ARN, newest_first: true, limit: 2, cursor: result.next_cursor });
    expect(textsOf(further)).toEqual(['INFO 247', 'INFO 246']);
  });

  it.each([{ log_stream_prefix: 'a/' }, { log_stream_names: ['a/one'] }])('keeps to streams: %j', async (args) => {
    expect((await filter({ ...args, limit: 1 })).returned).toBe(1);
    expect((await filter({ log_stream_names: ['a/two'] })).returned).toBe(0);
  });

  it('goes on by cursor over the very same window, without gap or repetition', async () => {
    const texts: string[] = [];
    const windows = new Set<string>();
    for (let cursor: string | null | undefined; cursor !== null;) {
      const part = await filter({ limit: 70, cursor, start_time: 'now-11m' });
      texts.push(...textsOf(part));
      windows.add(JSON.stringify(part.time_range));
      cursor = part.next_cursor;
    }
    expect(texts).toHaveLength(250);
    expect(new Set(texts).size).toBe(250);
    expect(windows.size).toBe(1);
  });

  it('says that there is nothing', async () => {
    expect(await filter({ filter_pattern: 'nosuchword' })).toMatchObject({
      events: [],
      returned: 0,
      total: 0,
      truncated: false,
      message: null,
    });
  });

  it('keeps a large answer within the budget and leads on, half a page or not', async () => {
    await writer.create('/filter/huge', 's');
    const timestamp = start - MINUTE;
    for (let batch = 0; batch < 3; batch += 1) {
      const events = Array.from({ length: 20 }, (_, index) => ({
        timestamp: timestamp + batch * 20 + index,
        message: `${batch * 20 + index} ${'x'.repeat(index === 7 ? 200_000 : 7_000)}`,
      }));
      await writer.put('/filter/huge', 's', events);
    }
    const numbers: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const part = await filter({ log_group: '/filter/huge', limit: 10_000, cursor });
      expect(Buffer.byteLength(JSON.stringify(part.events))).toBeLessThanOrEqual(100_002);
      for (const { message, full_length: length } of part.events) {
        if (length !== undefined)
          expect([length, message.length]).toEqual([200_000 + message.indexOf(' ') + 1, 10_000]);
      }
      const isCut = part.events.some(({ full_length: length }) => length !== undefined);
      expect(part.message?.includes('get_log_record') ?? false).toBe(isCut);
      numbers.push(...textsOf(part).map((text) => Number.parseInt(text, 10)));
      cursor = part.next_cursor;
    }
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  it('goes on over empty pages until there is something', async () => {
    const result = await filter({ log_group: '/shop/web', start_time: 'now-12h', filter_pattern: 'nosuchword' });
    expect(result).toMatchObject({ returned: 0, truncated: false, total: 0 });
    expect(requests().length).toBeGreaterThan(1);
    expect(new Set(requests().map(({ startTime, endTime }) => `${String(startTime)} ${String(endTime)}`)).size).toBe(1);
  });

  it('stops when the time is up, with what there is and a cursor that leads on', async () => {
    rig.aws.faults.add({ operation: 'logs:FilterLogEvents', kind: 'latency', latencyMs: 1_100 });
    const args = { log_group: '/shop/web', start_time: 'now-12h', filter_pattern: 'nosuchword', max_timeout: 1 };
    const result = await filter(args);
    expect(result).toMatchObject({ returned: 0, truncated: true, message: expect.stringContaining('next_cursor') });
    const before = requests().length;
    rig.aws.faults.clear();
    await filter({ ...args, max_timeout: null, cursor: result.next_cursor });
    expect(requests()[before]).toMatchObject({ nextToken: expect.any(String) });
  });

  it('renews expired credentials and goes on', async () => {
    rig.aws.faults.add({ operation: 'logs:FilterLogEvents', kind: 'expired-credentials', times: 1 });
    expect((await filter()).returned).toBe(100);
  });

  it('ends when the caller cancels', async () => {
    rig.aws.faults.add({ operation: 'logs:FilterLogEvents', kind: 'latency', latencyMs: 5_000 });
    await expect(filter({}, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each([
    ['denied', { kind: 'access-denied' } as const, 'aws_access_denied'],
    ['throttled', { kind: 'throttle' } as const, 'aws_throttled'],
  ])('is refused as an error when %s', async (_case, fault, code) => {
    rig.aws.faults.add({ operation: 'logs:FilterLogEvents', ...fault });
    await expect(filter()).rejects.toMatchObject({ code, message: expect.stringContaining('logs:FilterLogEvents') });
  });

  it.each([
    ['log group does not exist', { log_group: '/no/such' }, 'aws_not_found', /^log_group: no such log group/],
    [
      'class is another',
      { log_group: '/shop/order-archive' },
      'aws_rejected',
      /^log_group: .*execute_log_insights_query/,
    ],
    ['pattern is malformed', { filter_pattern: '{ $.a' }, 'aws_rejected', /^filter_pattern: /],
    [
      'cursor is no token of AWS',
      { cursor: toCursor({ token: `${start - 1_000}-${start}:x`, skip: 0 }) },
      'aws_rejected',
      /^cursor: .*begin anew/,
    ],
  ])('names the argument when the %s', async (_case, args, code, message) => {
    await expect(filter(args)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    ['a name that is none', 'log_group', { log_group: 'a`b' }],
    ['a log group of another account', 'log_group', { log_group: ARN.replace('111111111111', '333333333333') }],
    ['a region the ARN is not in', 'region', { log_group: ARN, region: 'eu-west-1' }],
    ['a region that is none', 'region', { region: 'us-east-1.evil.example' }],
    ['a range that ends before it starts', 'start_time', { start_time: 'now', end_time: 'now-1h' }],
    ['seconds since the epoch', 'start_time', { start_time: '1763719200' }],
    ['too long a pattern', 'filter_pattern', { filter_pattern: 'x'.repeat(1_025) }],
    ['a stream name that is none', 'log_stream_prefix', { log_stream_prefix: 'a*' }],
    ['101 streams', 'log_stream_names', { log_stream_names: Array.from({ length: 101 }, String) }],
    ['streams and a prefix', 'log_stream_prefix', { log_stream_prefix: 'a', log_stream_names: ['b'] }],
    ['the newest first of long ago', 'newest_first', { newest_first: true, start_time: '2023-12-31T23:59:59Z' }],
    ['a limit of zero', 'limit', { limit: 0 }],
    ['a limit beyond what AWS takes', 'limit', { limit: 10_001 }],
    ['too long a search', 'max_timeout', { max_timeout: 61 }],
    ['a cursor of another listing', 'cursor', { cursor: toCursor({ token: 'x', skip: 0 }) }],
    ['a text that is no cursor', 'cursor', { cursor: 'xx' }],
    ['an unknown argument', 'unmask', { unmask: true }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(filter(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
