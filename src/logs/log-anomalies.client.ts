import {
  type Anomaly,
  type AnomalyDetector,
  type CloudWatchLogsClient,
  paginateListAnomalies,
  paginateListLogAnomalyDetectors,
} from '@aws-sdk/client-cloudwatch-logs';
import { collect, type Collected } from '../cloudwatch/pages.js';

const MAX_DETECTORS = 50;
const MAX_ANOMALIES_OF_A_DETECTOR = 500;

export interface LogAnomalies {
  readonly detectors: readonly AnomalyDetector[];
  readonly anomalies: Collected<Anomaly>;
}

/** The anomaly detectors of a log group and the anomalies they found that nobody suppressed. */
export async function fetchAnomalies(
  client: CloudWatchLogsClient,
  logGroupArn: string,
  signal: AbortSignal,
): Promise<LogAnomalies> {
  const options = { abortSignal: signal };
  const detectors = await collect(
    paginateListLogAnomalyDetectors({ client }, { filterLogGroupArn: logGroupArn }, options),
    (page) => page.anomalyDetectors,
    MAX_DETECTORS,
  );
  const anomalies: Anomaly[] = [];
  let truncated = detectors.truncated;
  for (const { anomalyDetectorArn } of detectors.items) {
    const found = await collect(
      paginateListAnomalies({ client }, { anomalyDetectorArn, suppressionState: 'UNSUPPRESSED' }, options),
      (page) => page.anomalies,
      MAX_ANOMALIES_OF_A_DETECTOR,
    );
    anomalies.push(...found.items);
    truncated ||= found.truncated;
  }
  return { detectors: detectors.items, anomalies: { items: anomalies, truncated } };
}
