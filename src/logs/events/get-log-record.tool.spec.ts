import { CloudWatchLogsClient, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logWriter, writerRole } from '../../../test/support/log-writer.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { assume, rowsOf } from '../../demo/aws-emulator/emulator-fixture.js';
import { getLogEventContext, GetLogEventContextTool } from './get-log-event-context.tool.js';
import { getLogRecord, GetLogRecordTool } from './get-log-record.tool.js';
import { LogEventsModule } from './log-events.module.js';

const SMALL = { level: 'WARN', user: { id: 7 } };
const LARGE = `{"level":"ERROR","text":"${'0123456789'.repeat(40_000)}"}`;
const at = Date.now() - 60_000;

interface Opened {
  readonly rig: ToolRig;
  readonly small: string;
  readonly large: string;
}

/** A rig with two written events and the pointers to them. */
async function open(env: Readonly<Record<string, string>> = {}): Promise<Opened> {
  const rig = await startToolRig([LogEventsModule], env, { roles: [writerRole()] });
  const writer = await logWriter(rig.aws);
  await writer.create('/record/app', 'main');
  await writer.put('/record/app', 'main', [
    { timestamp: at, message: JSON.stringify(SMALL) },
    { timestamp: at + 1, message: LARGE },
  ]);
  const client = new CloudWatchLogsClient({
    endpoint: rig.aws.url,
    region: 'us-east-1',
    credentials: await assume(rig.aws.url),
  });
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupNames: ['/record/app'],
      queryString: 'fields @ptr | sort @timestamp asc',
      startTime: Math.floor(at / 1_000) - 60,
      endTime: Math.floor(at / 1_000) + 180,
    }),
  );
  const results = await rowsOf(client, queryId);
  const [small = '', large = ''] = results.map((row) => row.find(({ field }) => field === '@ptr')?.value ?? '');
  return { rig, small, large };
}

const recordIn = (rig: ToolRig) => (args: object, options?: RigCall) =>
  rig.call(GetLogRecordTool, getLogRecord, args, options);

describe('get_log_record', () => {
  let opened: Opened;
  let record: ReturnType<typeof recordIn>;

  beforeAll(async () => {
    opened = await open();
    record = recordIn(opened.rig);
  });
  beforeEach(() => {
    opened.rig.aws.calls.clear();
    opened.rig.aws.faults.clear();
  });
  afterAll(() => opened.rig.close());

  it('answers the whole event with its fields, read as the caller', async () => {
    expect(await record({ ptr: opened.small })).toEqual({
      log_group: '/record/app',
      log_stream: 'main',
      timestamp: new Date(at).toISOString().replace('.000Z', 'Z'),
      message: JSON.stringify(SMALL),
      message_length: JSON.stringify(SMALL).length,
      next_offset: null,
      fields: { level: 'WARN', 'user.id': '7', '@ingestionTime': expect.any(String) },
      omitted_fields: 0,
    });
    const calls = opened.rig.aws.calls.of('GetLogRecord');
    expect(calls).toHaveLength(1);
    expect(calls[0]?.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    expect(calls[0]?.input).toEqual({ logRecordPointer: opened.small });
  });

  it('gives a huge message part by part, each within the budget', async () => {
    let whole = '';
    for (let offset: number | null = 0; offset !== null;) {
      const part = await record({ ptr: opened.large, offset });
      expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(100_000);
      if (offset === 0) expect(part).toMatchObject({ fields: { level: 'ERROR' }, omitted_fields: 1 });
      whole += part.message;
      offset = part.next_offset;
    }
    expect(whole).toBe(LARGE);
  });

  it('refuses an offset beyond the message', async () => {
    await expect(record({ ptr: opened.small, offset: 10_000 })).rejects.toThrow(/^offset: /);
  });

  it('renews expired credentials and goes on', async () => {
    opened.rig.aws.faults.add({ operation: 'logs:GetLogRecord', kind: 'expired-credentials', times: 1 });
    expect((await record({ ptr: opened.small })).log_group).toBe('/record/app');
  });

  it.each([
    ['denied', { kind: 'access-denied' } as const, 'aws_access_denied'],
    ['throttled', { kind: 'throttle' } as const, 'aws_throttled'],
  ])('is refused as an error when %s', async (_case, fault, code) => {
    opened.rig.aws.faults.add({ operation: 'logs:GetLogRecord', ...fault });
    const refusal = { code, message: expect.stringContaining('logs:GetLogRecord') };
    await expect(record({ ptr: opened.small })).rejects.toMatchObject(refusal);
  });

  it("opens no pointer of another caller's account", async () => {
    await expect(record({ ptr: opened.small }, { as: 'bob' })).rejects.toMatchObject({ code: 'aws_access_denied' });
  });

  it.each([
    ['bm9uc2Vuc2U', 'aws_rejected'],
    [Buffer.from('["/record/app",1,1,"111111111111"]').toString('base64'), 'aws_not_found'],
  ])('names the argument when AWS knows no %s', async (ptr, code) => {
    await expect(record({ ptr })).rejects.toMatchObject({ code, message: expect.stringMatching(/^ptr: .*@ptr/) });
  });

  it.each([
    ['no pointer', 'ptr', {}],
    ['an empty pointer', 'ptr', { ptr: '' }],
    ['a pointer of two lines', 'ptr', { ptr: 'a\nb' }],
    ['too long a pointer', 'ptr', { ptr: 'a'.repeat(4_097) }],
    ['a negative offset', 'offset', { ptr: 'a', offset: -1 }],
    ['half an offset', 'offset', { ptr: 'a', offset: 0.5 }],
    ['an unknown account', 'account', { ptr: 'a', account: 'nosuch' }],
    ['an unknown argument', 'unmask', { ptr: 'a', unmask: true }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(record(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(opened.rig.aws.calls.all()).toEqual([]);
  });
});

describe('with a list of log groups', () => {
  it.each([
    ['opens a pointer into one on it', '/record/*', true],
    ['opens no pointer into another, and shows nothing of it', '/shop/*', false],
  ])('%s', async (_case, allowed, opens) => {
    const { rig, small } = await open({ ALLOWED_LOG_GROUPS: allowed });
    const calls = [recordIn(rig)({ ptr: small }), rig.call(GetLogEventContextTool, getLogEventContext, { ptr: small })];
    for (const outcome of await Promise.allSettled(calls)) {
      if (opens) expect(outcome).toMatchObject({ status: 'fulfilled', value: { log_group: '/record/app' } });
      else expect(outcome).toMatchObject({ reason: { code: 'target_not_allowed', denied: 'query_source' } });
      if (outcome.status === 'rejected') expect(JSON.stringify(outcome.reason)).not.toMatch(/WARN|record\/app/);
    }
    expect(rig.aws.calls.of('GetLogEvents').length > 0).toBe(opens);
    await rig.close();
  });
});
