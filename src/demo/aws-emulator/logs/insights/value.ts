/** A point in time; printed as Insights prints `@timestamp`. */
export class Timestamp {
  constructor(readonly ms: number) {}
}

/** What an expression gives; undefined is a field the record does not have. */
export type Value = string | number | Timestamp | undefined;

/** `YYYY-MM-DD HH:MM:SS.mmm`, UTC. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
}

/** The text of a result cell: numbers with at most four decimals. */
export function formatValue(value: Exclude<Value, undefined>): string {
  if (typeof value === 'string') return value;
  if (value instanceof Timestamp) return formatTimestamp(value.ms);
  return Number.isInteger(value) ? String(value) : String(Math.round(value * 10_000) / 10_000);
}

const NUMERIC = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Undefined for what does not read as a number; a timestamp is its milliseconds. */
export function toNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Timestamp) return value.ms;
  return value !== undefined && NUMERIC.test(value) ? Number(value) : undefined;
}

/** Only a missing value, zero, an empty text and `false` are not true. */
export function isTrue(value: Value): boolean {
  if (value === undefined || value === '' || value === 'false') return false;
  return toNumber(value) !== 0;
}

export function toText(value: Value): string | undefined {
  return value === undefined ? undefined : formatValue(value);
}

/** Compares as numbers where both read as numbers, else as text; undefined where one is missing. */
export function compareValues(left: Value, right: Value): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  const leftNumber = toNumber(left);
  const rightNumber = leftNumber === undefined ? undefined : toNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber - rightNumber;
  const leftText = formatValue(left);
  const rightText = formatValue(right);
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}

/** A total order for `sort`: texts before numbers, as AWS documents. Missing values are not for this function. */
export function sortOrder(left: Exclude<Value, undefined>, right: Exclude<Value, undefined>): number {
  const leftNumber = toNumber(left);
  const rightNumber = toNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber - rightNumber;
  if (leftNumber !== undefined) return 1;
  if (rightNumber !== undefined) return -1;
  return left < right ? -1 : left > right ? 1 : 0;
}
