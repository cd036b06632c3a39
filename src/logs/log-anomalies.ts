import type { Anomaly, AnomalyDetector } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';
import type { Collected } from '../cloudwatch/pages.js';
import { withinBudget } from '../cloudwatch/result-budget.js';
import type { TimeRange } from '../cloudwatch/time-range.js';
import { withoutWildcard } from './log-group.js';

/** An anomaly detector as a tool answers it. */
export const anomalyDetector = z.object({
  anomalyDetectorArn: z.string().describe('ARN.'),
  detectorName: z.string().describe('Name.'),
  anomalyDetectorStatus: z.string().describe('TRAINING, ANALYZING, PAUSED, FAILED or another state.'),
});

/** An anomaly as a tool answers it. */
export const anomaly = z.object({
  anomalyDetectorArn: z.string().describe('Detector that found it.'),
  logGroupArnList: z.array(z.string()).describe('Log groups it was seen in.'),
  firstSeen: z.string().describe('ISO 8601.'),
  lastSeen: z.string().describe('ISO 8601.'),
  description: z.string().describe('What is unusual.'),
  priority: z.string().describe('HIGH, MEDIUM or LOW.'),
  patternRegex: z.string().describe('Pattern as a regular expression.'),
  patternString: z.string().describe('Pattern with tokens.'),
  logSamples: z
    .array(z.object({ timestamp: z.string().describe('ISO 8601.'), message: z.string().describe('Log line.') }))
    .describe('At most one sample.'),
  histogram: z.record(z.string(), z.number()).describe('Occurrences by ISO 8601 time.'),
});

/** Detectors and anomalies of one log group as a tool answers them. */
export const logAnomalyResults = z
  .object({
    anomaly_detectors: z.array(anomalyDetector).describe('Detectors that watch the log group.'),
    anomalies: z.array(anomaly).describe('Anomalies seen in the time range.'),
    truncated: z.boolean().describe('True when there are more anomalies than returned.'),
  })
  .describe('What anomaly detection found.');

/** What detectors found in a log group and a time range, cut to the budget. */
export function toLogAnomalyResults(
  { detectors, anomalies }: { readonly detectors: readonly AnomalyDetector[]; readonly anomalies: Collected<Anomaly> },
  logGroupArn: string,
  range: TimeRange,
  budgetBytes: number,
): z.output<typeof logAnomalyResults> {
  const concerning = anomalies.items.filter((one) => concerns(one, logGroupArn, range)).map(toAnomaly);
  const seen = withinBudget({ items: concerning, truncated: anomalies.truncated }, budgetBytes);
  return { anomaly_detectors: detectors.map(toDetector), anomalies: [...seen.items], truncated: seen.truncated };
}

/** A detector of the API in our words. */
export function toDetector(detector: AnomalyDetector): z.output<typeof anomalyDetector> {
  return {
    anomalyDetectorArn: detector.anomalyDetectorArn ?? '',
    detectorName: detector.detectorName ?? '',
    anomalyDetectorStatus: detector.anomalyDetectorStatus ?? '',
  };
}

/** An anomaly of the API in our words. */
export function toAnomaly(found: Anomaly): z.output<typeof anomaly> {
  return {
    anomalyDetectorArn: found.anomalyDetectorArn ?? '',
    logGroupArnList: found.logGroupArnList ?? [],
    firstSeen: epochToIso(found.firstSeen),
    lastSeen: epochToIso(found.lastSeen),
    description: found.description ?? '',
    priority: found.priority ?? '',
    patternRegex: found.patternRegex ?? '',
    patternString: found.patternString ?? '',
    logSamples: (found.logSamples ?? [])
      .slice(0, 1)
      .map((sample) => ({ timestamp: epochToIso(sample.timestamp), message: sample.message ?? '' })),
    histogram: Object.fromEntries(
      Object.entries(found.histogram ?? {}).map(([time, occurrences]) => [
        /^\d{1,14}$/.test(time) ? epochToIso(Number(time)) : time,
        occurrences,
      ]),
    ),
  };
}

/** True when the anomaly was seen in this log group at some moment of the range. */
export function concerns(found: Anomaly, logGroupArn: string, { start, end }: TimeRange): boolean {
  const seenInGroup = (found.logGroupArnList ?? []).some((arn) => withoutWildcard(arn) === logGroupArn);
  return seenInGroup && (found.firstSeen ?? 0) <= end.getTime() && (found.lastSeen ?? 0) >= start.getTime();
}

function epochToIso(ms: number | undefined): string {
  return isoTime(new Date(ms ?? 0));
}
