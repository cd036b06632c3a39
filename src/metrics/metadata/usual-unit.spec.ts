import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { MetricMetadataStore } from './metric-metadata.store.js';
import { usualUnit } from './usual-unit.js';

const store = new MetricMetadataStore();
const unitOf = (...queries: Partial<MetricDataQuery>[]) =>
  usualUnit(
    queries.map((query, index) => ({ Id: `m${index}`, ...query })),
    (namespace, name) => store.find(namespace, name),
  );
const metric = (Namespace: string, MetricName: string, Stat = 'Average'): Partial<MetricDataQuery> => ({
  MetricStat: { Metric: { Namespace, MetricName }, Stat, Period: 60 },
});

describe('usualUnit', () => {
  it('is what AWS documents for all the metrics', async () => {
    expect(await unitOf(metric('AWS/EC2', 'CPUUtilization'))).toBe('Percent');
    expect(await unitOf(metric('AWS/Lambda', 'Duration'), metric('AWS/Lambda', 'Duration', 'p99'))).toBe(
      'Milliseconds',
    );
  });

  it('is not known for two units, the metrics of others, math, and counts of samples', async () => {
    expect(await unitOf(metric('AWS/EC2', 'CPUUtilization'), metric('AWS/Lambda', 'Duration'))).toBeUndefined();
    expect(await unitOf(metric('Shop', 'Orders'))).toBeUndefined();
    expect(await unitOf(metric('AWS/Lambda', 'Duration'), { Expression: 'm0 / 2' })).toBeUndefined();
    expect(await unitOf(metric('AWS/Lambda', 'Duration', 'SampleCount'))).toBeUndefined();
    expect(await unitOf()).toBeUndefined();
  });

  it('leaves out what is only computed with', async () => {
    const hidden = { ...metric('AWS/EC2', 'CPUUtilization'), ReturnData: false };
    expect(await unitOf(hidden, metric('AWS/Lambda', 'Duration'))).toBe('Milliseconds');
  });
});
