import { z } from 'zod';
import { ServiceError } from '../../errors.js';

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
const bucket = z.tuple([z.number(), z.string(), z.string(), z.string()]);
const histogram = z.tuple([
  z.number(),
  z.object({ count: z.string(), sum: z.string(), buckets: z.array(bucket).optional() }),
]);

/** One series of a result: `value` of an instant, `values` of a range; native histograms in their own members. */
export const promqlSeries = z.object({
  metric: labels,
  value: sample.optional(),
  values: z.array(sample).optional(),
  histogram: histogram.optional(),
  histograms: z.array(histogram).optional(),
});

/** An item of a result; those of a scalar or string are its time and its text. */
export const promqlItem = z.union([promqlSeries, z.number(), z.string()]);

const envelope = z.object({
  status: z.literal('success'),
  data: z.unknown(),
  warnings: z.array(z.unknown()).nullish(),
  infos: z.array(z.unknown()).nullish(),
});

/** The data of each kind of request. */
export const promqlData = {
  query: z.object({ resultType: z.enum(['vector', 'matrix', 'scalar', 'string']), result: z.array(promqlItem) }),
  series: z.array(labels),
  labels: z.array(z.string()),
};

/** A read answer: its data, and how many remarks came with it. */
export interface PromqlAnswer<T> {
  readonly data: T;
  readonly warnings: number;
  readonly infos: number;
}

/**
 * Reads an answer of the Prometheus API. Its remarks are counted, not passed on: they are AWS's own words.
 * @throws ServiceError `aws_unavailable` when it has another form
 */
export function readPromqlAnswer<T>(json: unknown, data: z.ZodType<T>): PromqlAnswer<T> {
  const parsed = envelope.extend({ data }).safeParse(json);
  if (!parsed.success) {
    throw new ServiceError('aws_unavailable', 'CloudWatch answered the PromQL request in an unexpected form.', {
      detail: z.prettifyError(parsed.error),
    });
  }
  const { warnings, infos } = parsed.data;
  return { data: parsed.data.data, warnings: warnings?.length ?? 0, infos: infos?.length ?? 0 };
}
