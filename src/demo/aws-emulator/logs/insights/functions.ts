import { isTrue, Timestamp, toNumber, toText, type Value } from './value.js';

/** A function of a record's values. `lazy` parts of the language (`bin` periods) arrive as milliseconds. */
export interface ScalarFunction {
  readonly arity: readonly [least: number, most: number];
  apply(args: readonly Value[]): Value;
}

const MANY = Number.MAX_SAFE_INTEGER;

/** By lower-case name: the functions the emulator knows; every other one is refused by the parser. */
export const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map<string, ScalarFunction>([
  ['abs', numeric(Math.abs)],
  ['ceil', numeric(Math.ceil)],
  ['floor', numeric(Math.floor)],
  ['sqrt', numeric(Math.sqrt)],
  ['log', numeric(Math.log)],
  ['greatest', { arity: [1, MANY], apply: (args) => extreme(args, Math.max) }],
  ['least', { arity: [1, MANY], apply: (args) => extreme(args, Math.min) }],

  ['strlen', text((value) => Array.from(value).length)],
  ['tolower', text((value) => value.toLowerCase())],
  ['toupper', text((value) => value.toUpperCase())],
  ['trim', text((value) => value.trim())],
  ['ltrim', text((value) => value.trimStart())],
  ['rtrim', text((value) => value.trimEnd())],
  ['concat', { arity: [1, MANY], apply: (args) => args.map((arg) => toText(arg) ?? '').join('') }],
  ['substr', { arity: [2, 3], apply: substr }],
  ['replace', { arity: [3, 3], apply: replace }],
  ['strcontains', { arity: [2, 2], apply: ([whole, part]) => flag(contains(whole, part)) }],

  ['ispresent', { arity: [1, 1], apply: ([value]) => flag(value !== undefined) }],
  ['isempty', { arity: [1, 1], apply: ([value]) => flag(value === undefined || value === '') }],
  ['isblank', { arity: [1, 1], apply: ([value]) => flag((toText(value) ?? '').trim() === '') }],
  ['coalesce', { arity: [1, MANY], apply: (args) => args.find((arg) => arg !== undefined) }],
  ['if', { arity: [3, 3], apply: ([condition, yes, no]) => (isTrue(condition) ? yes : no) }],

  ['datefloor', { arity: [2, 2], apply: ([at, period]) => roundTime(at, period, Math.floor) }],
  ['dateceil', { arity: [2, 2], apply: ([at, period]) => roundTime(at, period, Math.ceil) }],
  ['frommillis', numeric((ms) => new Timestamp(ms))],
  ['tomillis', numeric((ms) => ms)],
]);

/** Functions whose second argument is a period such as `5m`. */
export const PERIOD_FUNCTIONS: ReadonlySet<string> = new Set(['datefloor', 'dateceil']);

/** The start (or end) of the period of `periodMs` that `at` lies in. */
export function roundTime(at: Value, period: Value, round: (value: number) => number): Value {
  const ms = toNumber(at);
  const periodMs = toNumber(period);
  if (ms === undefined || periodMs === undefined || periodMs <= 0) return undefined;
  return new Timestamp(round(ms / periodMs) * periodMs);
}

/** Insights has no boolean: 1 and 0. */
export function flag(value: boolean): number {
  return value ? 1 : 0;
}

function numeric(apply: (value: number) => Value): ScalarFunction {
  return {
    arity: [1, 1],
    apply: ([value]) => {
      const number = toNumber(value);
      const result = number === undefined ? undefined : apply(number);
      return typeof result === 'number' && !Number.isFinite(result) ? undefined : result;
    },
  };
}

function text(apply: (value: string) => Value): ScalarFunction {
  return {
    arity: [1, 1],
    apply: ([value]) => {
      const string = toText(value);
      return string === undefined ? undefined : apply(string);
    },
  };
}

function extreme(args: readonly Value[], pick: (...values: number[]) => number): Value {
  const numbers = args.map(toNumber).filter((value) => value !== undefined);
  return numbers.length === 0 ? undefined : pick(...numbers);
}

function contains(whole: Value, part: Value): boolean {
  const wholeText = toText(whole);
  const partText = toText(part);
  return wholeText !== undefined && partText !== undefined && wholeText.includes(partText);
}

function substr([value, from, length]: readonly Value[]): Value {
  const string = toText(value);
  const start = toNumber(from);
  if (string === undefined || start === undefined) return undefined;
  return string.slice(start, length === undefined ? undefined : start + (toNumber(length) ?? 0));
}

function replace([value, search, replacement]: readonly Value[]): Value {
  const string = toText(value);
  const wanted = toText(search);
  if (string === undefined || wanted === undefined) return undefined;
  return string.replaceAll(wanted, () => toText(replacement) ?? '');
}
