import { setImmediate as nextTurn } from 'node:timers/promises';
import { QueryExecution } from './insights/query-execution.js';
import type { QueryLanguage } from './insights/other-languages.js';
import type { Query } from './insights/query.js';
import { type ResultField, rowsAreRecords } from './insights/result-columns.js';
import { RecordRow } from './insights/row.js';
import { byTime } from './log-event.js';
import type { LogGroup } from './log-group.js';

export type QueryStatus = 'Scheduled' | 'Running' | 'Complete' | 'Cancelled' | 'Failed';

export interface QueryRequest {
  readonly queryId: string;
  readonly queryString: string;
  readonly language: QueryLanguage;
  readonly query: Query;
  readonly accountId: string;
  readonly principalArn: string;
  readonly groups: readonly LogGroup[];
  /** The accounts of those groups that are not the caller's. */
  readonly owners?: ReadonlyMap<LogGroup, string>;
  /** Milliseconds since the epoch, both included. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly startedAt: Date;
}

export interface QueryStatistics {
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  readonly bytesScanned: number;
  readonly estimatedRecordsSkipped: number;
  readonly estimatedBytesSkipped: number;
  readonly logGroupsScanned: number;
  /** Rows of the whole result, once it is known. */
  readonly resultCount?: number;
}

export interface QuerySnapshot {
  readonly status: QueryStatus;
  readonly rows: readonly (readonly ResultField[])[];
  readonly statistics: QueryStatistics;
}

interface Outcome {
  readonly rows: readonly (readonly ResultField[])[];
  readonly statistics: QueryStatistics;
}

const DEFAULT_DURATION_MS = 50;
/** Share of the duration in which nothing has been scanned yet. */
const SCHEDULED_SHARE = 0.1;
/** Time range that is scanned without giving other work a turn. */
const SLICE_MS = 3_600_000;
/** How long a look at the results waits for the scan itself when the query's time is over. */
const PATIENCE_MS = 200;

const NOTHING_SCANNED: QueryStatistics = {
  recordsMatched: 0,
  recordsScanned: 0,
  bytesScanned: 0,
  estimatedRecordsSkipped: 0,
  estimatedBytesSkipped: 0,
  logGroupsScanned: 0,
};

/**
 * One started query. It lasts as long as a comment `# takes 3s` or `# takes 3s per hour` in its text says, else 50 ms,
 * and longer only when scanning itself takes longer.
 */
export class QueryRun {
  readonly queryId: string;
  readonly durationMs: number;
  readonly #scan: Promise<void>;
  #execution: QueryExecution | undefined;
  #recordsScanned = 0;
  #bytesScanned = 0;
  #outcome: Outcome | undefined;
  #cancelledAt: Date | undefined;
  #failed = false;

  constructor(readonly request: QueryRequest) {
    this.queryId = request.queryId;
    this.durationMs = requestedDuration(request.query.comments, request.to - request.from) ?? DEFAULT_DURATION_MS;
    this.#execution = new QueryExecution(request.query, request.limit);
    this.#scan = this.#run(this.#execution).catch(() => {
      this.#failed = true;
    });
  }

  /** Result rows held in memory. */
  get retainedRows(): number {
    return this.#outcome?.rows.length ?? 0;
  }

  hasEnded(now: Date): boolean {
    if (this.#cancelledAt || this.#failed) return true;
    return this.#outcome !== undefined && this.#progress(now) >= 1;
  }

  status(now: Date): QueryStatus {
    if (this.#cancelledAt) return 'Cancelled';
    if (this.#failed) return 'Failed';
    if (this.hasEnded(now)) return 'Complete';
    return this.#progress(now) < SCHEDULED_SHARE ? 'Scheduled' : 'Running';
  }

  /** Stops for good; what was scanned until then stays known. */
  cancel(now: Date): void {
    this.#cancelledAt = now;
  }

  /** What GetQueryResults shows at `now`: growing numbers, and a first part of the rows where they are log events. */
  async snapshot(now: Date): Promise<QuerySnapshot> {
    const at = this.#cancelledAt ?? now;
    if (this.#progress(at) >= 1) await this.#waitForScan();
    const status = this.status(now);
    if (status === 'Scheduled') return { status, rows: [], statistics: NOTHING_SCANNED };
    const progress = Math.max(0, this.#progress(at));
    if (!this.#outcome) return { status, rows: [], statistics: this.#scanned(progress) };
    if (progress >= 1) return { status, ...this.#outcome };
    const { rows } = this.#outcome;
    const shown = rowsAreRecords(this.request.query.commands) ? rows.slice(0, Math.floor(rows.length * progress)) : [];
    return { status, rows: shown, statistics: this.#scanned(progress) };
  }

  #progress(now: Date): number {
    return Math.min(1, (now.getTime() - this.request.startedAt.getTime()) / this.durationMs);
  }

  async #waitForScan(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this.#scan, patience]);
    clearTimeout(timer);
  }

  async #run(execution: QueryExecution): Promise<void> {
    await nextTurn();
    const { from, groups } = this.request;
    const earliest = Math.max(from, Math.min(...groups.map((group) => group.earliest())));
    for (let to = this.request.to; to >= earliest && !this.#cancelledAt; to -= SLICE_MS) {
      const records = this.#slice(Math.max(earliest, to - SLICE_MS + 1), to);
      if (records.length === 0) continue;
      execution.add(records);
      await nextTurn();
    }
    if (!this.#cancelledAt) this.#outcome = this.#complete(execution.results());
    this.#execution = undefined;
  }

  #complete(rows: readonly (readonly ResultField[])[]): Outcome {
    return { rows, statistics: { ...this.#scanned(1), resultCount: rows.length } };
  }

  /** Records of all groups from `from` to `to`, newest first. */
  #slice(from: number, to: number): RecordRow[] {
    const records = this.request.groups.flatMap((group) => {
      const accountId = this.request.owners?.get(group) ?? this.request.accountId;
      const origin = { accountId, logGroupName: group.name };
      return group.events(from, to).map((event) => new RecordRow(event, origin));
    });
    this.#recordsScanned += records.length;
    for (const { event } of records) this.#bytesScanned += event.message.length;
    if (this.request.groups.length > 1) records.sort((left, right) => byTime(left.event, right.event));
    return records.reverse();
  }

  #scanned(share: number): QueryStatistics {
    if (this.#outcome && share >= 1) return this.#outcome.statistics;
    const matched = this.#outcome?.statistics.recordsMatched ?? this.#execution?.recordsMatched ?? 0;
    return {
      ...NOTHING_SCANNED,
      recordsMatched: Math.floor(matched * share),
      recordsScanned: Math.floor(this.#recordsScanned * share),
      bytesScanned: Math.floor(this.#bytesScanned * share),
      logGroupsScanned: this.request.groups.length,
    };
  }
}

/** Milliseconds of a comment such as `takes 3s` or, of the time range, `takes 3s per hour`. */
function requestedDuration(comments: readonly string[], rangeMs: number): number | undefined {
  for (const comment of comments) {
    const match = /^takes (\d+(?:\.\d+)?)(ms|s|m)( per hour)?$/.exec(comment);
    if (match === null) continue;
    const ms = Number(match[1]) * ({ ms: 1, s: 1_000, m: 60_000 }[match[2] ?? 's'] ?? 1);
    return match[3] === undefined ? ms : (ms * rangeMs) / 3_600_000;
  }
  return undefined;
}
