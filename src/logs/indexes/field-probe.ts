import type { QueryState } from '../query-results.js';

/** What a look at the log events says of a field. */
export interface ProbedField {
  readonly exists: boolean;
  /** Different values among the events looked at; known for the first fields only. */
  readonly distinctValues?: number;
}

/** What one probe found, or undefined where there was no event to look at. */
export type Probe = ReadonlyMap<string, ProbedField> | undefined;

/** Fields one probe looks for, and of how many it counts the values. */
export const PROBED_FIELDS = 50;
export const COUNTED_FIELDS = 10;

/** By this comment the history of queries knows our own, which say nothing of what people look for. */
const PROBE_MARK = '# looks for fields to index';

/** Whether a query is one of ours. */
export function isProbe(queryString: string): boolean {
  return queryString.endsWith(PROBE_MARK);
}

/**
 * One query that both finds fields and counts the values of the first ones, so that the log group is scanned once.
 * The names come from queries of others; what counts as a field (`FieldUses`) cannot end the back-ticks around it.
 */
export function probeQuery(fields: readonly string[]): string {
  const columns = fields.slice(0, PROBED_FIELDS).flatMap((field, index) => {
    const quoted = `\`${field}\``;
    const found = `count(${quoted}) as n${index}`;
    return index < COUNTED_FIELDS ? [found, `count_distinct(${quoted}) as d${index}`] : [found];
  });
  return `stats ${columns.join(', ')} ${PROBE_MARK}`;
}

/** Reads the one row of a probe. */
export function readProbe({ rows, statistics }: QueryState, fields: readonly string[]): Probe {
  const [row] = rows.items;
  if (row === undefined || (statistics?.recordsScanned ?? 0) === 0) return undefined;
  return new Map(
    fields.slice(0, PROBED_FIELDS).map((field, index) => {
      const distinct = row[`d${index}`];
      const exists = Number(row[`n${index}`] ?? 0) > 0;
      return [field, { exists, ...(distinct === undefined ? {} : { distinctValues: Number(distinct) }) }];
    }),
  );
}
