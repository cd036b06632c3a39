import type {
  GetLogGroupFieldsCommandInput,
  GetLogGroupFieldsCommandOutput,
  GetLogRecordCommandInput,
  GetLogRecordCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import { discoverFields, fieldAt, fieldPaths } from '../insights/discovered-fields.js';
import { formatValue } from '../insights/value.js';
import { parseRecordPointer } from '../log-event.js';
import type { LogsStore } from '../logs-store.js';
import { invalidParameter, required } from './input-checks.js';
import { groupOf, type LinkedStores, logGroupArn } from './log-group-reference.js';

const EIGHT_MINUTES_MS = 480_000;
const FIFTEEN_MINUTES_MS = 900_000;
const SYSTEM_FIELDS = ['@timestamp', '@message', '@logStream', '@log', '@ingestionTime', '@ptr'];

/** What IAM is asked about: the group the pointer leads to. */
export function recordResources(input: GetLogRecordCommandInput, context: OperationContext): string[] {
  const place = parseRecordPointer(input.logRecordPointer ?? '');
  return [logGroupArn(place?.logGroupName ?? '', { ...context, ...(place && { accountId: place.accountId }) })];
}

/** All fields of the event an Insights result points at with `@ptr`. */
export function getLogRecord(
  input: GetLogRecordCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
): Omit<GetLogRecordCommandOutput, '$metadata'> {
  if (input.unmask) throw new AwsFault('AccessDeniedException', 'Not authorized to perform: logs:Unmask');
  const pointer = required('logRecordPointer', input.logRecordPointer);
  const place = parseRecordPointer(pointer);
  if (!place) throw invalidParameter('The logRecordPointer is not valid.');
  const { accountId, logGroupName, timestamp, sequence } = place;
  const reached = accountId === context.accountId ? store : linked.get(accountId);
  const events = reached?.group(logGroupName)?.events(timestamp, timestamp) ?? [];
  const event = events.find((candidate) => candidate.sequence === sequence);
  if (!event) throw new AwsFault('ResourceNotFoundException', 'The log record does not exist.');
  const fields = discoverFields(event.message);
  const discovered = fieldPaths(fields).flatMap((path) => {
    const value = fieldAt(fields, path);
    return value === undefined ? [] : [[path, formatValue(value)] as const];
  });
  return {
    logRecord: {
      ...Object.fromEntries(discovered),
      '@timestamp': String(event.timestamp),
      '@ingestionTime': String(event.ingestionTime),
      '@message': event.message,
      '@logStream': event.logStreamName,
      '@log': `${accountId}:${logGroupName}`,
      '@ptr': pointer,
    },
  };
}

/** Which fields the events around a time have, and in how many percent of them; by default the last 15 minutes. */
export function getLogGroupFields(
  input: GetLogGroupFieldsCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
): Omit<GetLogGroupFieldsCommandOutput, '$metadata'> {
  const group = groupOf(input, store, context, linked);
  const now = context.now.getTime();
  const centre = input.time === undefined ? undefined : input.time * 1_000;
  const events =
    centre === undefined
      ? group.events(now - FIFTEEN_MINUTES_MS, now)
      : group.events(centre - EIGHT_MINUTES_MS, centre + EIGHT_MINUTES_MS);
  if (events.length === 0) return { logGroupFields: [] };
  const counts = new Map(SYSTEM_FIELDS.map((name) => [name, events.length]));
  for (const { message } of events) {
    for (const path of fieldPaths(discoverFields(message))) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  const percentages = [...counts].map(([name, count]) => ({
    name,
    percent: Math.round((100 * count) / events.length),
  }));
  return { logGroupFields: percentages.toSorted((left, right) => right.percent - left.percent) };
}
