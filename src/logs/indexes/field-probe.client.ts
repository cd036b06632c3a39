import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { TimeRange } from '../../cloudwatch/time-range.js';
import type { ToolCall } from '../../mcp/tool.js';
import { runQuery } from '../insights-query.client.js';
import { patternQueryInput } from '../insights-query.js';
import type { QueryOwner } from '../query-handle.js';
import type { RunningQueriesService } from '../running-queries.service.js';
import { type Probe, probeQuery, readProbe } from './field-probe.js';

const TIMEOUT_SECONDS = 30;

export interface ProbeRequest {
  readonly client: CloudWatchLogsClient;
  /** Name or ARN. */
  readonly logGroup: string;
  readonly range: TimeRange;
  readonly owner: QueryOwner;
  readonly slots: Pick<RunningQueriesService, 'slot'>;
  readonly call: Pick<ToolCall, 'signal' | 'endWaiting' | 'progress'>;
}

/** Looks for fields in the log events of a time range, in one paid query that is stopped when it takes too long. */
export async function probeFields(
  fields: readonly string[],
  { client, logGroup, range, owner, slots, call }: ProbeRequest,
): Promise<{ readonly probe: Probe; readonly bytesScanned: number; readonly status: string }> {
  const slot = await slots.slot(owner, { wait: true, signal: call.signal });
  let polls = 0;
  const state = await runQuery(client, patternQueryInput(logGroup, probeQuery(fields), range), {
    slot,
    signal: call.signal,
    endWaiting: call.endWaiting,
    timeoutSeconds: TIMEOUT_SECONDS,
    rows: { limit: 1, budgetBytes: Number.POSITIVE_INFINITY },
    stopAtTimeout: true,
    onPoll: (status, scanned) => call.progress(++polls, undefined, `${status}: ${scanned} log events scanned`),
  });
  return {
    probe: state.status === 'Complete' ? readProbe(state, fields) : undefined,
    bytesScanned: state.statistics?.bytesScanned ?? 0,
    status: state.status,
  };
}
