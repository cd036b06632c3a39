import type { PutLogEventsCommandInput, PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import type { LogsStore } from '../logs-store.js';
import { invalidParameter, required } from './input-checks.js';
import { groupOf } from './log-group-reference.js';

const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

/** Writes events into a stream; those older than 14 days or newer than two hours ahead are rejected, and reported. */
export function putLogEvents(
  input: PutLogEventsCommandInput,
  store: LogsStore,
  context: OperationContext,
): Omit<PutLogEventsCommandOutput, '$metadata'> {
  const group = groupOf({ logGroupName: input.logGroupName }, store, context);
  const stream = required('logStreamName', input.logStreamName);
  if (!group.stream(stream)) {
    throw new AwsFault('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  const events = required('logEvents', input.logEvents).map((event) => ({
    timestamp: required('timestamp', event.timestamp),
    message: required('message', event.message),
  }));
  if (events.some(({ timestamp }, index) => index > 0 && timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  }
  const now = context.now.getTime();
  const tooOld = events.filter(({ timestamp }) => timestamp < now - OLDEST_MS).length;
  const tooNew = events.findIndex(({ timestamp }) => timestamp > now + NEWEST_MS);
  group.write(stream, events.slice(tooOld, tooNew < 0 ? undefined : tooNew));
  if (tooOld === 0 && tooNew < 0) return {};
  return {
    rejectedLogEventsInfo: {
      ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
      ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    },
  };
}
