import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../../test/support/busy.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { executePromqlQuery, ExecutePromqlQueryTool } from './execute-promql-query.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const QUERY = '{Invocations, FunctionName="payments"}';
const ask = (args: object, options?: RigCall) =>
  rig.call(ExecutePromqlQueryTool, executePromqlQuery, { query: QUERY, ...args }, options);
const calls = () => rig.aws.calls.of('QueryMetrics');
const sent = () => (calls()[0]?.input as { parameters: Record<string, string[]> } | undefined)?.parameters;

describe('execute_promql_query', () => {
  it('gives a vector as CloudWatch has it, asked as the caller', async () => {
    const { resultType, result, ...rest } = await ask({});
    expect(resultType).toBe('vector');
    expect(result).toEqual([
      {
        metric: expect.objectContaining({ __name__: 'Invocations', FunctionName: 'payments' }),
        value: [expect.any(Number), expect.stringMatching(/^\d/)],
      },
    ]);
    expect(rest).toMatchObject({ returned: 1, total: 1, truncated: false, next_cursor: null, warnings: 0, infos: 0 });
    expect(calls()).toMatchObject([
      {
        verified: true,
        principalArn: expect.stringContaining(':111111111111:assumed-role/CloudWatchReader/'),
        region: 'us-east-1',
        userAgent: expect.stringMatching(/^cloudwatch-mcp-server\/\d/),
      },
    ]);
  });

  it("gives another caller nothing of the first one's account", async () => {
    expect((await ask({}, { as: 'bob' })).result).toEqual([]);
    expect(calls()[0]?.principalArn).toContain(':222222222222:');
  });

  it.each([
    ['2026-11-21T10:00:00Z', Date.UTC(2026, 10, 21, 10) / 1000],
    ['2026-11-21 10:00:00', Date.UTC(2026, 10, 21, 10) / 1000],
    ['2026-11-21T11:00:00+01:00', Date.UTC(2026, 10, 21, 10) / 1000],
    ['1780000000', 1_780_000_000],
    ['1780000000.5', 1_780_000_000.5],
  ])('evaluates at %s, and says so', async (time, seconds) => {
    const { time_range } = await ask({ time });
    expect(sent()?.['time']).toEqual([String(seconds)]);
    expect(Date.parse(time_range.start)).toBe(seconds * 1000);
    expect(time_range.end).toBe(time_range.start);
  });

  it('evaluates at a time relative to now', async () => {
    const { time_range } = await ask({ time: 'now-1h' });
    expect(Date.now() - Date.parse(time_range.start)).toBeLessThan(3_600_000 + BUSY_MS);
    expect(Date.now() - Date.parse(time_range.start)).toBeGreaterThanOrEqual(3_600_000);
  });

  it('signs every character of a query', async () => {
    const query = `sum by ("@resource.cloud.account.id", FunctionName)(rate({Invocations, FunctionName=~"pay.*|ä+&=%/ ~*'()"}[5m]))`;
    expect((await ask({ query })).result).toHaveLength(1);
    expect(sent()?.['query']).toEqual([query]);
  });

  it('gives a scalar as its time and text', async () => {
    expect(await ask({ query: '42' })).toMatchObject({ resultType: 'scalar', result: [expect.any(Number), '42'] });
  });

  it('says that nothing matched', async () => {
    expect(await ask({ query: '{NoSuchMetric}' })).toMatchObject({ result: [], total: 0, truncated: false });
  });

  it.each([
    ['unreadable PromQL', { query: 'sum(' }, 'bad_data'],
    ['a selector without a metric', { query: '{FunctionName="x"}' }, 'bad_data'],
  ])("answers %s with the kind of the error and not with CloudWatch's words", async (_case, args, type) => {
    const error = await ask(args).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'aws_rejected', message: expect.stringMatching(/^query: /) });
    expect((error as Error).message).toContain(`(${type})`);
    expect((error as Error).message).not.toMatch(/parse error|must name a metric$/);
    expect(calls()).toHaveLength(1);
  });

  it('names both actions when AWS denies them', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:QueryMetrics', kind: 'access-denied' });
    await expect(ask({})).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('allow cloudwatch:GetMetricData and cloudwatch:ListMetrics'),
    });
    expect(calls()).toHaveLength(1);
  });

  it('does not ask again when it is throttled', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:QueryMetrics', kind: 'throttle' });
    await expect(ask({})).rejects.toMatchObject({ code: 'aws_throttled', retryAfterSeconds: expect.any(Number) });
    expect(calls()).toHaveLength(1);
  });

  it.each(['server-error', 'reset'] as const)('asks again after a %s, twice at most', async (kind) => {
    rig.aws.faults.add({ operation: 'cloudwatch:QueryMetrics', kind, times: 2 });
    expect((await ask({})).returned).toBe(1);
    rig.aws.faults.add({ operation: 'cloudwatch:QueryMetrics', kind });
    await expect(ask({})).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(calls()).toHaveLength(6);
  });

  it('renews credentials that expired meanwhile, and goes on', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:QueryMetrics', kind: 'expired-credentials', times: 1 });
    expect((await ask({})).returned).toBe(1);
    const [first, second] = calls();
    expect(second?.accessKeyId).not.toBe(first?.accessKeyId);
  });

  it('stops when the caller cancels', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:QueryMetrics', kind: 'latency', latencyMs: 60_000 });
    const started = performance.now();
    await expect(ask({}, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - started).toBeLessThan(300 + BUSY_MS);
  });

  it.each([
    ['an empty query', 'query', { query: '  ' }],
    ['too long a query', 'query', { query: 'x'.repeat(4_001) }],
    ['half a character', 'query', { query: '{"\ud800"}' }],
    ['milliseconds', 'time', { time: '1780000000000' }],
    ['a year that is none', 'time', { time: '9999-01-01T00:00:00Z' }],
    ['a day that is none', 'time', { time: '2026-02-30' }],
    ['a negative time', 'time', { time: '-5' }],
    ['a cursor of its own', 'cursor', { cursor: 'nonsense' }],
    ['an unknown region', 'region', { region: 'eu-nowhere-1' }],
    ["another account's id", 'query', { query: '{Invocations, "@aws.account"="222222222222"}' }],
    [
      "another account's id in disguise",
      'query',
      { query: String.raw`{Invocations, "@aws.\x61ccount"="\u003222222222222"}` },
    ],
    [
      "another account's ARN",
      'query',
      { query: '{X, "@resource.cloud.resource_id"="arn:aws:ec2:us-east-1:222222222222:i/1"}' },
    ],
  ])('refuses %s by the name %s, before any AWS call [ARG-07] [ARG-10]', async (_case, field, args) => {
    await expect(ask(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it("takes the caller's own account id", async () => {
    expect(
      (await ask({ query: '{Invocations, "@aws.account"="111111111111", FunctionName="payments"}' })).returned,
    ).toBe(1);
  });
});
