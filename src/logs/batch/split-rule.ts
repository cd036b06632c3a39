import { isoTime } from '../../cloudwatch/iso-time.js';
import { GB } from '../scan-cost.js';
import type { Chunk } from './batch-plan.js';
import type { QueryShape } from './query-shape.js';
import { canHalve, type SecondsRange } from './time-halves.js';

/** What splitting depends on besides the query that timed out. */
export interface SplitRules {
  readonly shape: QueryShape;
  /** False once the batch has scanned as much as it may without the caller's confirmation. */
  mayScanMore(): boolean;
}

export interface TimedOut {
  readonly range: SecondsRange;
  readonly depth: number;
  readonly recordsScanned: number;
}

/** So many times a time range is halved: into sixteenths. */
export const MAX_DEPTH = 4;

const NARROW = 'narrow start_time and end_time, name fewer log groups, or raise max_timeout';
const SHOWN_GROUPS = 3;

/**
 * Why a query that timed out is not run again in halves; undefined where halves can help. Rows are never a reason to
 * split: each query is asked for as many as the whole answer may hold, in the answer's order.
 */
export function reasonNotToSplit({ range, depth, recordsScanned }: TimedOut, rules: SplitRules): string | undefined {
  if (rules.shape.aggregates) {
    return `the query did not finish in time, and aggregates cannot be put together from halves of the time range: ${NARROW}`;
  }
  if (recordsScanned === 0)
    return 'CloudWatch Logs had not begun the query in time; call again later or raise max_timeout';
  if (depth >= MAX_DEPTH || !canHalve(range)) {
    return `the query did not finish in time although its time range was split ${depth} times: ${NARROW}`;
  }
  if (rules.mayScanMore()) return undefined;
  return 'the query did not finish in time and was not split, because the batch has scanned as much as INSIGHTS_MAX_SCAN_GB allows: narrow it, or give confirm_scan: true';
}

/** Region and log groups of a chunk for a warning. */
export function whereInWords({ region, logGroups }: Chunk): string {
  const shown = logGroups.slice(0, SHOWN_GROUPS).join(', ');
  return `${region}: ${shown}${logGroups.length > SHOWN_GROUPS ? '...' : ''}`;
}

/** A time range for a warning. */
export function rangeInWords({ start, end }: SecondsRange): string {
  return `${isoTime(new Date(start * 1_000))} to ${isoTime(new Date(end * 1_000))}`;
}

/** A budget of bytes that a batch may scan before it stops scanning again what it scanned. */
export class ScanMeter {
  #bytes = 0;

  constructor(private readonly maxGb: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.maxGb * GB;
  }
}
