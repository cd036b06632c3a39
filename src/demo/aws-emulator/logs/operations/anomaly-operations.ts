import type {
  Anomaly,
  ListAnomaliesCommandInput,
  ListAnomaliesCommandOutput,
  ListLogAnomalyDetectorsCommandInput,
  ListLogAnomalyDetectorsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import { clusterMessages } from '../insights/pattern-clusters.js';
import type { LogAnomaly } from '../log-anomalies.js';
import type { LogEvent } from '../log-event.js';
import type { LogsStore } from '../logs-store.js';
import { boundedInteger, pageOf } from './input-checks.js';
import { logGroupArn } from './log-group-reference.js';

const SAMPLES = 10;
const MINUTE_MS = 60_000;

/** What IAM is asked about: one detector, or all of them. */
export function anomalyResources(input: { readonly anomalyDetectorArn?: string }, context: OperationContext): string[] {
  return [input.anomalyDetectorArn ?? detectorArn('*', context)];
}

/** The detectors, of one group where the filter names its ARN (without `:*`). */
export function listLogAnomalyDetectors(
  input: ListLogAnomalyDetectorsCommandInput,
  store: LogsStore,
  context: OperationContext,
): Omit<ListLogAnomalyDetectorsCommandOutput, '$metadata'> {
  const size = boundedInteger('limit', input.limit, 1, 50, 50);
  const detectors = store.detectors
    .map((detector) => ({
      anomalyDetectorArn: detectorArn(detector.id, context),
      detectorName: detector.name,
      logGroupArnList: detector.logGroupNames.map((name) => logGroupArn(name, context)),
      evaluationFrequency: detector.evaluationFrequency,
      anomalyDetectorStatus: detector.status,
      creationTimeStamp: detector.createdAt,
      lastModifiedTimeStamp: detector.createdAt,
      anomalyVisibilityTime: 21,
    }))
    .filter(({ logGroupArnList }) => !input.filterLogGroupArn || logGroupArnList.includes(input.filterLogGroupArn));
  const page = pageOf(detectors, size, input.nextToken);
  return { anomalyDetectors: [...page.items], nextToken: page.nextToken };
}

/** What the detectors found, each with the pattern, samples and counts of the messages themselves. */
export function listAnomalies(
  input: ListAnomaliesCommandInput,
  store: LogsStore,
  context: OperationContext,
): Omit<ListAnomaliesCommandOutput, '$metadata'> {
  const size = boundedInteger('limit', input.limit, 1, 50, 50);
  const wanted = input.anomalyDetectorArn;
  if (wanted !== undefined && !store.detectors.some(({ id }) => detectorArn(id, context) === wanted)) {
    throw new AwsFault('ResourceNotFoundException', 'The anomaly detector does not exist.');
  }
  const anomalies = store.anomalies.filter(
    ({ detectorId, suppressed }) =>
      (wanted === undefined || detectorArn(detectorId, context) === wanted) &&
      (input.suppressionState === undefined || suppressed === (input.suppressionState === 'SUPPRESSED')),
  );
  const page = pageOf(anomalies, size, input.nextToken);
  const described = page.items.map((anomaly) => describe(anomaly, store, context));
  return { anomalies: described.filter((anomaly) => anomaly !== undefined), nextToken: page.nextToken };
}

/** Undefined when the group no longer holds any of the messages. */
function describe(anomaly: LogAnomaly, store: LogsStore, context: OperationContext): Anomaly | undefined {
  const events = store.group(anomaly.logGroupName)?.events(anomaly.firstSeen, anomaly.lastSeen + MINUTE_MS) ?? [];
  const messages = events
    .filter(({ message }) => message.includes(anomaly.marker))
    .map((event) => ({ text: event.message, event }));
  const [cluster] = clusterMessages(messages);
  const members = cluster?.members.map(({ event }) => event) ?? [];
  const [first] = members;
  const last = members.at(-1);
  if (!cluster || !first || !last) return undefined;
  return {
    anomalyId: anomaly.id,
    patternId: anomaly.patternId,
    anomalyDetectorArn: detectorArn(anomaly.detectorId, context),
    patternString: cluster.pattern,
    patternRegex: cluster.regex,
    patternTokens: cluster.tokens.map((token) => ({ ...token, enumerations: { ...token.enumerations } })),
    priority: anomaly.priority,
    firstSeen: first.timestamp,
    lastSeen: last.timestamp,
    description: anomaly.description,
    active: context.now.getTime() - last.timestamp < 60 * MINUTE_MS,
    state: anomaly.suppressed ? 'Suppressed' : 'Active',
    suppressed: anomaly.suppressed,
    histogram: histogramOf(members),
    logSamples: members.slice(0, SAMPLES).map(({ timestamp, message }) => ({ timestamp, message })),
    logGroupArnList: [logGroupArn(anomaly.logGroupName, context)],
  };
}

/** Events in every five minutes, by the start as epoch milliseconds. */
function histogramOf(events: readonly LogEvent[]): Record<string, number> {
  const histogram: Record<string, number> = {};
  for (const { timestamp } of events) {
    const start = Math.floor(timestamp / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
    histogram[start] = (histogram[start] ?? 0) + 1;
  }
  return histogram;
}

function detectorArn(id: string, { region, accountId }: OperationContext): string {
  return `arn:aws:logs:${region}:${accountId}:anomaly-detector:${id}`;
}
