import { z } from 'zod';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { metricNameText, metricText, namespaceText } from './metric-fields.js';
import { INSIGHTS_FUNCTIONS, STATISTICS } from './metric-statistic.js';

const MAX_DIMENSIONS = 30;
const ID = /^[a-z][A-Za-z0-9_]{0,254}$/;
const STATISTIC = /^[A-Za-z0-9.():%]{1,64}$/;

const period = wholeNumber(1, 2_592_000).refine(
  (seconds) => [1, 5, 10, 20, 30].includes(seconds) || seconds % 60 === 0,
  { error: 'must be 1, 5, 10, 20, 30 or a multiple of 60 seconds' },
);

/** Where a metric is, when it is not in the account that a call goes to. */
export const linkedAccountId = z
  .string()
  .refine((id) => /^\d{12}$/.test(id), 'must be a 12-digit AWS account id')
  .describe('Id of a linked account.');

const text = z.string();

/** The dimensions that identify a metric. */
export const metricDimensions = z
  .array(z.strictObject({ name: metricText(255), value: metricText(1_024) }))
  .max(MAX_DIMENSIONS, `must be at most ${MAX_DIMENSIONS} dimensions`);

const metricDataQuery = z.strictObject({
  id: text.refine((id) => ID.test(id), 'must start with a small letter; then letters, digits and _'),
  metric_stat: z
    .strictObject({
      namespace: namespaceText,
      metric_name: metricNameText,
      dimensions: metricDimensions.nullish(),
      statistic: text
        .refine((name) => STATISTIC.test(name), 'must be a CloudWatch statistic, e.g. Average or p99')
        .describe('E.g. Sum, p99, TM(2%:98%).'),
      period: period.nullish(),
    })
    .nullish(),
  expression: text
    .min(1, 'must not be empty')
    .max(2_048, 'must not be longer than 2048 characters')
    .nullish()
    .describe('Math, SEARCH or Metrics Insights, instead of metric_stat.'),
  account_id: linkedAccountId.nullish(),
  label: metricText(1_024).nullish(),
  return_data: z.boolean().nullish().describe('False: for expressions only.'),
  period: period.nullish().describe('Seconds.'),
});

/** The arguments of get_metric_data. */
export const metricDataInput = z.strictObject({
  namespace: namespaceText.nullish().describe('E.g. AWS/EC2.'),
  metric_name: metricNameText.nullish().describe('E.g. CPUUtilization.'),
  start_time: z.string().nullish().describe('ISO 8601 or e.g. now-6h. Default: 3 h before the end.'),
  end_time: z.string().nullish().describe('Default: now.'),
  dimensions: metricDimensions.nullish().describe('All of the metric; in Metrics Insights a filter.'),
  statistic: z.enum(STATISTICS).nullish().describe('Default AVG; percentiles in queries.'),
  target_datapoints: wholeNumber(1, 1_440).nullish().describe('Sets the period. Default 60.'),
  group_by_dimension: metricText(255).nullish().describe('One series for each value.'),
  schema_dimension_keys: z
    .array(metricText(255))
    .max(MAX_DIMENSIONS, `must be at most ${MAX_DIMENSIONS} dimensions`)
    .nullish()
    .describe('Exactly the dimensions of the metrics to include.'),
  limit: wholeNumber(1, 500).nullish().describe('Most series.'),
  sort_order: z.enum(['ASC', 'DESC']).nullish(),
  order_by_statistic: z.enum(INSIGHTS_FUNCTIONS).nullish(),
  account_id: linkedAccountId.nullish(),
  queries: z
    .array(metricDataQuery)
    .min(1, 'must hold at least one query')
    .max(500, 'must hold at most 500 queries')
    .nullish()
    .describe('Several metrics, percentiles or math, instead of the above.'),
  ...targetInput,
});

export type MetricDataInput = z.output<typeof metricDataInput>;
