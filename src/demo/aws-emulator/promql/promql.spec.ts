import { describe, expect, it } from 'vitest';
import { calledAt, NOW } from '../cloudwatch/cloudwatch-fixture.js';
import type { AwsFault } from '../operation.js';
import { createWorld } from '../world.js';
import { durationMs } from './promql-parser.js';
import { promqlOperations } from './promql-operations.js';

const operations = promqlOperations(createWorld(() => NOW));
const LAMBDA = '{Invocations, FunctionName="payments"}';

function ask(operation: string, path: string, parameters: Record<string, string[]>): { data: unknown } {
  return operations[operation]?.handle({ path, parameters } as never, calledAt(NOW)) as { data: unknown };
}

const instant = (query: string): { metric: Record<string, string>; value: [number, string] }[] =>
  (ask('QueryMetrics', '/api/v1/query', { query: [query] }).data as { result: [] }).result;
const value = (query: string): number => Number(instant(query)[0]?.value[1]);

function failure(run: () => unknown): AwsFault {
  try {
    run();
  } catch (error) {
    return error as AwsFault;
  }
  throw new Error('nothing was refused');
}

describe('QueryMetrics', () => {
  it('selects by name and labels in every way of writing it', () => {
    const metric = instant(LAMBDA)[0]?.metric;
    expect(metric).toMatchObject({ __name__: 'Invocations' });
    for (const query of [
      'Invocations{FunctionName="payments"}',
      '{"Invocations", "FunctionName"="payments",}',
      "{__name__='Invocations', FunctionName=~`pay.+`, FunctionName!='x', FunctionName!~\"y|z\"}",
    ]) {
      expect(instant(query).map((one) => one.metric)).toEqual([metric]);
    }
    expect(instant('{Invocations, FunctionName=~"pay"}')).toEqual([]);
  });

  it('gives rates and totals over a range that agree with each other', () => {
    expect(value(`rate(${LAMBDA}[10m])`)).toBeCloseTo(value(`increase(${LAMBDA}[10m])`) / 600);
    expect(value(`min_over_time(${LAMBDA}[10m])`)).toBeLessThanOrEqual(value(`avg_over_time(${LAMBDA}[10m])`));
    expect(value(`avg_over_time(${LAMBDA}[10m])`)).toBeLessThanOrEqual(value(`max_over_time(${LAMBDA}[10m])`));
    expect(instant(`rate(${LAMBDA}[10m])`)[0]?.metric).not.toHaveProperty('__name__');
  });

  it('aggregates, by labels before or after', () => {
    const all = instant('{CPUUtilization}');
    expect(value('count({CPUUtilization})')).toBe(all.length);
    expect(value('sum({CPUUtilization})')).toBeCloseTo(all.reduce((sum, one) => sum + Number(one.value[1]), 0));
    expect(value('avg({CPUUtilization})')).toBeCloseTo(value('sum({CPUUtilization})') / all.length);
    expect(instant('max by ("@instrumentation.@name")({CPUUtilization})')).toEqual(
      instant('max({CPUUtilization}) by ("@instrumentation.@name")'),
    );
  });

  it('gives a range at its steps', () => {
    const end = Math.floor(NOW.getTime() / 1000);
    const parameters = { query: [LAMBDA], start: [String(end - 600)], end: [String(end)], step: ['2m'] };
    const { data } = ask('QueryMetrics', '/api/v1/query_range', parameters);
    const { result, resultType } = data as { resultType: string; result: [{ values: [number, string][] }] };
    expect(resultType).toBe('matrix');
    expect(result[0].values.map(([at]) => at)).toEqual([600, 480, 360, 240, 120, 0].map((ago) => end - ago));
  });

  it.each(['', 'sum(', 'sum({a},{b})', '{a="b"}', '{a', '{a}[5m]', 'rate({a})', '{a} extra', 'a b', '{a=~}', '!'])(
    'refuses %j as bad data',
    (query) => {
      expect(failure(() => instant(query))).toMatchObject({ status: 400, members: { errorType: 'bad_data' } });
    },
  );

  it('refuses more than seven days as AWS does', () => {
    const parameters = { query: ['{a}'], start: ['0'], end: ['604801'], step: ['1h'] };
    expect(failure(() => ask('QueryMetrics', '/api/v1/query_range', parameters))).toMatchObject({ status: 422 });
  });
});

describe('GetSeries', () => {
  const range = { start: ['2026-11-21T00:00:00Z'], end: ['2026-11-21T01:00:00Z'] };

  it('gives what any selector matches', () => {
    const { data } = ask('GetSeries', '/api/v1/series', { 'match[]': [LAMBDA, '{Duration}'], ...range });
    expect(new Set((data as { __name__: string }[]).map(({ __name__: name }) => name))).toEqual(
      new Set(['Invocations', 'Duration']),
    );
  });

  it.each<Record<string, string[]>>([
    range,
    { 'match[]': ['{a}'] },
    { 'match[]': ['sum({a})'], ...range },
    { 'match[]': ['{a}'], start: ['2'], end: ['1'] },
    { 'match[]': ['{a}'], start: ['soon'], end: ['1'] },
  ])('refuses %j', (parameters) => {
    expect(failure(() => ask('GetSeries', '/api/v1/series', parameters))).toMatchObject({ status: 400 });
  });
});

describe('durationMs', () => {
  it.each([
    ['90', 90_000],
    ['0.5', 500],
    ['250ms', 250],
    ['2w', 1_209_600_000],
    ['often', undefined],
  ])('of %s is %s', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });
});
