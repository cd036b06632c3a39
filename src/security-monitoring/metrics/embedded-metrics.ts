import { METRICS_NAMESPACE, type MetricPoint } from './cloudwatch-metrics.js';

/**
 * Points as objects in CloudWatch's embedded metric format: one for each minute and set of dimension values, each to be
 * one line of JSON. The minute is in milliseconds, and dimensions are members beside the metrics' own.
 */
export function embeddedMetrics(points: readonly MetricPoint[]): readonly object[] {
  const together = Map.groupBy(points, ({ minuteMs, dimensions }) => JSON.stringify([minuteMs, dimensions]));
  return [...together.values()].map(embedded);
}

function embedded(points: readonly MetricPoint[]): object {
  const { minuteMs = 0, dimensions = {} } = points[0] ?? {};
  return {
    _aws: {
      Timestamp: minuteMs,
      CloudWatchMetrics: [
        {
          Namespace: METRICS_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: points.map(({ metric }) => ({ Name: metric, Unit: 'Count' })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(points.map(({ metric, count }) => [metric, count])),
  };
}
