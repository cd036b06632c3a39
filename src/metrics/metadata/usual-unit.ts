import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { MetricMetadata } from './metric-metadata.js';

type Find = (namespace: string, metricName: string) => Promise<Pick<MetricMetadata, 'unit'> | undefined>;

/**
 * The unit that all results of the queries usually have. CloudWatch does not say it with the values; undefined where it
 * is not known, not one, or none: math and counts of samples have their own.
 */
export async function usualUnit(queries: readonly MetricDataQuery[], find: Find): Promise<string | undefined> {
  const returned = queries.filter(({ ReturnData }) => ReturnData !== false);
  const units = new Set(await Promise.all(returned.map((query) => unitOf(query, find))));
  const [unit] = units;
  return units.size === 1 && unit !== 'None' ? unit : undefined;
}

async function unitOf({ MetricStat }: MetricDataQuery, find: Find): Promise<string | undefined> {
  const { Namespace, MetricName } = MetricStat?.Metric ?? {};
  if (Namespace === undefined || MetricName === undefined || MetricStat?.Stat === 'SampleCount') return undefined;
  return (await find(Namespace, MetricName))?.unit;
}
