/** Seconds since the epoch; both ends are included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What one query over a range gave; rows are whatever tells them apart. */
export interface OneQuery {
  readonly rows: readonly string[];
  readonly recordsMatched: number;
  readonly bytesScanned: number;
  readonly timedOut: boolean;
}

export interface BatchTotals {
  readonly queries: number;
  readonly bytesScanned: number;
  readonly rows: readonly string[];
}

/** From so many matching records on, a range counts as cut short. */
const CUT_RECORDS = 10_000;
const MAX_DEPTH = 4;

/**
 * The documented rule of the reference batch tool: a range that matches 10,000 records, whatever the query makes of
 * them, or that does not finish is asked again in halves that share a second, four levels deep; the rows of all leaves
 * stand one after the other.
 */
export async function documentedBatch(
  run: (range: Range) => Promise<OneQuery>,
  range: Range,
  depth = 0,
): Promise<BatchTotals> {
  const { rows, recordsMatched, bytesScanned, timedOut } = await run(range);
  const cut = (recordsMatched > 0 ? recordsMatched : rows.length) >= CUT_RECORDS;
  if (depth >= MAX_DEPTH || (!cut && !timedOut)) return { queries: 1, bytesScanned, rows };
  const middle = Math.floor((range.start + range.end) / 2);
  const first = await documentedBatch(run, { start: range.start, end: middle }, depth + 1);
  const second = await documentedBatch(run, { start: middle, end: range.end }, depth + 1);
  return {
    queries: 1 + first.queries + second.queries,
    bytesScanned: bytesScanned + first.bytesScanned + second.bytesScanned,
    rows: [...first.rows, ...second.rows],
  };
}

/** So many queries of a region run at once, over all users of the process. */
const PROCESS_WIDE = 7;

/** Seconds until a query starts that stands behind `ahead` others of `seconds` each in the queue of its region. */
export function documentedWait(ahead: number, seconds: number): number {
  return Math.floor(ahead / PROCESS_WIDE) * seconds;
}
