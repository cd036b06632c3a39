import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { failuresInMinute, HOUR_MS, MINUTE_MS, requestsInMinute, serviceNamed } from '../scenario.js';
import { ask, NOW, shopAccount, statQuery, valuesOf } from './cloudwatch-fixture.js';
import { MetricStore } from './metric-store.js';
import { putMetricData } from './put-metric-data.js';
import { NAMES } from './resource-names.js';

const LAMBDA = { FunctionName: 'payments' };
const names = NAMES['111111111111']!;
const CHECKOUT = { LoadBalancer: names.loadBalancer, TargetGroup: names.targetGroup('checkout') };

/** An account with the values 1, 2, 3.. at the given times. */
function storeWith(...times: string[]): MetricStore {
  const store = new MetricStore();
  const MetricData = times.map((time, index) => ({ MetricName: 'Count', Value: index + 1, Timestamp: new Date(time) }));
  putMetricData(store, { Namespace: 'Own', MetricData }, NOW);
  return store;
}

const own = (Id: string, Stat = 'Sum', Period = 60): MetricDataQuery => statQuery(Id, 'Own Count', {}, Stat, Period);
const math = (Id: string, Expression: string, rest: Partial<MetricDataQuery> = {}): MetricDataQuery => ({
  Id,
  Expression,
  ...rest,
});

describe('getMetricData', () => {
  it('aligns buckets to the period: the first begins at or before the start', () => {
    const store = storeWith('2026-11-21T10:00:10Z', '2026-11-21T10:04:59Z', '2026-11-21T10:05:00Z');
    const start = new Date('2026-11-21T10:03:00Z');
    expect(valuesOf(ask(store, [own('m1', 'Sum', 300)], 1, { StartTime: start }))).toEqual({
      '2026-11-21T10:00:00.000Z': 3,
      '2026-11-21T10:05:00.000Z': 3,
    });
  });

  it('leaves out a bucket that begins at the end', () => {
    const store = storeWith('2026-11-21T10:00:00Z', '2026-11-21T10:05:00Z');
    const EndTime = new Date('2026-11-21T10:05:00Z');
    expect(valuesOf(ask(store, [own('m1', 'Sum', 300)], 2, { EndTime }))).toEqual({ '2026-11-21T10:00:00.000Z': 1 });
  });

  it.each([
    ['Average', 2.5],
    ['Sum', 10],
    ['Minimum', 1],
    ['Maximum', 4],
    ['SampleCount', 4],
    ['p50', 2],
    ['tm75', 2],
  ])('computes %s', (stat, expected) => {
    const times = ['2026-11-21T10:00:00Z', '2026-11-21T10:00:01Z', '2026-11-21T10:00:02Z', '2026-11-21T10:00:03Z'];
    expect(Object.values(valuesOf(ask(storeWith(...times), [own('m1', stat)], 2)))).toEqual([expected]);
  });

  it('answers newest first unless ScanBy says otherwise', () => {
    const store = storeWith('2026-11-21T10:00:00Z', '2026-11-21T10:01:00Z');
    const newest = ask(store, [own('m1')], 2, { ScanBy: undefined }).MetricDataResults![0]!;
    expect(newest.Values).toEqual([2, 1]);
    expect(ask(store, [own('m1')], 2).MetricDataResults![0]!.Values).toEqual([1, 2]);
  });

  it('answers an unknown metric with an empty result', () => {
    const [result] = ask(new MetricStore(), [own('m1')], 2).MetricDataResults!;
    expect(result).toEqual({ Id: 'm1', Label: 'Count', Timestamps: [], Values: [], StatusCode: 'Complete' });
  });

  it('finds a metric by its dimensions in any order and by no subset of them', () => {
    const { metrics } = shopAccount();
    const swapped = { TargetGroup: CHECKOUT.TargetGroup, LoadBalancer: CHECKOUT.LoadBalancer };
    const only = { TargetGroup: CHECKOUT.TargetGroup };
    const count = (dimensions: Record<string, string>) =>
      Object.keys(
        valuesOf(ask(metrics, [statQuery('m1', 'AWS/ApplicationELB RequestCount', dimensions, 'Sum', 60)], 1)),
      ).length;
    expect(count(swapped)).toBeGreaterThan(55);
    expect(count(only)).toBe(0);
  });

  it('counts exactly the requests and failures of the scenario', () => {
    const { metrics, scenario } = shopAccount();
    const queries = [
      statQuery('requests', 'AWS/ApplicationELB RequestCount', CHECKOUT, 'Sum', 60),
      statQuery('failures', 'AWS/ApplicationELB HTTPCode_Target_5XX_Count', CHECKOUT, 'Sum', 60),
    ];
    const output = ask(metrics, queries, 3);
    const checkout = serviceNamed(scenario, 'checkout');
    for (const [time, value] of Object.entries(valuesOf(output))) {
      expect(value).toBe(requestsInMinute(checkout, new Date(time)));
    }
    const failures = Object.entries(valuesOf(output, 1));
    expect(failures.length).toBeGreaterThan(30);
    for (const [time, value] of failures) expect(value).toBe(failuresInMinute(checkout, new Date(time)));
  });

  it('computes Lambda error rates as the average of Errors', () => {
    const { metrics, scenario } = shopAccount();
    const StartTime = scenario.incident.from;
    const EndTime = new Date(StartTime.getTime() + 8 * MINUTE_MS);
    const query = statQuery('m1', 'AWS/Lambda Errors', LAMBDA, 'Average', 60);
    const rates = Object.values(valuesOf(ask(metrics, [query], 1, { StartTime, EndTime })));
    expect(Math.max(...rates)).toBeGreaterThan(0.5);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1);
  });

  it('shows the incident in a 3 h and in a 24 h window, and the slow tail until now', () => {
    const { metrics } = shopAccount();
    for (const [hours, period] of [
      [3, 300],
      [24, 900],
    ] as const) {
      const p99 = Object.values(
        valuesOf(ask(metrics, [statQuery('m1', 'AWS/Lambda Duration', LAMBDA, 'p99', period)], hours)),
      );
      expect(p99[0]).toBeLessThan(1_000);
      expect(Math.max(...p99)).toBeGreaterThan(9_000);
      expect(p99.at(-1)).toBeGreaterThan(3_000);
    }
  });

  it('is deterministic: two emulators started at the same time agree', () => {
    const query = statQuery('m1', 'AWS/Lambda Duration', LAMBDA, 'p90', 300);
    expect(ask(shopAccount().metrics, [query], 48)).toEqual(ask(shopAccount().metrics, [query], 48));
  });

  it('adds put data points to the computed ones', () => {
    const { metrics } = shopAccount();
    const query = statQuery('m1', 'Shop/Checkout OrdersPlaced', {}, 'Sum', 60);
    const before = valuesOf(ask(metrics, [query], 1));
    const Timestamp = new Date('2026-11-21T11:00:00Z');
    putMetricData(
      metrics,
      { Namespace: 'Shop/Checkout', MetricData: [{ MetricName: 'OrdersPlaced', Value: 1_000, Timestamp }] },
      NOW,
    );
    const key = Timestamp.toISOString();
    expect(valuesOf(ask(metrics, [query], 1))[key]).toBe(before[key]! + 1_000);
  });

  it('knows nothing of the minute that is not over', () => {
    const times = Object.keys(
      valuesOf(ask(shopAccount().metrics, [statQuery('m1', 'AWS/Lambda Invocations', LAMBDA, 'Sum', 60)], 1)),
    );
    expect(times.at(-1)).toBe('2026-11-21T11:02:00.000Z');
  });

  it('reads only data with the unit asked for', () => {
    const { metrics } = shopAccount();
    const withUnit = (Unit: 'Milliseconds' | 'Seconds'): MetricDataQuery => {
      const query = statQuery('m1', 'AWS/Lambda Duration', LAMBDA, 'Average', 300);
      return { ...query, MetricStat: { ...query.MetricStat!, Unit } };
    };
    expect(Object.keys(valuesOf(ask(metrics, [withUnit('Milliseconds')], 1))).length).toBeGreaterThan(10);
    expect(valuesOf(ask(metrics, [withUnit('Seconds')], 1))).toEqual({});
  });
});

describe('getMetricData retention', () => {
  const store = storeWith('2026-11-21T07:30:00Z', '2026-11-21T08:30:00Z');

  it('keeps periods under a minute for three hours', () => {
    expect(valuesOf(ask(store, [own('m1', 'Sum', 10)], 5))).toEqual({ '2026-11-21T08:30:00.000Z': 2 });
    expect(Object.keys(valuesOf(ask(store, [own('m1', 'Sum', 60)], 5)))).toHaveLength(2);
  });

  it.each([
    [60, 15],
    [120, 15],
    [300, 63],
    [3_600, 100],
  ])('keeps a period of %d s for %d days', (period, days) => {
    const { metrics } = shopAccount();
    const query = statQuery('m1', 'AWS/RDS CPUUtilization', { DBInstanceIdentifier: 'shop-orders' }, 'Average', period);
    const [oldest] = Object.keys(valuesOf(ask(metrics, [query], 200 * 24)));
    const age = (NOW.getTime() - new Date(oldest!).getTime()) / (24 * HOUR_MS);
    expect(age).toBeGreaterThan(days - 0.1);
    expect(age).toBeLessThanOrEqual(days + 0.1);
  });
});

describe('getMetricData metric math', () => {
  const store = storeWith('2026-11-21T10:00:00Z', '2026-11-21T10:01:00Z', '2026-11-21T10:03:00Z');
  const window = { StartTime: new Date('2026-11-21T10:00:00Z'), EndTime: new Date('2026-11-21T10:05:00Z') };
  const compute = (expression: string): number[] =>
    Object.values(valuesOf(ask(store, [{ ...own('m1'), ReturnData: false }, math('e1', expression)], 1, window)));

  it.each([
    ['m1 * 2 + 1', [3, 5, 7]],
    ['(m1 + 1) * 2', [4, 6, 8]],
    ['10 - m1 / 2', [9.5, 9, 8.5]],
    ['m1 ^ 2', [1, 4, 9]],
    ['-m1', [-1, -2, -3]],
    ['100 * m1 / SUM(m1)', [100 / 6, 200 / 6, 50]],
    ['m1 - AVG(m1)', [-1, 0, 1]],
    ['m1 / MAX(m1) - MIN(m1) / 3', [0, 1 / 3, 2 / 3]],
    ['FILL(m1, 0)', [1, 2, 0, 3, 0]],
    ['FILL(m1, REPEAT)', [1, 2, 2, 3, 3]],
    ['FILL(m1, LINEAR)', [1, 2, 2.5, 3]],
    ['SUM(METRICS())', [1, 2, 3]],
    ['SUM([m1, m1, m1 * 2])', [4, 8, 12]],
    ['AVG([FILL(m1, 9), m1])', [1, 2, 9, 3, 9]],
    ['IF(m1 > 1, m1, 0)', [0, 2, 3]],
    ['IF(m1 > 1, m1)', [2, 3]],
    ['m1 / (m1 - 2)', [-1, 3]],
    ['DIFF(m1)', [1, 1]],
    ['RATE(m1) * 120', [2, 1]],
    ['RUNNING_SUM(m1)', [1, 3, 6]],
    ['m1 / PERIOD(m1)', [1 / 60, 2 / 60, 3 / 60]],
    ['CEIL(m1 / 2) + ABS(0 - m1)', [2, 3, 5]],
  ])('%s', (expression, expected) => {
    const values = compute(expression);
    expect(values).toHaveLength(expected.length);
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 9));
  });

  it('lets expressions refer to expressions, in any order', () => {
    const queries = [math('e2', 'e1 + 1'), math('e1', 'm1 * 10', { ReturnData: false }), own('m1')];
    expect(Object.values(valuesOf(ask(store, queries, 1, window)))).toEqual([11, 21, 31]);
  });

  it('joins two series at the timestamps both have', () => {
    const other = { ...own('m2', 'SampleCount', 120) };
    expect(valuesOf(ask(store, [math('e1', 'm1 + m2'), own('m1'), other], 1, window))).toEqual({
      '2026-11-21T10:00:00.000Z': 3,
    });
  });

  it('selects METRICS by a part of their id', () => {
    const queries = [math('e1', 'SUM(METRICS("err"))'), own('err1'), own('err2'), own('other')];
    expect(Object.values(valuesOf(ask(store, queries, 1, window)))).toEqual([2, 4, 6]);
  });

  it.each([
    ['m1 +', /Error in expression 'e1': Unexpected token the end/],
    ['m7 * 2', /Error in expression 'e1': Undefined id m7/],
    ['FOO(m1)', /Error in expression 'e1': Unknown function: FOO/],
    ['METRICS() + METRICS()', /Unsupported operand type\(s\) for \+/],
    ['SUM(m1)', /must return a time series/],
    ['e1 + 1', /Circular reference to e1/],
  ])('refuses %s as a ValidationError that names the expression', (expression, message) => {
    const fault = expect.objectContaining({ code: 'ValidationError', message: expect.stringMatching(message) });
    expect(() => compute(expression)).toThrow(fault);
  });
});

describe('getMetricData Metrics Insights', () => {
  const { metrics } = shopAccount();
  const ns = '"AWS/ApplicationELB", LoadBalancer, TargetGroup';
  const select = (Expression: string): [string, number[]][] =>
    ask(metrics, [{ Id: 'q1', Expression, Period: 3_600 }], 2).MetricDataResults!.map(({ Label, Values }) => [
      Label!,
      Values!,
    ]);

  it('groups, orders and limits', () => {
    const grouped = `FROM SCHEMA(${ns}) GROUP BY TargetGroup`;
    const all = select(`SELECT SUM(RequestCount) ${grouped} ORDER BY SUM() DESC`).map(([label]) => label);
    expect(all).toEqual(['web', 'inventory', 'checkout'].map((service) => names.targetGroup(service)));
    expect(select(`SELECT SUM(RequestCount) ${grouped} ORDER BY SUM() ASC LIMIT 1`).map(([label]) => label)).toEqual([
      names.targetGroup('checkout'),
    ]);
  });

  it('filters with WHERE and adds up what is not grouped', () => {
    const one = select(
      `SELECT SUM("RequestCount") FROM SCHEMA(${ns}) WHERE "TargetGroup" = '${CHECKOUT.TargetGroup}' AND LoadBalancer != 'x'`,
    );
    const sum = (list: readonly [string, readonly number[]][]): number =>
      list.flatMap(([, values]) => values).reduce((total, value) => total + value, 0);
    const total = select(`SELECT SUM("RequestCount") FROM SCHEMA(${ns})`);
    const grouped = select(`SELECT SUM("RequestCount") FROM SCHEMA(${ns}) GROUP BY TargetGroup`);
    expect(one).toHaveLength(1);
    expect(total).toHaveLength(1);
    expect(sum(total)).toBe(sum(grouped));
    expect(sum(one)).toBeLessThan(sum(total) / 2);
  });

  it('matches a schema only with exactly its dimensions', () => {
    expect(select('SELECT SUM(RequestCount) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer)')).toHaveLength(1);
    expect(select('SELECT SUM(RequestCount) FROM SCHEMA("AWS/ApplicationELB", TargetGroup)')).toEqual([]);
  });

  it.each([
    ['SELECT P99(x) FROM SCHEMA("ns")', /expected AVG, COUNT, MAX, MIN or SUM/],
    ['SELECT AVG(x)', /expected FROM/],
    ['SELECT AVG(x) FROM SCHEMA("ns", a) GROUP BY b', /label b is not part of the SCHEMA/],
    ['SELECT AVG(x) FROM SCHEMA("ns", a) WHERE a = b', /expected a value/],
    ['SELECT AVG(x) FROM "ns" LIMIT 0', /LIMIT must be/],
  ])('refuses %s', (expression, message) => {
    const fault = expect.objectContaining({ code: 'ValidationError', message: expect.stringMatching(message) });
    expect(() => select(expression)).toThrow(fault);
  });
});

describe('getMetricData paging', () => {
  const { metrics } = shopAccount();
  const queries = [
    statQuery('m1', 'AWS/Lambda Invocations', LAMBDA, 'Sum', 300),
    statQuery('m2', 'AWS/Lambda Errors', LAMBDA, 'Sum', 300),
  ];

  it('hands out every data point once, over as many pages as MaxDatapoints makes', () => {
    const whole = ask(metrics, queries, 3);
    const collected: Record<string, number[]> = { m1: [], m2: [] };
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = ask(metrics, queries, 3, { MaxDatapoints: 10, NextToken });
      for (const { Id, Values } of page.MetricDataResults!) collected[Id!]!.push(...Values!);
      expect(page.MetricDataResults!.flatMap(({ Values }) => Values!).length).toBeLessThanOrEqual(10);
      NextToken = page.NextToken;
      pages += 1;
    } while (NextToken !== undefined);
    expect(pages).toBe(8);
    expect(collected).toEqual({ m1: whole.MetricDataResults![0]!.Values, m2: whole.MetricDataResults![1]!.Values });
  });

  it('marks a series that continues on the next page', () => {
    const [first] = ask(metrics, queries, 3, { MaxDatapoints: 10 }).MetricDataResults!;
    expect(first).toMatchObject({ Id: 'm1', StatusCode: 'PartialData' });
  });

  it('refuses a token of another request or of nobody', () => {
    const { NextToken } = ask(metrics, queries, 3, { MaxDatapoints: 10 });
    const fault = expect.objectContaining({ code: 'InvalidNextToken' });
    expect(() => ask(metrics, queries, 2, { MaxDatapoints: 10, NextToken })).toThrow(fault);
    expect(() => ask(metrics, queries, 3, { NextToken: 'made-up' })).toThrow(fault);
  });
});

describe('getMetricData validation', () => {
  const store = new MetricStore();

  it.each<[string, MetricDataQuery[], RegExp]>([
    ['no queries', [], /MetricDataQueries/],
    ['an id that begins with a capital', [own('M1')], /member\.1\.Id/],
    ['two queries of one id', [own('m1'), own('m1')], /not unique/],
    ['neither metric nor expression', [{ Id: 'm1' }], /Exactly one of/],
    ['metric and expression', [{ ...own('m1'), Expression: 'm2' }], /Exactly one of/],
    ['nothing to return', [{ ...own('m1'), ReturnData: false }], /ReturnData/],
    ['a period of 45 s', [own('m1', 'Sum', 45)], /member\.1\.MetricStat\.Period/],
    ['an unknown statistic', [own('m1', 'Median')], /member\.1\.MetricStat\.Stat/],
    ['an Insights query without a period', [math('q1', 'SELECT AVG(x) FROM "ns"')], /Period/],
  ])('refuses %s', (_, queries, message) => {
    expect(() => ask(store, queries, 1)).toThrow(message);
  });

  it('refuses a start that is not before the end', () => {
    expect(() => ask(store, [own('m1')], 0)).toThrow(/StartTime must be less than the parameter EndTime/);
  });
});

describe('getMetricData labels', () => {
  it('names a metric by its name, an expression by its id, and both by a given label', () => {
    const queries = [own('m1'), math('e1', 'm1 * 2'), { ...own('m2'), Label: 'Mine' }];
    const labels = ask(new MetricStore(), queries, 1).MetricDataResults!.map(({ Label }) => Label);
    expect(labels).toEqual(['Count', 'e1', 'Mine']);
  });
});
