import { describe, expect, it } from 'vitest';
import { MetricMetadataStore } from './metric-metadata.store.js';

const store = new MetricMetadataStore();

describe('MetricMetadataStore', () => {
  it('joins what AWS specifies with what is written of a metric', async () => {
    expect(await store.find('AWS/SQS', 'ApproximateAgeOfOldestMessage')).toMatchObject({
      namespace: 'AWS/SQS',
      metricName: 'ApproximateAgeOfOldestMessage',
      unit: 'Seconds',
      defaultStatistic: expect.any(String),
      dimensionSets: [['QueueName']],
    });
  });

  it('knows metrics that are only specified, and metrics that are only described', async () => {
    const specified = await store.find('AWS/QLDB', 'ReadIOs');
    expect(specified).toMatchObject({ defaultStatistic: expect.any(String), dimensionSets: [['LedgerName']] });
    expect(specified?.description).toBeUndefined();
    expect(specified?.recommendedStatistics).toEqual([specified?.defaultStatistic]);
    expect((await store.find('AWS/Timestream', 'SuccessfulRequestLatency'))?.recommendedStatistics).toEqual([
      'p95',
      'SampleCount',
    ]);
    const described = await store.find('ContainerInsights', 'node_cpu_utilization');
    expect(described).toMatchObject({ description: expect.any(String), dimensionSets: [] });
    expect(described?.defaultStatistic).toBeUndefined();
  });

  it.each([
    ['AWS/SQS', 'approximateageofoldestmessage'],
    ['aws/sqs', 'ApproximateAgeOfOldestMessage'],
    ['Shop/Checkout', 'OrdersPlaced'],
    ['AWS/SQS', 'constructor'],
    ['__proto__', 'toString'],
    ['constructor', 'name'],
  ])('knows nothing of %s %s', async (namespace, metricName) => {
    expect(await store.find(namespace, metricName)).toBeUndefined();
  });

  it('lists namespaces and their metrics, sorted', async () => {
    const namespaces = await store.namespaces();
    expect(namespaces).toEqual(expect.arrayContaining(['AWS/EC2', 'AWS/QLDB', 'ContainerInsights']));
    expect(namespaces).toEqual([...new Set(namespaces)].sort());
    const metrics = await store.metricsOf('AWS/EC2');
    expect(metrics).toEqual(expect.arrayContaining(['CPUUtilization', 'StatusCheckFailed']));
    expect(metrics).toEqual([...new Set(metrics)].sort());
    expect(await store.metricsOf('Shop/Checkout')).toEqual([]);
  });
});
