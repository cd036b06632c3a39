import { z } from 'zod';

/** An alarm worth having, as get_recommended_metric_alarms answers it. */
export const alarmRecommendation = z.object({
  alarmDescription: z.string(),
  threshold: z.object({
    staticValue: z.number().nullable().optional().describe('Null where nobody can name a number; never a placeholder.'),
    sensitivity: z.number().optional().describe('Width of an anomaly detection band, standard deviations.'),
    source: z
      .enum(['documented', 'computed', 'none'])
      .describe('From AWS documentation, from the last 14 days of this metric, or no number.'),
    justification: z.string(),
  }),
  period: z.int().describe('Seconds.'),
  comparisonOperator: z.string(),
  statistic: z.string(),
  evaluationPeriods: z.int(),
  datapointsToAlarm: z.int(),
  treatMissingData: z.string(),
  dimensions: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  intent: z.string(),
  cloudformation_template: z.record(z.string(), z.unknown()).optional(),
});

export type AlarmRecommendation = z.output<typeof alarmRecommendation>;
