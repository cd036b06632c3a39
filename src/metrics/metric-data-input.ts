import { z } from 'zod';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { INSIGHTS_FUNCTIONS, STATISTICS } from './metric-statistic.js';

const MAX_DIMENSIONS = 30;

// Names become part of a query text: printable characters only.
const text = (max: number): z.ZodString =>
  z.string().regex(new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${max}}$`), `must have 1 to ${max} printable characters`);

const period = z
  .int({ error: 'must be a whole number of seconds' })
  .min(1, 'must be at least 1 second')
  .max(2_592_000, 'must be at most 2592000 seconds (30 days)')
  .refine((seconds) => [1, 5, 10, 20, 30].includes(seconds) || (seconds >= 60 && seconds % 60 === 0), {
    error: 'must be 1, 5, 10, 20, 30 or a multiple of 60 seconds',
  });

const dimensions = z
  .array(z.strictObject({ name: text(255).describe('Dimension.'), value: text(1_024).describe('Its value.') }))
  .max(MAX_DIMENSIONS, `must be at most ${MAX_DIMENSIONS} dimensions`);

const metricDataQuery = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][A-Za-z0-9_]{0,254}$/, 'must start with a small letter; then letters, digits and _')
    .describe('Name for use in expressions.'),
  metric_stat: z
    .strictObject({
      namespace: text(255).describe('E.g. AWS/EC2.'),
      metric_name: text(255).describe('E.g. CPUUtilization.'),
      dimensions: dimensions.nullish().describe('All dimensions of the metric.'),
      statistic: z
        .string()
        .regex(/^[A-Za-z0-9.():%]{1,64}$/, 'must be a CloudWatch statistic, e.g. Average or p99')
        .describe('E.g. Average, Sum, p99, TM(2%:98%).'),
      period: period.nullish().describe('Seconds.'),
    })
    .nullish()
    .describe('A metric; give this or expression.'),
  expression: z
    .string()
    .min(1, 'must not be empty')
    .max(2_048, 'must not be longer than 2048 characters')
    .nullish()
    .describe('Metric math or a Metrics Insights query; give this or metric_stat.'),
  account_id: z
    .string()
    .regex(/^\d{12}$/, 'must be a 12-digit AWS account id')
    .nullish()
    .describe('With metric_stat: linked account the metric is in.'),
  label: text(1_024).nullish().describe('Label of the result.'),
  return_data: z.boolean().nullish().describe('False: only for use in expressions. Default true.'),
  period: period.nullish().describe('Seconds; goes before metric_stat.period.'),
});

/** The arguments of get_metric_data. */
export const metricDataInput = z.strictObject({
  namespace: text(255).nullish().describe('E.g. AWS/EC2. Needed unless queries is given.'),
  metric_name: text(255).nullish().describe('E.g. CPUUtilization. Needed unless queries is given.'),
  start_time: z
    .string()
    .nullish()
    .describe('ISO 8601 (no zone: UTC) or relative, e.g. now-6h. Default: 3 hours before the end.'),
  end_time: z.string().nullish().describe('ISO 8601 or relative. Default: now.'),
  dimensions: dimensions.nullish().describe('All dimensions of the metric; in Metrics Insights a filter.'),
  statistic: z.enum(STATISTICS).nullish().describe('Default AVG. For percentiles use queries.'),
  target_datapoints: wholeNumber(1, 1_440).nullish().describe('About so many points; sets the period. Default 60.'),
  group_by_dimension: text(255).nullish().describe('Metrics Insights: one series for each value of this dimension.'),
  schema_dimension_keys: z
    .array(text(255))
    .max(MAX_DIMENSIONS)
    .nullish()
    .describe('Metrics Insights: exactly the dimensions of the metrics to include.'),
  limit: wholeNumber(1, 500).nullish().describe('Metrics Insights: at most so many series.'),
  sort_order: z.enum(['ASC', 'DESC']).nullish().describe('Metrics Insights: needs order_by_statistic.'),
  order_by_statistic: z.enum(INSIGHTS_FUNCTIONS).nullish().describe('Metrics Insights: sort the series by this.'),
  queries: z
    .array(metricDataQuery)
    .min(1, 'must hold at least one query')
    .max(500, 'must hold at most 500 queries')
    .nullish()
    .describe('Several metrics or expressions at once, instead of the arguments above.'),
  ...targetInput,
});

export type MetricDataInput = z.output<typeof metricDataInput>;
