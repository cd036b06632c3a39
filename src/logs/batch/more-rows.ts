import type { TimeRange } from '../../cloudwatch/time-range.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import type { QueryRow } from '../query-results.js';
import { bareColumn, type SortKey } from './row-order.js';

/** An answer that is the beginning of more rows. */
export interface CutRows {
  readonly rows: readonly QueryRow[];
  /** The order of the rows; empty for none, and for rows that stand for many events. */
  readonly order: readonly SortKey[];
  readonly range: TimeRange;
  /** True when they were cut by their weight, not by the limit. */
  readonly tooLarge: boolean;
}

const TOO_LARGE =
  'The rows given weigh as much as one answer may: select fewer fields, aggregate with stats, or filter further.';
const TOO_MANY = 'Raise limit, aggregate with stats, or filter further.';
const NARROWER = 'Or ask for a part of the time range at a time.';

/** How to get the rest. Rows in the order of time have a place to go on from, exact to the second. */
export function hintForRest(cut: CutRows): string {
  const next = nextRange(cut);
  const rest =
    next === undefined
      ? NARROWER
      : `For the rows that follow repeat the call with ${next.field} ${isoTime(next.time)}; those of that second come once more.`;
  return `${cut.tooLarge ? TOO_LARGE : TOO_MANY} ${rest}`;
}

/** The whole second beyond the last row, since AWS reads either end of a range as a second's first millisecond. */
function nextRange({ rows, order: [key], range }: CutRows): { field: string; time: Date } | undefined {
  if (key === undefined || bareColumn(key.column) !== '@timestamp') return undefined;
  const last = Date.parse(`${rows.at(-1)?.['@timestamp']?.replace(' ', 'T')}Z`) / 1_000;
  if (Number.isNaN(last)) return undefined;
  const second = key.descending ? Math.ceil(last) : Math.floor(last);
  const time = new Date(second * 1_000);
  // A second with more rows than an answer holds leads nowhere.
  const leadsOn = key.descending ? time < wholeSecond(range.end) : time > wholeSecond(range.start);
  return leadsOn ? { field: key.descending ? 'end_time' : 'start_time', time } : undefined;
}

function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1_000) * 1_000);
}
