import type { ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { AwsFault } from '../operation.js';
import type { MetricId, MetricStore } from './metric-store.js';
import { pageOf } from './next-token.js';

const PAGE_SIZE = 500;
const THREE_HOURS_MS = 3 * 3_600_000;

/** ListMetrics: the metrics that reported in the last two weeks, or three hours with RecentlyActive. */
export function listMetrics(store: MetricStore, input: ListMetricsInput, now: Date): ListMetricsOutput {
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H') {
    throw new AwsFault(
      'InvalidParameterValueException',
      `The value ${String(input.RecentlyActive)} for parameter RecentlyActive is invalid. Valid value: PT3H.`,
    );
  }
  const within = input.RecentlyActive ? THREE_HOURS_MS : undefined;
  const found = store.all().filter((series) => matches(series.id, input) && series.isActive(now.getTime(), within));
  const page = pageOf('ListMetrics', input, found, PAGE_SIZE);
  return {
    Metrics: page.items.map(({ id }) => ({
      Namespace: id.namespace,
      MetricName: id.name,
      Dimensions: id.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
    })),
    NextToken: page.NextToken,
  };
}

/** A filter without a value asks for metrics that have the dimension; other dimensions do not matter. */
function matches(id: MetricId, input: ListMetricsInput): boolean {
  if (input.Namespace !== undefined && input.Namespace !== id.namespace) return false;
  if (input.MetricName !== undefined && input.MetricName !== id.name) return false;
  return (input.Dimensions ?? []).every((filter) =>
    id.dimensions.some(
      ({ name, value }) => name === filter.Name && (filter.Value === undefined || filter.Value === value),
    ),
  );
}
