import { z } from 'zod';

const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;

/** An alarm worth having on a metric. Without a number that AWS states, the threshold depends on the workload: null. */
export const documentedAlarm = z.strictObject({
  alarmDescription: z.string(),
  intent: z.string(),
  threshold: z.strictObject({ staticValue: z.number().nullable(), justification: z.string() }),
  comparisonOperator: z.enum(COMPARISONS),
  statistic: z.string(),
  period: z.int().positive(),
  evaluationPeriods: z.int().positive(),
  datapointsToAlarm: z.int().positive(),
  treatMissingData: z.enum(['missing', 'notBreaching', 'breaching', 'ignore']),
  /** The dimensions the metric must have; a value only where the recommendation is for that value alone. */
  dimensions: z.array(z.strictObject({ name: z.string(), value: z.string().optional() })),
});

/** What we say of one metric, from facts that AWS documents; what we are not sure of is left out. */
export const documentedMetric = z.strictObject({
  description: z.string().optional(),
  unit: z.string().optional(),
  recommendedStatistics: z.array(z.string()).optional(),
  alarms: z.array(documentedAlarm).optional(),
});

/** The file of one namespace in `documented/`, written by hand. */
export const documentedNamespace = z.strictObject({
  namespace: z.string(),
  metrics: z.record(z.string(), documentedMetric),
});

/** The file of one namespace in `generated/`, from AWS's own service specification. */
export const generatedNamespace = z.strictObject({
  namespace: z.string(),
  metrics: z.record(
    z.string(),
    z.strictObject({
      statistic: z.string().optional(),
      /** Further defaults, where the specification has the metric several times, each for other dimensions. */
      otherStatistics: z.array(z.string()).optional(),
      dimensionSets: z.array(z.array(z.string())),
    }),
  ),
});

export type DocumentedAlarm = z.output<typeof documentedAlarm>;
export type DocumentedNamespace = z.output<typeof documentedNamespace>;
export type GeneratedNamespace = z.output<typeof generatedNamespace>;

/** All that is known of one metric without asking AWS. */
export interface MetricMetadata extends z.output<typeof documentedMetric> {
  readonly namespace: string;
  readonly metricName: string;
  /** AWS's default statistic, where its specification names one. */
  readonly defaultStatistic?: string;
  /** The sets of dimensions under which AWS publishes it; empty when unknown. */
  readonly dimensionSets: readonly (readonly string[])[];
}
