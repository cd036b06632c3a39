import { z } from 'zod';
import { DAY_MS, type TimeRange } from '../cloudwatch/time-range.js';
import { InvalidInput } from '../errors.js';
import { GB, usdOf } from './scan-cost.js';

/** What a log group holds, as far as the estimate needs it; times in milliseconds since the epoch. */
export interface StoredGroup {
  readonly storedBytes?: number;
  readonly creationTime?: number;
  readonly retentionInDays?: number;
}

/** What is known of a scan before it: `null` with the reason where no estimate can be had. */
export type ScanEstimate = { readonly bytes: number } | { readonly bytes: null; readonly reason: string };

/** The estimate in an answer. */
export const scanEstimate = z
  .object({ gb: z.number().nullable(), note: z.string().describe('How good it is, or why there is none.') })
  .nullable()
  .describe('Estimate before the scan; null where the window is too short to matter.');

/** The argument that lets a large scan run. */
export const confirmScanInput = z.boolean().nullish().describe('True runs a scan refused as too large.');

/** No log group is taken to grow faster than this. */
const MOST_BYTES_A_SECOND = 25_000_000;
const ROUGH =
  'rough: stored bytes spread evenly over the time they are kept; what is scanned can be several times that';

/**
 * Bytes a query over the range will read, roughly: of each group the share of its stored bytes that falls into the
 * range, as if it had grown evenly since its creation or the begin of its retention.
 */
export function estimateScanBytes(groups: readonly StoredGroup[], { start, end }: TimeRange, now: Date): number {
  return groups.reduce((bytes, { storedBytes = 0, creationTime = 0, retentionInDays }) => {
    const kept = retentionInDays === undefined ? 0 : now.getTime() - retentionInDays * DAY_MS;
    const begin = Math.max(creationTime, kept);
    const age = now.getTime() - begin;
    const overlap = Math.min(end.getTime(), now.getTime()) - Math.max(start.getTime(), begin);
    if (overlap <= 0) return bytes;
    return bytes + Math.round(storedBytes * Math.min(1, overlap / age));
  }, 0);
}

/** Whether a query can come near the limit at all: short windows over few groups cannot, and go without an estimate. */
export function mayExceed(maxScanGb: number, groupCount: number, { start, end }: TimeRange): boolean {
  const seconds = (end.getTime() - start.getTime()) / 1_000;
  return seconds * groupCount * MOST_BYTES_A_SECOND > maxScanGb * GB;
}

/**
 * Stops a scan that is estimated to be larger than the operator's limit and that the caller has not confirmed.
 * @throws InvalidInput naming `start_time`, with the estimate, its price and how to narrow the query
 */
export function checkScan(
  bytes: number,
  {
    maxScanGb,
    confirmed,
    scans = 1,
  }: { readonly maxScanGb: number; readonly confirmed: boolean; readonly scans?: number },
): void {
  if (confirmed || bytes * scans <= maxScanGb * GB) return;
  throw new InvalidInput(
    'start_time',
    `this would scan about ${gbOf(bytes * scans)} GB (${ROUGH}), about $${usdOf(bytes * scans)}, and the limit is ${maxScanGb} GB. Choose a shorter time range, fewer log groups or filterIndex on an indexed field, or give confirm_scan: true to run it.`,
  );
}

/** The estimate as a tool answers it. */
export function toScanEstimate(estimate: ScanEstimate | undefined): z.output<typeof scanEstimate> {
  if (estimate === undefined) return null;
  if (estimate.bytes === null) return { gb: null, note: estimate.reason };
  return { gb: gbOf(estimate.bytes), note: ROUGH };
}

function gbOf(bytes: number): number {
  return Number((bytes / GB).toPrecision(3));
}
