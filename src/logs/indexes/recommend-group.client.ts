import { type CloudWatchLogsClient, DescribeLogGroupsCommand, type LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { HOUR_MS, type TimeRange } from '../../cloudwatch/time-range.js';
import { InvalidInput, ServiceError } from '../../errors.js';
import type { ToolCall } from '../../mcp/tool.js';
import { logGroupArns, nameOfLogGroup } from '../log-group.js';
import type { QueryOwner } from '../query-handle.js';
import type { RunningQueriesService } from '../running-queries.service.js';
import { toScanCost } from '../scan-cost.js';
import { guardScan } from '../scan-guard.client.js';
import { unknownLogGroup } from '../unknown-log-group.js';
import { COUNTED_FIELDS, type Probe, PROBED_FIELDS } from './field-probe.js';
import { probeFields } from './field-probe.client.js';
import { HISTORY_DAYS, IndexHistory } from './index-history.js';
import { indexedFields } from './index-policies.client.js';
import type { IndexedFields } from './index-policies.js';
import { candidateFields, type GroupRecommendation, recommend } from './index-recommendation.js';
import { FULL_WEIGHTS } from './index-score.js';
import { readHistory } from './query-history.client.js';

export interface GroupRequest {
  readonly client: CloudWatchLogsClient;
  /** Name or ARN. */
  readonly logGroup: string;
  readonly owner: QueryOwner;
  readonly slots: Pick<RunningQueriesService, 'slot'>;
  readonly maxScanGb: number;
  readonly now: Date;
  readonly call: Pick<ToolCall, 'signal' | 'endWaiting' | 'progress'>;
}

const FIELD = 'log_group_identifier';
const MAX_QUERIES = 10_000;
const NO_FIELDS: IndexedFields = new Map();

/**
 * What to index in one log group. What cannot be had is told in `warnings`; the rest of the answer goes without it.
 * @throws ServiceError for a log group that does not exist, and `cancelled`
 */
export async function recommendForGroup(
  request: GroupRequest,
): Promise<{ readonly recommendation: GroupRecommendation; readonly bytesScanned: number }> {
  const { logGroup, now } = request;
  const warnings: string[] = [];
  const group = await describe(request, warnings);
  const history = await historyOf(request, warnings);
  const indexed =
    history.queries === 0
      ? NO_FIELDS
      : await orWarn(indexedFields(request.client, logGroup, request.call.signal), NO_FIELDS, warnings, NO_POLICIES);
  const standard = (group?.logGroupClass ?? 'STANDARD') === 'STANDARD';
  const candidates = candidateFields(history, indexed).map(({ field }) => field);
  warnings.push(...remarks(history, indexed, candidates, standard));
  const look = standard && candidates.length > 0 ? await lookAtEvents(candidates, request, warnings) : NO_LOOK;
  const storedScore = (group?.storedBytes ?? 1) > 0 ? 1 : 0;
  const evidence = { logGroup, history, indexed, storedScore, now, warnings, weights: FULL_WEIGHTS };
  const recommendation = recommend({ ...evidence, probe: look.probe });
  return {
    recommendation: standard ? recommendation : { ...recommendation, recommendations: [] },
    bytesScanned: look.bytesScanned,
  };
}

const NO_POLICIES = 'Could not fetch index policies';
const NO_LOOK: { readonly probe: Probe; readonly bytesScanned: number } = { probe: undefined, bytesScanned: 0 };

/** Undefined where it cannot be described: linked accounts, and roles that may not. */
async function describe(
  { client, logGroup, owner, call }: GroupRequest,
  warnings: string[],
): Promise<LogGroup | undefined> {
  if (logGroupArns([logGroup]).some(({ account }) => account !== owner.account)) return undefined;
  const command = new DescribeLogGroupsCommand({ logGroupIdentifiers: [nameOfLogGroup(logGroup)] });
  const answer = await orWarn(
    client.send(command, { abortSignal: call.signal }).catch(unknownLogGroup(FIELD)),
    undefined,
    warnings,
    'Could not describe the log group',
  );
  if (answer === undefined) return undefined;
  const [group] = answer.logGroups ?? [];
  if (group !== undefined) return group;
  throw new ServiceError(
    'aws_not_found',
    `${FIELD}: no such log group in this account and region; find its name with describe_log_groups`,
  );
}

async function historyOf({ client, logGroup, now, call }: GroupRequest, warnings: string[]): Promise<IndexHistory> {
  const history = new IndexHistory(now);
  const request = { logGroupName: nameOfLogGroup(logGroup), limit: MAX_QUERIES, signal: call.signal };
  const capped = await orWarn(
    readHistory(client, request, (query) => history.add(query)),
    false,
    warnings,
    'Error fetching query history',
  );
  if (capped) warnings.push(`Query history was capped at ${MAX_QUERIES} queries.`);
  return history;
}

function remarks(
  history: IndexHistory,
  indexed: IndexedFields,
  candidates: readonly string[],
  standard: boolean,
): readonly string[] {
  if (!standard) return ['Field indexes exist in the log class STANDARD only; this log group is of another.'];
  if (history.queries === 0) return [`No completed queries found in the last ${HISTORY_DAYS} days for this log group.`];
  if (candidates.length > PROBED_FIELDS) {
    return [`Only the ${PROBED_FIELDS} most queried fields were looked for in the log events.`];
  }
  if (candidates.length > 0) return [];
  return history.fields().some(({ field }) => indexed.has(field))
    ? ['All queried fields are already indexed.']
    : ['No indexable fields found in query history (only system fields used).'];
}

async function lookAtEvents(
  candidates: readonly string[],
  request: GroupRequest,
  warnings: string[],
): Promise<typeof NO_LOOK> {
  const { client, logGroup, owner, maxScanGb, now, call } = request;
  const range: TimeRange = { start: new Date(now.getTime() - HOUR_MS), end: now };
  const scan = { groups: [logGroup], range, now, account: owner.account, maxScanGb, confirmed: false };
  try {
    await guardScan(client, scan, call.signal);
    const { probe, bytesScanned, status } = await probeFields(candidates, { ...request, range });
    warnings.push(lookInWords(bytesScanned, status, probe));
    if (probe !== undefined && [...probe.values()].every(({ exists }) => !exists)) {
      warnings.push('No candidate fields found in log data.');
    }
    return { probe, bytesScanned };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code === 'cancelled') throw error;
    const reason = error instanceof InvalidInput ? 'the last hour is larger than INSIGHTS_MAX_SCAN_GB' : error.message;
    warnings.push(`The log events were not looked at, so that existence and cardinality are not known: ${reason}`);
    return NO_LOOK;
  }
}

function lookInWords(bytesScanned: number, status: string, probe: Probe): string {
  const cost = toScanCost(bytesScanned);
  const price = `It scanned ${bytesScanned} bytes, about $${cost?.estimated_usd ?? 0}.`;
  if (status !== 'Complete') return `A paid query over the last hour ended as ${status} and told nothing. ${price}`;
  if (probe === undefined) return `A paid query over the last hour found no log event to look at. ${price}`;
  return `A paid query looked for the fields in the last hour and counted values of the first ${COUNTED_FIELDS}. ${price}`;
}

/** The value, or `fallback` and a warning where AWS refuses or fails. */
async function orWarn<T, F>(value: Promise<T>, fallback: F, warnings: string[], what: string): Promise<T | F> {
  try {
    return await value;
  } catch (error) {
    const told = error instanceof ServiceError && error.code !== 'cancelled' && error.code !== 'aws_not_found';
    if (!told) throw error;
    warnings.push(`${what}: ${error.message}`);
    return fallback;
  }
}
