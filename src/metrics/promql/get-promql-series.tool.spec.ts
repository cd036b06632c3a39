import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { getPromqlSeries, GetPromqlSeriesTool } from './get-promql-series.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const MATCH = ['{Invocations, FunctionName="payments"}', 'Duration{FunctionName="payments"}'];
const ask = (args: object, options?: RigCall) =>
  rig.call(GetPromqlSeriesTool, getPromqlSeries, { match: MATCH, ...args }, options);
const calls = () => rig.aws.calls.of('GetSeries');

describe('get_promql_series', () => {
  it('gives the series of several selectors, each sent on its own, asked as the caller', async () => {
    const { series, time_range, ...rest } = await ask({ start: 'now-2h' });
    expect(series.map(({ __name__: name }) => name)).toEqual(['Duration', 'Invocations']);
    expect(rest).toMatchObject({ returned: 2, total: 2, truncated: false });
    expect(Date.parse(time_range.end) - Date.parse(time_range.start)).toBe(7_200_000);
    const [start, end] = [time_range.start, time_range.end].map((time) => [String(Date.parse(time) / 1000)]);
    expect(calls()).toMatchObject([
      { principalArn: expect.stringContaining(':111111111111:assumed-role/CloudWatchReader/'), region: 'us-east-1' },
    ]);
    expect(calls()[0]?.input).toEqual({ path: '/api/v1/series', parameters: { 'match[]': MATCH, start, end } });
  });

  it('looks at the last day unless told otherwise', async () => {
    const { time_range } = await ask({});
    expect(Date.parse(time_range.end) - Date.parse(time_range.start)).toBe(86_400_000);
  });

  it("gives another caller nothing of the first one's account", async () => {
    expect((await ask({}, { as: 'bob' })).series).toEqual([]);
  });

  it('reads selectors that come as the text of a list', async () => {
    expect((await ask({ match: JSON.stringify(MATCH) })).returned).toBe(2);
  });

  it('names the action when AWS denies it', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetSeries', kind: 'access-denied' });
    await expect(ask({})).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('allow cloudwatch:ListMetrics'),
    });
  });

  it.each([
    ['no selector', 'match', { match: [] }],
    ['an empty selector', 'match.1', { match: ['{a}', ''] }],
    ['too many selectors', 'match', { match: Array.from({ length: 11 }, () => '{a}') }],
    ['too long a selector', 'match.0', { match: ['x'.repeat(1_001)] }],
    ['a single text', 'match', { match: '{a}' }],
    ['a range that ends before it starts', 'start', { start: 'now', end: 'now-1h' }],
    ['a range of more than a week', 'start', { start: 'now-8d' }],
    ["another account's id", 'match', { match: ['{a}', '{b, "@resource.cloud.account.id"=~"222222222222|1"}'] }],
  ])('refuses %s by the name %s, before any AWS call [ARG-07] [ARG-09] [ARG-10]', async (_case, field, args) => {
    await expect(ask(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it('answers a selector that CloudWatch cannot read in its own words', async () => {
    await expect(ask({ match: ['{__name__=~"x"}'] })).rejects.toThrow(
      /^match: CloudWatch cannot read it;.*\(bad_data\)$/,
    );
  });
});
