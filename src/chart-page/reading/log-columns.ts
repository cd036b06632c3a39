import { momentOf } from './json.js';

/** A row of a query: every value is a text. */
export type Row = ReadonlyMap<string, string>;

/** What the columns of rows are. */
export interface Columns {
  /** The one that says when. */
  readonly time: string;
  /** False where each row is one log event. */
  readonly aggregated: boolean;
  readonly values: readonly string[];
  readonly groups: readonly string[];
}

const TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z?$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
/** Aggregates that are moments but say of each group something of its own. */
const EXTREME = /^(min|max|earliest|latest|sortsFirst|sortsLast)\(/i;
const EVENT_TIME = '@timestamp';

/** The moment in a value of Logs Insights, which is in UTC; undefined for any other text. */
export function rowTime(value: string | undefined): number | undefined {
  if (value === undefined || !TIME.test(value)) return undefined;
  return momentOf(`${value.replace(' ', 'T').replace(/Z$/, '')}Z`);
}

/** Tells the columns of rows apart by what they hold; undefined where no column says when. */
export function columnsOf(rows: readonly Row[]): Columns | undefined {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter((name) => name !== '@ptr');
  const holdsOnly = (name: string, test: (value: string) => boolean): boolean => {
    const values = rows.map((row) => row.get(name) ?? '').filter((value) => value !== '');
    return values.length > 0 && values.every(test);
  };
  const times = names.filter((name) => !EXTREME.test(name) && holdsOnly(name, (value) => rowTime(value) !== undefined));
  if (times.includes(EVENT_TIME)) return { time: EVENT_TIME, aggregated: false, values: [], groups: [] };
  const time = times.find((name) => name.startsWith('bin(')) ?? times[0];
  if (time === undefined) return undefined;
  const others = names.filter((name) => !times.includes(name));
  const numbers = others.filter((name) => holdsOnly(name, (value) => NUMBER.test(value)));
  const texts = others.filter((name) => !numbers.includes(name) && !EXTREME.test(name));
  if (numbers.length === 0) return { time, aggregated: false, values: [], groups: [] };
  const values = valuesAmong(numbers, isKey(rows, [time, ...texts]));
  return { time, aggregated: true, values, groups: others.filter((name) => texts.includes(name) || isGroup(name)) };

  function isGroup(name: string): boolean {
    return numbers.includes(name) && !values.includes(name);
  }
}

/**
 * The numbers that are results. Where time and texts do not tell the rows apart, some of the numbers do (status codes):
 * those that are no call of a function, or all but the last.
 */
function valuesAmong(numbers: readonly string[], keyed: boolean): readonly string[] {
  if (keyed) return numbers;
  const calls = numbers.filter((name) => name.includes('('));
  return calls.length > 0 ? calls : numbers.slice(-1);
}

function isKey(rows: readonly Row[], names: readonly string[]): boolean {
  return new Set(rows.map((row) => JSON.stringify(names.map((name) => row.get(name) ?? '')))).size === rows.length;
}
