import type { ListMetricsInput, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../scenario.js';
import { ask, logisticsAccount, NOW, shopAccount, statQuery, valuesOf } from './cloudwatch-fixture.js';
import { listMetrics } from './list-metrics.js';
import { MetricStore } from './metric-store.js';
import { putMetricData } from './put-metric-data.js';

const listed = (store: MetricStore, input: ListMetricsInput, now = NOW): string[] =>
  listMetrics(store, input, now).Metrics!.map(
    ({ MetricName, Dimensions }) => `${MetricName} ${Dimensions!.map(({ Value }) => Value).join(' ')}`,
  );
const put = (store: MetricStore, ...MetricData: MetricDatum[]): void => {
  putMetricData(store, { Namespace: 'Own', MetricData }, NOW);
};
const stat = (store: MetricStore, Stat: string): number[] =>
  Object.values(valuesOf(ask(store, [statQuery('m1', 'Own Count', {}, Stat, 60)], 1)));

describe('listMetrics', () => {
  const { metrics } = shopAccount();

  it('filters by namespace, name and dimensions', () => {
    expect(listed(metrics, { Namespace: 'AWS/Lambda' })).toEqual([
      'Duration payments',
      'Errors payments',
      'Invocations payments',
    ]);
    expect(
      listed(metrics, { MetricName: 'CPUUtilization', Dimensions: [{ Name: 'ServiceName', Value: 'web' }] }),
    ).toEqual(['CPUUtilization shop-prod web']);
    expect(listed(metrics, { Dimensions: [{ Name: 'DBInstanceIdentifier' }] })).toHaveLength(3);
    expect(listed(metrics, { Namespace: 'aws/lambda' })).toEqual([]);
  });

  it('leaves out with RecentlyActive what was silent for three hours', () => {
    const Namespace = 'Shop/Batch';
    expect(listed(metrics, { Namespace })).toEqual(['ExportCompleted nightly-export']);
    expect(listed(metrics, { Namespace, RecentlyActive: 'PT3H' })).toEqual([]);
    expect(listed(metrics, { Namespace: 'AWS/RDS', RecentlyActive: 'PT3H' })).toHaveLength(3);
  });

  it('forgets a metric two weeks after its last data point', () => {
    const store = new MetricStore();
    put(store, { MetricName: 'Count', Value: 1 });
    expect(listed(store, {}, new Date(NOW.getTime() + 13 * DAY_MS))).toHaveLength(1);
    expect(listed(store, {}, new Date(NOW.getTime() + 15 * DAY_MS))).toEqual([]);
  });

  it('pages by 500', () => {
    const store = new MetricStore();
    put(store, ...Array.from({ length: 1_000 }, (_, index) => ({ MetricName: `m${index}`, Value: 1 })));
    put(store, { MetricName: 'last', Value: 1 });
    const names = new Set<string>();
    let NextToken: string | undefined;
    const sizes: number[] = [];
    do {
      const page = listMetrics(store, { NextToken }, NOW);
      for (const { MetricName } of page.Metrics!) names.add(MetricName!);
      sizes.push(page.Metrics!.length);
      NextToken = page.NextToken;
    } while (NextToken);
    expect(sizes).toEqual([500, 500, 1]);
    expect(names.size).toBe(1_001);
  });

  it('shows each company its own metrics only', () => {
    const shop = listed(metrics, {}).join();
    const logistics = listed(logisticsAccount().metrics, {}).join();
    expect(shop).not.toContain('logistics');
    expect(logistics).not.toContain('shop');
  });

  it('refuses another activity window', () => {
    expect(() => listed(metrics, { RecentlyActive: 'PT1H' as 'PT3H' })).toThrow(/RecentlyActive/);
  });
});

describe('putMetricData', () => {
  it('takes single values, values with counts and statistic sets', () => {
    const store = new MetricStore();
    const Timestamp = new Date('2026-11-21T11:00:00Z');
    put(store, { MetricName: 'Count', Value: 1, Timestamp });
    put(store, { MetricName: 'Count', Values: [2, 3], Counts: [2, 1], Timestamp });
    expect([stat(store, 'Sum'), stat(store, 'SampleCount'), stat(store, 'p75')]).toEqual([[8], [4], [2]]);
    const StatisticValues = { SampleCount: 6, Sum: 60, Minimum: 5, Maximum: 30 };
    put(store, { MetricName: 'Count', StatisticValues, Timestamp });
    expect([stat(store, 'Average'), stat(store, 'Maximum'), stat(store, 'Minimum')]).toEqual([[6.8], [30], [1]]);
    expect(stat(store, 'p75')).toEqual([]);
  });

  it('stores nothing when one datum is invalid', () => {
    const store = new MetricStore();
    expect(() => put(store, { MetricName: 'Count', Value: 1 }, { MetricName: 'Count', Value: NaN })).toThrow(
      /member\.2/,
    );
    expect(listed(store, {})).toEqual([]);
  });

  it.each<[string, MetricDatum, RegExp]>([
    ['no name', { MetricName: undefined, Value: 1 }, /MetricName/],
    ['no value', { MetricName: 'm' }, /Exactly one of/],
    ['two kinds of value', { MetricName: 'm', Value: 1, Values: [1] }, /Exactly one of/],
    ['counts that do not fit', { MetricName: 'm', Values: [1, 2], Counts: [1] }, /same size/],
    ['151 values', { MetricName: 'm', Values: Array.from({ length: 151 }, () => 1) }, /150/],
    [
      'a time 15 days ago',
      { MetricName: 'm', Value: 1, Timestamp: new Date(NOW.getTime() - 15 * DAY_MS) },
      /Timestamp/,
    ],
    ['a time in 3 hours', { MetricName: 'm', Value: 1, Timestamp: new Date(NOW.getTime() + 3 * HOUR_MS) }, /Timestamp/],
    [
      '31 dimensions',
      { MetricName: 'm', Value: 1, Dimensions: Array.from({ length: 31 }, (_, i) => ({ Name: `d${i}`, Value: 'v' })) },
      /30/,
    ],
  ])('refuses %s', (_, datum, message) => {
    expect(() => put(new MetricStore(), datum)).toThrow(message);
  });

  it('refuses the namespaces of AWS', () => {
    const MetricData = [{ MetricName: 'm', Value: 1 }];
    expect(() => putMetricData(new MetricStore(), { Namespace: 'AWS/EC2', MetricData }, NOW)).toThrow(/Namespace/);
  });
});
