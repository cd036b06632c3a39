import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { executePromqlRangeQuery, ExecutePromqlRangeQueryTool } from './execute-promql-range-query.tool.js';

const SERIES = Array.from({ length: 500 }, (_, index) => ({
  metric: { __name__: 'Orders', shop: `shop-${index}` },
  values: [[1_780_000_000, String(index)]],
}));

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule], { RESULT_BUDGET_BYTES: '20000' });
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const RANGE = { query: '{Invocations, FunctionName="payments"}', start: 'now-1h', end: 'now', step: '5m' };
const ask = (args: object) => rig.call(ExecutePromqlRangeQueryTool, executePromqlRangeQuery, { ...RANGE, ...args });
const sent = () =>
  (rig.aws.calls.of('QueryMetrics')[0]?.input as { path: string; parameters: Record<string, string[]> } | undefined) ??
  expect.unreachable();

describe('execute_promql_range_query', () => {
  it('gives a value at every step, asked as the caller', async () => {
    const { resultType, result, time_range, truncated } = await ask({});
    expect({ resultType, truncated }).toEqual({ resultType: 'matrix', truncated: false });
    const [{ values }] = result as unknown as [{ values: [number, string][] }];
    expect(values).toHaveLength(13);
    expect(values.map(([at]) => at - (values[0]?.[0] ?? 0))).toEqual(values.map((_, index) => index * 300));
    expect(values[0]?.[0]).toBe(Date.parse(time_range.start) / 1000);
    expect(Date.parse(time_range.end) - Date.parse(time_range.start)).toBe(3_600_000);
    expect(sent()).toMatchObject({ path: '/api/v1/query_range', parameters: { step: ['300'] } });
    expect(rig.aws.calls.of('QueryMetrics')[0]?.principalArn).toContain('assumed-role/CloudWatchReader/');
  });

  it.each([
    ['60', '60'],
    ['1m', '60'],
    ['1h30m', '5400'],
    ['0.5h', undefined],
    ['1.5', '1.5'],
  ])('takes the step %s as %s seconds', async (step, seconds) => {
    const range = { start: 'now-2h', end: 'now', step };
    if (seconds === undefined) return expect(ask(range)).rejects.toThrow(/^step: /);
    // 1.5 seconds over two hours would be too many points.
    await ask({ ...range, ...(step === '1.5' && { start: 'now-10m' }) });
    expect(sent().parameters['step']).toEqual([seconds]);
  });

  it('spans seven days', async () => {
    expect((await ask({ start: 'now-7d', step: '6h', query: 'sum({Invocations})' })).returned).toBe(1);
  });

  it.each([
    ['a start after the end', 'start', { start: 'now', end: 'now-1h' }],
    ['a start at the end', 'start', { start: '2026-11-21', end: '2026-11-21' }],
    ['more than seven days', 'start', { start: '2026-11-01T00:00:00Z', end: '2026-11-08T00:00:01Z', step: '1h' }],
    ['the year 9999', 'end', { end: '9999-12-31T23:59:59Z' }],
    ['milliseconds', 'start', { start: '1780000000000' }],
    ['a step of nothing', 'step', { step: '0' }],
    ['a step of nothing with a unit', 'step', { step: '0s' }],
    ['a negative step', 'step', { step: '-5m' }],
    ['an empty step', 'step', { step: '' }],
    ['a step that is no duration', 'step', { step: 'often' }],
    ['a step longer than the range', 'step', { step: '2h' }],
    ['more points than an answer holds', 'step', { start: 'now-7d', step: '1m' }],
    ['no step', 'step', { step: undefined }],
    ["another account's id", 'query', { query: '{X, "@aws.account"="222222222222"}' }],
  ])('refuses %s by the name %s, before any AWS call [ARG-07] [ARG-09] [ARG-10]', async (_case, field, args) => {
    await expect(ask(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it('says which step would do', async () => {
    const { message } = (await ask({ start: 'now-7d', step: '1s' }).catch((thrown: unknown) => thrown)) as Error;
    const step = /use (\d+) seconds/.exec(message)?.[1] ?? '';
    await expect(ask({ start: 'now-7d', step, query: 'sum({NoSuchMetric})' })).resolves.toMatchObject({ returned: 0 });
  });
});

describe('execute_promql_range_query with more than an answer holds', () => {
  it('gives what fits and the rest by the cursor, and says that CloudWatch left some out', async () => {
    const warnings = ['result truncated to the maximum of 500 series'];
    const handle = () => ({ data: { resultType: 'matrix', result: SERIES }, warnings, infos: ['a', 'b'] });
    const crowded = await startToolRig(
      [MetricsModule],
      { RESULT_BUDGET_BYTES: '20000' },
      { operations: { monitoring: { QueryMetrics: { handle } } } },
    );
    const seen: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const answer: z.output<typeof executePromqlRangeQuery.output> = await crowded.call(
        ExecutePromqlRangeQueryTool,
        executePromqlRangeQuery,
        { ...RANGE, cursor },
      );
      const { result, next_cursor: next, ...rest } = answer;
      expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(20_000);
      expect(rest).toMatchObject({ truncated: true, total: null, warnings: 1, infos: 2, returned: result.length });
      expect(JSON.stringify(rest)).not.toContain('maximum of');
      seen.push(...result);
      cursor = next;
    }
    expect(seen).toEqual(SERIES);
    await crowded.close();
  });
});
