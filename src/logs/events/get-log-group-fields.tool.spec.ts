import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../../test/support/busy.js';
import { logWriter, type LogWriter, writerRole } from '../../../test/support/log-writer.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { getLogGroupFields, GetLogGroupFieldsTool } from './get-log-group-fields.tool.js';
import { LogEventsModule } from './log-events.module.js';

let rig: ToolRig;
let writer: LogWriter;

beforeAll(async () => {
  rig = await startToolRig([LogEventsModule], {}, { roles: [writerRole()] });
  writer = await logWriter(rig.aws);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout';
const fieldsOf = (args: object, options?: RigCall) =>
  rig.call(GetLogGroupFieldsTool, getLogGroupFields, { log_group: '/shop/checkout', ...args }, options);

describe('get_log_group_fields', () => {
  it('tells how often each field occurs around a time, the most frequent first, read as the caller', async () => {
    const result = await fieldsOf({ time: 'now-3h' });
    const percent = new Map(result.fields.map((field) => [field.name, field.percent]));
    expect(percent.get('@message')).toBe(100);
    expect(percent.get('cart.total')).toBe(100);
    expect(result.fields).toEqual(result.fields.toSorted((a, b) => b.percent - a.percent));
    expect(result).toMatchObject({ truncated: false, message: null });
    const { start, end } = result.time_range;
    expect(Date.parse(end) - Date.parse(start)).toBe(16 * 60_000);
    expect(Math.abs((Date.parse(end) + Date.parse(start)) / 2 - (Date.now() - 3 * 3_600_000))).toBeLessThan(BUSY_MS);
    const [call] = rig.aws.calls.of('GetLogGroupFields');
    expect(call?.input).toEqual({ logGroupIdentifier: '/shop/checkout', time: Date.parse(start) / 1_000 + 480 });
    expect(call?.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
  });

  it('looks at the last fifteen minutes otherwise, also by ARN', async () => {
    const { time_range: range } = await fieldsOf({ log_group: `${ARN}:*` });
    expect(Date.parse(range.end) - Date.parse(range.start)).toBe(15 * 60_000);
    expect(rig.aws.calls.of('GetLogGroupFields')[0]?.input).toEqual({ logGroupIdentifier: ARN });
  });

  it('says that there was nothing', async () => {
    await writer.create('/fields/empty', 'main');
    expect(await fieldsOf({ log_group: '/fields/empty' })).toMatchObject({
      fields: [],
      message: expect.stringContaining('time'),
    });
  });

  it('leaves out the rarest of a huge number of fields', async () => {
    await writer.create('/fields/wide', 'main');
    const wide = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`a_rather_long_name_${index}`, 1]));
    const lines = [{ common: 1 }, { common: 1, ...wide }].map((line) => JSON.stringify(line));
    await writer.put(
      '/fields/wide',
      'main',
      lines.map((message) => ({ timestamp: Date.now() - 1_000, message })),
    );
    const result = await fieldsOf({ log_group: '/fields/wide' });
    expect(result.truncated).toBe(true);
    expect(result.fields.map(({ name }) => name)).toContain('common');
    expect(Buffer.byteLength(JSON.stringify(result.fields))).toBeLessThanOrEqual(100_002);
  });

  it('renews expired credentials and goes on', async () => {
    rig.aws.faults.add({ operation: 'logs:GetLogGroupFields', kind: 'expired-credentials', times: 1 });
    expect((await fieldsOf({ time: 'now-3h' })).fields.length).toBeGreaterThan(5);
  });

  it.each([
    ['denied', { kind: 'access-denied' } as const, 'aws_access_denied', 'logs:GetLogGroupFields'],
    ['throttled', { kind: 'throttle' } as const, 'aws_throttled', 'logs:GetLogGroupFields'],
  ])('is refused as an error when %s', async (_case, fault, code, words) => {
    rig.aws.faults.add({ operation: 'logs:GetLogGroupFields', ...fault });
    await expect(fieldsOf({})).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('names the argument of an unknown log group', async () => {
    await expect(fieldsOf({ log_group: '/no/such' })).rejects.toMatchObject({
      code: 'aws_not_found',
      message: expect.stringMatching(/^log_group: no such log group/),
    });
  });

  it.each([
    ['no log group', 'log_group', { log_group: null }],
    ['a name that is none', 'log_group', { log_group: 'x'.repeat(513) }],
    ['a log group of another account', 'log_group', { log_group: ARN.replace('111111111111', '222222222222') }],
    ['a region the ARN is not in', 'region', { log_group: ARN, region: 'eu-west-1' }],
    ['a time that is none', 'time', { time: 'yesterday' }],
    ['a day that does not exist', 'time', { time: '2026-02-30' }],
    ['an unknown argument', 'profile_name', { profile_name: 'x' }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(fieldsOf(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
