import { clusterMessages, type MessageCluster } from './pattern-clusters.js';
import { ComputedRow, RecordRow, type Row } from './row.js';
import { toText, type Value } from './value.js';

/** Columns of `pattern`, in the order of the answer. */
export const PATTERN_COLUMNS = [
  '@pattern',
  '@sampleCount',
  '@ratio',
  '@severityLabel',
  '@regexString',
  '@logSamples',
  '@tokens',
  '@visualization',
] as const;

const SAMPLES = 3;
const HISTOGRAM_BUCKETS = 24;

/** Clusters the rows by the structure of a text; the most frequent pattern comes first. */
export function patternRows(rows: readonly Row[], operand: (row: Row) => Value): Row[] {
  const messages = rows.flatMap((row) => {
    const text = toText(operand(row));
    return text === undefined ? [] : [{ text, row }];
  });
  const clusters = clusterMessages(messages);
  return clusters.map((cluster) => patternRow(cluster, messages.length));
}

function patternRow(cluster: MessageCluster<{ text: string; row: Row }>, total: number): Row {
  const records = cluster.members.map(({ row }) => row).filter((row) => row instanceof RecordRow);
  const samples = records.slice(0, SAMPLES).map(({ event }) => ({
    timestamp: event.timestamp,
    logStreamName: event.logStreamName,
    message: event.message,
  }));
  const histogram = histogramOf(records.map(({ event }) => event.timestamp));
  return new ComputedRow([
    ['@pattern', cluster.pattern],
    ['@sampleCount', cluster.members.length],
    ['@ratio', cluster.members.length / total],
    ['@severityLabel', cluster.severity],
    ['@regexString', cluster.regex],
    ['@logSamples', JSON.stringify(samples)],
    ['@tokens', JSON.stringify(cluster.tokens)],
    ['@visualization', JSON.stringify({ histogram })],
  ]);
}

/** Number of events by the start of equal periods over the whole range, as epoch milliseconds. */
function histogramOf(times: readonly number[]): Record<string, number> {
  const first = times.reduce((least, time) => Math.min(least, time), Infinity);
  const last = times.reduce((most, time) => Math.max(most, time), -Infinity);
  const period = Math.max(60_000, Math.ceil((last - first + 1) / HISTOGRAM_BUCKETS / 60_000) * 60_000);
  const histogram: Record<string, number> = {};
  for (const time of times) {
    const start = Math.floor(time / period) * period;
    histogram[start] = (histogram[start] ?? 0) + 1;
  }
  return histogram;
}
