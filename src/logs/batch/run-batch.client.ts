import type { TimeRange } from '../../cloudwatch/time-range.js';
import type { ToolCall } from '../../mcp/tool.js';
import type { QueryRow } from '../query-results.js';
import type { Chunk } from './batch-plan.js';
import { BatchRows } from './batch-rows.js';
import type { PartOutcome } from './part-outcome.js';
import type { QueryShape } from './query-shape.js';
import { type BatchQuery, type ChunkQuery, runInParts } from './split-query.client.js';
import { ScanMeter } from './split-rule.js';

export interface BatchRequest extends Pick<
  BatchQuery,
  'queryString' | 'shape' | 'timeoutSeconds' | 'slots' | 'hasEnded'
> {
  readonly range: TimeRange;
  /** Of the whole answer. */
  readonly limit: number;
  readonly budgetBytes: number;
  /** So much may be scanned before nothing is scanned again. */
  readonly maxScanGb: number;
  readonly accountLabel?: string;
  readonly call: Pick<ToolCall, 'signal' | 'endWaiting' | 'progress'>;
}

/** All that the queries of a batch gave. */
export interface BatchOutcome {
  readonly chunks: readonly Chunk[];
  /** In the order of the chunks, without their rows. */
  readonly outcomes: readonly Omit<PartOutcome, 'rows'>[];
  /** At most as many as the limit. */
  readonly rows: readonly QueryRow[];
  /** How many rows were read, before the limit. */
  readonly read: number;
  readonly missingKeys: readonly string[];
  readonly ownLimit?: number;
  readonly shape: QueryShape;
  readonly bytesScanned: number;
}

/** Aggregates are asked for whole, as many rows as one query gives: cutting them would make what is put together wrong. */
const AGGREGATE_ROWS = 10_000;
const AGGREGATE_BYTES = 10_000_000;

/**
 * Runs the query over all chunks at once, as far as the caller has slots.
 * @throws ServiceError the first chunk's, when AWS refused or failed all of them; `cancelled`
 */
export async function runBatch(queries: readonly ChunkQuery[], request: BatchRequest): Promise<BatchOutcome> {
  const { shape, range } = request;
  const ownLimit = shape.aggregates ? undefined : shape.ownLimit;
  const limit = Math.min(request.limit, ownLimit ?? Infinity);
  const combine = shape.parts?.kind === 'combined' ? shape.parts.columns : undefined;
  const rows = new BatchRows({ limit, order: shape.order, combine, accountLabel: request.accountLabel });
  const meter = new ScanMeter(request.maxScanGb);
  const batch = batchQuery(request, limit, meter, queries.length);
  const seconds = { start: epochSeconds(range.start), end: epochSeconds(range.end) };
  const settled = await Promise.allSettled(
    queries.map(async (query, index) => {
      const { rows: found, ...outcome } = await runInParts(query, seconds, batch.query);
      if (found.length > 0 || outcome.error === undefined) rows.add(index, query.chunk, { ...outcome, rows: found });
      batch.chunkEnded();
      return outcome;
    }),
  );
  const outcomes = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  const [first] = outcomes;
  const nothing = rows.size === 0 && outcomes.every(({ error, timedOut }) => error !== undefined && timedOut !== true);
  if (nothing && first?.error !== undefined) throw first.error;
  return {
    chunks: queries.map(({ chunk }) => chunk),
    outcomes,
    rows: rows.rows(),
    read: rows.size,
    missingKeys: rows.missingKeys(),
    ownLimit,
    shape,
    bytesScanned: meter.bytes,
  };
}

function batchQuery(
  { budgetBytes, call, ...request }: BatchRequest,
  limit: number,
  meter: ScanMeter,
  chunks: number,
): { readonly query: BatchQuery; chunkEnded(): void } {
  let reports = 0;
  let ended = 0;
  const report = (detail: string): void =>
    call.progress(++reports, undefined, `${ended} of ${chunks} queries answered${detail}`);
  // An answer is the beginning of all rows in their order: no more than its budget can come from one query.
  const rows = request.shape.aggregates
    ? { limit: AGGREGATE_ROWS, budgetBytes: AGGREGATE_BYTES }
    : { limit, budgetBytes };
  return {
    query: {
      ...request,
      rows,
      signal: call.signal,
      endWaiting: call.endWaiting,
      mayScanMore: () => meter.hasRoom,
      onPoll: (status, recordsScanned) => report(`; ${status}: ${recordsScanned} log events scanned`),
      onScanned: (bytes) => meter.add(bytes),
    },
    chunkEnded() {
      ended += 1;
      report('');
    },
  };
}

function epochSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
