import type { QueryRow } from '../query-results.js';
import type { Chunk } from './batch-plan.js';
import { combineRows } from './combined-rows.js';
import type { PartOutcome } from './part-outcome.js';
import type { Combine } from './query-shape.js';
import { inOrder, missingKeys, type SortKey } from './row-order.js';

/** Which rows an answer keeps. */
export interface RowPolicy {
  /** The most rows, over everything. */
  readonly limit: number;
  readonly order: readonly SortKey[];
  /** Columns to put together where chunks of one region give the same row; undefined: every row stands alone. */
  readonly combine?: ReadonlyMap<string, Combine>;
  /** Set in every row. */
  readonly accountLabel?: string;
}

interface Entry {
  readonly chunk: number;
  readonly row: QueryRow;
}

interface Combined extends Chunk {
  readonly chunk: number;
  readonly rows: readonly QueryRow[];
}

/**
 * The rows of many queries as one list: one order, one limit. It never holds many more rows than the limit, whatever
 * the queries give; the outcome does not depend on which query ends first.
 */
export class BatchRows {
  #entries: readonly Entry[] = [];
  readonly #combined = new Map<string, Combined>();
  #queries = 0;
  #added = 0;

  constructor(private readonly policy: RowPolicy) {}

  add(chunk: number, groups: Chunk, { rows, splits }: Pick<PartOutcome, 'rows' | 'splits'>): void {
    const { combine, limit } = this.policy;
    this.#queries += 1 + splits;
    if (combine !== undefined) return this.#combine({ ...groups, chunk, rows }, combine);
    this.#added += rows.length;
    this.#entries = [...this.#entries, ...this.#entriesOf({ ...groups, chunk, rows })];
    if (this.#entries.length > 2 * limit) this.#entries = this.#first(this.#entries);
  }

  /** How many rows there are without the limit. */
  get size(): number {
    return [...this.#combined.values()].reduce((sum, { rows }) => sum + rows.length, this.#added);
  }

  /** The first rows in the answer's order. */
  rows(): readonly QueryRow[] {
    const combined = [...this.#combined.values()].flatMap((part) => this.#entriesOf(part));
    return this.#first([...this.#entries, ...combined]).map(({ row }) => row);
  }

  /** What the rows of several queries should be ordered by and do not carry. */
  missingKeys(): readonly string[] {
    return this.#queries > 1 ? missingKeys(this.rows(), this.policy.order) : [];
  }

  /** A column of the log that is called like one of ours is hidden by it. */
  #entriesOf({ chunk, region, logGroups, rows }: Combined): readonly Entry[] {
    const [name = ''] = logGroups;
    const { accountLabel } = this.policy;
    const tags = {
      _region: region,
      _logGroups: logGroups.length === 1 ? name : `${logGroups.length} log groups`,
      ...(accountLabel === undefined ? {} : { _account: accountLabel }),
    };
    return rows.map((row) => ({ chunk, row: { ...row, ...tags } }));
  }

  #first(entries: readonly Entry[]): readonly Entry[] {
    const byChunk = entries.toSorted((left, right) => left.chunk - right.chunk);
    // The rows of one query stand as AWS ordered them.
    const keys = this.#queries > 1 ? this.policy.order : [];
    return inOrder(byChunk, ({ row }) => row, keys).slice(0, this.policy.limit);
  }

  #combine(part: Combined, combine: ReadonlyMap<string, Combine>): void {
    const known = this.#combined.get(part.region);
    this.#combined.set(part.region, {
      region: part.region,
      chunk: Math.min(part.chunk, known?.chunk ?? part.chunk),
      logGroups: [...(known?.logGroups ?? []), ...part.logGroups],
      rows: combineRows([...(known?.rows ?? []), ...part.rows], combine),
    });
  }
}
