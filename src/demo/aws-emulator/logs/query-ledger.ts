import { AwsFault } from '../operation.js';
import type { QueryRun } from './query-run.js';

/** Queries that may run at the same time in one account, as AWS limits them. */
export const CONCURRENT_QUERIES = 100;

/** Rows that ended queries may hold in memory, in all. */
const RETAINED_ROWS = 200_000;
const RETAINED_QUERIES = 1_000;

/** The queries of one account by id. The oldest ended ones are forgotten when there are too many. */
export class QueryLedger {
  readonly #runs = new Map<string, QueryRun>();

  /** @throws AwsFault LimitExceededException when too many queries run */
  add(run: QueryRun, now: Date): void {
    const running = [...this.#runs.values()].filter((known) => !known.hasEnded(now)).length;
    if (running >= CONCURRENT_QUERIES) {
      throw new AwsFault('LimitExceededException', 'Account maximum query concurrency limit of [100] reached.');
    }
    this.#runs.set(run.queryId, run);
    this.#forget(now);
  }

  find(queryId: string): QueryRun | undefined {
    return this.#runs.get(queryId);
  }

  /** Newest first. */
  all(): QueryRun[] {
    return [...this.#runs.values()].reverse();
  }

  #forget(now: Date): void {
    let rows = [...this.#runs.values()].reduce((sum, run) => sum + run.retainedRows, 0);
    for (const [queryId, run] of this.#runs) {
      if (rows <= RETAINED_ROWS && this.#runs.size <= RETAINED_QUERIES) return;
      if (!run.hasEnded(now)) continue;
      rows -= run.retainedRows;
      this.#runs.delete(queryId);
    }
  }
}
