import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isKnownAccount } from '../cloudwatch/arn.js';
import type { TimeRange } from '../cloudwatch/time-range.js';
import { ServiceError } from '../errors.js';
import { logGroupArns, nameOfLogGroup } from './log-group.js';
import { checkScan, estimateScanBytes, mayExceed, type ScanEstimate } from './scan-estimate.js';

/** A scan about to be paid for. */
export interface Scan {
  /** Names or ARNs of the log groups; undefined where the query's text names them in a way we cannot read. */
  readonly groups: readonly string[] | undefined;
  readonly range: TimeRange;
  readonly now: Date;
  /** The account the call goes to. */
  readonly account: string;
  readonly maxScanGb: number;
  readonly confirmed: boolean;
  /** How often the range is scanned; default once. */
  readonly scans?: number;
}

const DEADLINE_MS = 3_000;
const NO_ESTIMATE = 'no estimate:';

/**
 * Estimates a scan, and stops one that is too large. Asks AWS once, and only where the window is long enough to matter;
 * that one call comes before the query starts, since a started query is paid for. Where no estimate can be had in three
 * seconds, the query runs and its answer says so.
 * @returns undefined where the window is too short to matter
 * @throws InvalidInput naming `start_time` when the scan is too large and not confirmed
 */
export async function guardScan(
  client: CloudWatchLogsClient,
  scan: Scan,
  signal: AbortSignal,
): Promise<ScanEstimate | undefined> {
  const { groups, range, now, maxScanGb, confirmed, scans = 1 } = scan;
  if (groups !== undefined && !mayExceed(maxScanGb, groups.length * scans, range)) return undefined;
  if (groups === undefined) return { bytes: null, reason: `${NO_ESTIMATE} the query names its log groups itself` };
  if (isKnownAccount(scan) && logGroupArns(groups).some(({ account }) => account !== scan.account)) {
    return { bytes: null, reason: `${NO_ESTIMATE} a log group belongs to a linked account` };
  }
  const stored = await describe(client, [...new Set(groups.map(nameOfLogGroup))], signal);
  if (typeof stored === 'string') return { bytes: null, reason: stored };
  const bytes = estimateScanBytes(stored, range, now);
  checkScan(bytes, { maxScanGb, confirmed, scans });
  return { bytes: bytes * scans };
}

async function describe(
  client: CloudWatchLogsClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly { storedBytes?: number; creationTime?: number; retentionInDays?: number }[] | string> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), DEADLINE_MS);
  try {
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: [...names] }), {
      abortSignal: AbortSignal.any([signal, deadline.signal]),
    });
    return logGroups;
  } catch (error) {
    if (signal.aborted || !(error instanceof ServiceError)) throw error;
    if (error.code === 'aws_access_denied') return `${NO_ESTIMATE} your role lacks logs:DescribeLogGroups`;
    return `${NO_ESTIMATE} AWS did not tell the size of the log groups in time`;
  } finally {
    clearTimeout(timer);
  }
}
