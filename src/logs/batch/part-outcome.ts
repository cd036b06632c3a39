import { ServiceError } from '../../errors.js';
import type { QueryRow, QueryState } from '../query-results.js';
import type { QueryShape } from './query-shape.js';
import { joinHalves } from './time-halves.js';

/** What became of a chunk's query over a time range. */
export interface PartOutcome {
  /** As the query orders them; without an order of its own, newest first. */
  readonly rows: readonly QueryRow[];
  /** How many rows there are besides; undefined when AWS does not say. */
  readonly unread: number | undefined;
  readonly retried: boolean;
  /** How many times a time range was halved. */
  readonly splits: number;
  readonly warnings: readonly string[];
  /** Why not all of the range was read. */
  readonly error?: ServiceError;
  /** True where the reason is that a query outlived its time: it was paid for, and the answer says so. */
  readonly timedOut?: boolean;
}

const NOT_RETRIED = new Set(['aws_access_denied', 'aws_rejected', 'aws_not_found', 'target_not_allowed']);

/** A query that was not read to its end. */
export function failed(where: string, error: ServiceError, tries: number): PartOutcome {
  const retried = tries > 1;
  const addition = NOT_RETRIED.has(error.code) ? ' (not retryable)' : retried ? ` (after ${tries} tries)` : '';
  return { rows: [], unread: 0, retried, splits: 0, warnings: [`${where}: ${error.message}${addition}`], error };
}

/** A query that outlived its time and is not asked again in halves. */
export function timedOut(where: string, reason: string, tries: number): PartOutcome {
  return { ...failed(where, new ServiceError('aws_unavailable', reason), tries), timedOut: true };
}

/** A query that ended by itself. */
export function ended(where: string, state: QueryState, tries: number, asked: number, shape: QueryShape): PartOutcome {
  if (state.status !== 'Complete') return failed(where, endedBadly(state.status), tries);
  return {
    rows: state.rows.items,
    unread: unreadRows(state, asked, shape),
    retried: tries > 1,
    splits: 0,
    warnings: [],
  };
}

/** The outcome of both halves of a time range as that of the whole. */
export function joined(where: string, earlier: PartOutcome, later: PartOutcome, tries: number): PartOutcome {
  const read = earlier.unread === 0 && later.unread === 0;
  const error = earlier.error ?? later.error;
  return {
    rows: joinHalves(earlier.rows, later.rows),
    unread: read ? 0 : undefined,
    retried: tries > 1 || earlier.retried || later.retried,
    splits: 1 + earlier.splits + later.splits,
    warnings: [
      `${where}: did not finish in time; split the time range into halves`,
      ...earlier.warnings,
      ...later.warnings,
    ],
    ...(error === undefined ? {} : { error }),
    timedOut: earlier.timedOut === true || later.timedOut === true,
  };
}

function endedBadly(status: string): ServiceError {
  if (status === 'Failed') {
    return new ServiceError('aws_rejected', 'the query failed in CloudWatch Logs, likely for an error of its own');
  }
  return new ServiceError('aws_unavailable', `the query ended as ${status} in CloudWatch Logs; call again`);
}

function unreadRows({ rows, statistics }: QueryState, asked: number, shape: QueryShape): number | undefined {
  const read = rows.items.length;
  const result = statistics?.resultCount ?? (rows.nextCursor === null ? read : undefined);
  if (result !== undefined && (result < asked || (!shape.aggregates && shape.ownLimit === asked))) return result - read;
  // The result was cut at what was asked for: one row an event, so that the events that match tell how many there are.
  const countsEvents = !shape.aggregates && shape.ownLimit === undefined && statistics?.recordsMatched !== undefined;
  return countsEvents ? Math.max(statistics.recordsMatched ?? 0, read) - read : undefined;
}
