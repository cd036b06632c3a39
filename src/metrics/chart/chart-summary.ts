import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import type { metricDataOutput } from '../metric-series.js';

/** One line of a chart in numbers. */
export const seriesSummary = z.object({
  label: z.string(),
  datapoints: z.int().describe('How many.'),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  average: z.number().nullable(),
  first: z.number().nullable(),
  last: z.number().nullable(),
  maximum_at: z.string().nullable().describe('ISO 8601.'),
  beyond_alarm: z.int().optional().describe('Points beyond the alarm line.'),
});

type Series = z.output<typeof metricDataOutput>['metricDataResults'][number];

/** A series in numbers, for readers who see no image; with an alarm also how many points make it go off. */
export function summarize(
  { label, datapoints }: Series,
  alarm?: Pick<MetricAlarm, 'ComparisonOperator' | 'Threshold'>,
): z.output<typeof seriesSummary> {
  const beyond =
    alarm?.Threshold === undefined ? undefined : beyondThreshold(alarm.ComparisonOperator, alarm.Threshold);
  const values = datapoints.map(({ value }) => value);
  const maximum = values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
  return {
    label,
    datapoints: values.length,
    minimum: values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)),
    maximum,
    average: values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length,
    first: values[0] ?? null,
    last: values.at(-1) ?? null,
    maximum_at: datapoints.find(({ value }) => value === maximum)?.timestamp ?? null,
    ...(beyond !== undefined && { beyond_alarm: values.filter(beyond).length }),
  };
}

/** Whether a value lies on the side of the threshold on which the alarm goes off; undefined for bands. */
export function beyondThreshold(
  comparison: string | undefined,
  threshold: number,
): ((value: number) => boolean) | undefined {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return (value) => value >= threshold;
    case 'GreaterThanThreshold':
      return (value) => value > threshold;
    case 'LessThanThreshold':
      return (value) => value < threshold;
    case 'LessThanOrEqualToThreshold':
      return (value) => value <= threshold;
    default:
      return undefined;
  }
}
