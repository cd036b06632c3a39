import { describe, expect, it } from 'vitest';
import { type MetricDataInput, metricDataInput } from './metric-data-input.js';
import { checkPeriods, periodsOf, toMetricDataQueries } from './metric-data-queries.js';

const input = (given: object): MetricDataInput => metricDataInput.parse(given);
const cpu = { namespace: 'AWS/EC2', metric_name: 'CPUUtilization' };
const stat = { namespace: 'AWS/EC2', metric_name: 'CPUUtilization', statistic: 'p99' };

describe('toMetricDataQueries', () => {
  it('asks for one metric under the id m1', () => {
    const given = input({ ...cpu, dimensions: [{ name: 'InstanceId', value: 'i-1' }] });
    expect(toMetricDataQueries(given, 180)).toEqual([
      {
        Id: 'm1',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/EC2',
            MetricName: 'CPUUtilization',
            Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }],
          },
          Stat: 'Average',
          Period: 180,
        },
      },
    ]);
  });

  it.each([
    ['AVG', 'Average'],
    ['COUNT', 'SampleCount'],
    ['MAX', 'Maximum'],
    ['MIN', 'Minimum'],
    ['SUM', 'Sum'],
    ['Sum', 'Sum'],
    ['SampleCount', 'SampleCount'],
  ])('gives %s as the API names it', (statistic, name) => {
    expect(toMetricDataQueries(input({ ...cpu, statistic }), 60)[0]?.MetricStat?.Stat).toBe(name);
  });

  it.each([
    ['Average', 'AVG'],
    ['SampleCount', 'COUNT'],
    ['Maximum', 'MAX'],
    ['Minimum', 'MIN'],
    ['Sum', 'SUM'],
    ['MAX', 'MAX'],
  ])('gives %s as Metrics Insights names it', (statistic, name) => {
    const [query] = toMetricDataQueries(input({ ...cpu, statistic, limit: 3 }), 60);
    expect(query).toEqual({
      Id: 'm1',
      Expression: `SELECT ${name}("CPUUtilization") FROM SCHEMA("AWS/EC2") LIMIT 3`,
      Period: 60,
    });
  });

  it.each([
    { schema_dimension_keys: ['A'] },
    { schema_dimension_keys: ['A'], group_by_dimension: 'A' },
    { limit: 1 },
    { order_by_statistic: 'AVG' },
  ])('uses Metrics Insights for %j', (more) => {
    expect(toMetricDataQueries(input({ ...cpu, ...more }), 60)[0]?.Expression).toMatch(/^SELECT/);
  });

  it('prefers the period of the query, then that of the metric, then the computed one', () => {
    const queries = toMetricDataQueries(
      input({
        queries: [
          { id: 'a', metric_stat: { ...stat, period: 300 }, period: 600 },
          { id: 'b', metric_stat: { ...stat, period: 300 } },
          { id: 'c', metric_stat: stat, return_data: false },
          { id: 'd', expression: 'a / b', period: 900, label: 'ratio' },
          { id: 'e', expression: 'a / b' },
        ],
      }),
      60,
    );
    expect(queries.map(({ MetricStat, Period }) => [MetricStat?.Period, Period])).toEqual([
      [600, undefined],
      [300, undefined],
      [60, undefined],
      [undefined, 900],
      [undefined, 60],
    ]);
    expect(periodsOf(queries)).toEqual([600, 300, 60, 900, 60]);
    expect(queries.map(({ ReturnData }) => ReturnData)).toEqual([true, true, false, true, true]);
    expect(queries[3]).toMatchObject({ Expression: 'a / b', Label: 'ratio' });
  });

  it.each([
    [{}, 'namespace'],
    [{ namespace: 'AWS/EC2' }, 'metric_name'],
    [{ queries: [{ id: 'a' }] }, 'queries.0'],
    [{ queries: [{ id: 'a', metric_stat: stat, expression: 'b' }] }, 'queries.0'],
    [
      {
        queries: [
          { id: 'a', expression: 'b' },
          { id: 'a', expression: 'c' },
        ],
      },
      'queries.1.id',
    ],
  ])('refuses %j by the field', (given, field) => {
    expect(() => toMetricDataQueries(input(given), 60)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field }),
    );
  });
});

describe('account_id', () => {
  it('is where the metric is looked for', () => {
    const given = input({ queries: [{ id: 'a', metric_stat: stat, account_id: '222222222222' }] });
    expect(toMetricDataQueries(given, 60)).toMatchObject([{ Id: 'a', AccountId: '222222222222' }]);
  });

  it('goes with one metric, not with Metrics Insights, which selects accounts itself', () => {
    const account_id = '222222222222';
    expect(toMetricDataQueries(input({ ...cpu, account_id }), 60)).toMatchObject([{ Id: 'm1', AccountId: account_id }]);
    expect(() => toMetricDataQueries(input({ ...cpu, account_id, limit: 1 }), 60)).toThrow(/^account_id: /);
  });

  it('is refused beside an expression, which names accounts itself', () => {
    const given = input({ queries: [{ id: 'a', expression: 'b', account_id: '222222222222' }] });
    expect(() => toMetricDataQueries(given, 60)).toThrow(/^queries\.0\.account_id: goes with metric_stat/);
  });
});

describe('checkPeriods', () => {
  const queries = toMetricDataQueries(input({ queries: [{ id: 'a', expression: 'b', period: 60 }] }), 60);

  it('refuses a period for which nothing was kept [ARG-09]', () => {
    expect(() => checkPeriods(queries, 300)).toThrow(/^queries\.0\.period: must be a multiple of 300 seconds/);
  });

  it('lets one pass that was kept', () => {
    expect(() => checkPeriods(queries, 60)).not.toThrow();
  });
});

describe('metricDataInput', () => {
  it.each([
    { dimensions: Array.from({ length: 1_000 }, (_, index) => ({ name: `d${index}`, value: 'x' })) },
    { namespace: 'a\nb' },
    { metric_name: '' },
    { statistic: 'p99' },
    { target_datapoints: 0 },
    { limit: 501 },
    { queries: [] },
    { queries: [{ id: 'A', expression: 'b' }] },
    { queries: [{ id: 'a', expression: 'b', period: 45 }] },
    { queries: [{ id: 'a', expression: 'b', account_id: '2222' }] },
    { unknown: 1 },
  ])('refuses %j [ARG-09]', (given) => {
    expect(metricDataInput.safeParse(given).success).toBe(false);
  });

  it('takes null for every argument', () => {
    const nothing = Object.fromEntries(Object.keys(metricDataInput.shape).map((name) => [name, null]));
    expect(metricDataInput.safeParse(nothing).success).toBe(true);
  });
});
