import { isSeries, isSeriesList, mapSeries, type MathValue, type TimeSeries, typeName } from './math-values.js';
import { SyntaxProblem } from './tokens.js';

/** The window an expression is evaluated in: where FILL and TIME_SERIES put values. */
export interface MathWindow {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly periodMs: number;
}

type MathFunction = (args: readonly MathValue[], window: MathWindow) => MathValue;

/** Calls a metric-math function by its upper-case name; METRICS() is the evaluator's own. */
export function callFunction(name: string, args: readonly MathValue[], window: MathWindow): MathValue {
  const called = FUNCTIONS.get(name);
  if (!called) throw new SyntaxProblem(`Unknown function: ${name}`);
  return called(args, window);
}

const FUNCTIONS: ReadonlyMap<string, MathFunction> = new Map<string, MathFunction>([
  ['SUM', reducing('SUM', (values) => values.reduce((sum, value) => sum + value, 0))],
  ['AVG', reducing('AVG', (values) => values.reduce((sum, value) => sum + value, 0) / values.length)],
  ['MIN', reducing('MIN', (values) => values.reduce((least, value) => Math.min(least, value), Infinity))],
  ['MAX', reducing('MAX', (values) => values.reduce((most, value) => Math.max(most, value), -Infinity))],
  ['ABS', elementwise('ABS', Math.abs)],
  ['CEIL', elementwise('CEIL', Math.ceil)],
  ['FLOOR', elementwise('FLOOR', Math.floor)],
  ['LOG', elementwise('LOG', Math.log)],
  ['LOG10', elementwise('LOG10', Math.log10)],
  ['PERIOD', ([series]) => seriesArgument('PERIOD', series).periodMs / 1000],
  ['DIFF', eachSeries('DIFF', (series) => withPrevious(series, (value, previous) => value - previous))],
  [
    'RATE',
    eachSeries('RATE', (series) =>
      withPrevious(series, (value, previous, elapsedMs) => (value - previous) / (elapsedMs / 1000)),
    ),
  ],
  ['RUNNING_SUM', eachSeries('RUNNING_SUM', runningSum)],
  ['FILL', ([series, filler], window) => eachSeries('FILL', (one) => fill(one, filler, window))([series!], window)],
  ['IF', choose],
  ['TIME_SERIES', ([value], window) => constant(value, window)],
]);

/** TS[] becomes the TS of the values at each timestamp, a TS the number over its time; more arguments are one list. */
function reducing(name: string, reduce: (values: readonly number[]) => number): MathFunction {
  return (args) => {
    const [first] = args;
    if (first === undefined) throw new SyntaxProblem(`Function ${name} needs an argument`);
    if (args.length === 1 && isSeries(first)) return reduce([...first.points.values()]);
    const list = args.flatMap((arg) => (isSeriesList(arg) ? [...arg] : [seriesArgument(name, arg)]));
    const byTime = new Map<number, number[]>();
    for (const series of list) {
      for (const [timeMs, value] of series.points) {
        const values = byTime.get(timeMs);
        if (values) values.push(value);
        else byTime.set(timeMs, [value]);
      }
    }
    const points = [...byTime].sort(([a], [b]) => a - b).map(([timeMs, values]) => [timeMs, reduce(values)] as const);
    return { label: name, periodMs: list[0]?.periodMs ?? 60_000, points: new Map(points) };
  };
}

function elementwise(name: string, compute: (value: number) => number): MathFunction {
  return (args, window) => {
    const [value] = args;
    if (typeof value === 'number') return compute(value);
    return eachSeries(name, (series) => mapSeries(series, compute))(args, window);
  };
}

function eachSeries(name: string, change: (series: TimeSeries) => TimeSeries): MathFunction {
  return ([value]) => {
    if (value !== undefined && isSeriesList(value)) return value.map(change);
    return change(seriesArgument(name, value));
  };
}

function seriesArgument(name: string, value: MathValue | undefined): TimeSeries {
  if (value !== undefined && isSeries(value)) return value;
  const found = value === undefined ? 'nothing' : typeName(value);
  throw new SyntaxProblem(`Function ${name} expects a time series and got ${found}`);
}

function withPrevious(
  series: TimeSeries,
  compute: (value: number, previous: number, elapsedMs: number) => number,
): TimeSeries {
  let previous: readonly [number, number] | undefined;
  return mapSeries(series, (value, timeMs) => {
    const changed = previous ? compute(value, previous[1], timeMs - previous[0]) : NaN;
    previous = [timeMs, value];
    return changed;
  });
}

function runningSum(series: TimeSeries): TimeSeries {
  let sum = 0;
  return mapSeries(series, (value) => (sum += value));
}

function fill(series: TimeSeries, filler: MathValue | undefined, window: MathWindow): TimeSeries {
  const points = new Map<number, number>();
  const times = [...series.points.keys()];
  const start = Math.floor(window.fromMs / series.periodMs) * series.periodMs;
  let passed = 0;
  for (let timeMs = start; timeMs < window.untilMs; timeMs += series.periodMs) {
    while (passed < times.length && times[passed]! <= timeMs) passed += 1;
    const value = series.points.get(timeMs) ?? filled(series, filler, timeMs, times[passed - 1], times[passed]);
    if (value !== undefined) points.set(timeMs, value);
  }
  return { ...series, points };
}

function filled(
  series: TimeSeries,
  filler: MathValue | undefined,
  timeMs: number,
  before: number | undefined,
  after: number | undefined,
): number | undefined {
  if (typeof filler === 'number') return filler;
  if (filler !== undefined && isSeries(filler)) return filler.points.get(timeMs);
  const last = before === undefined ? undefined : series.points.get(before);
  if (filler === 'REPEAT') return last;
  if (filler !== 'LINEAR') throw new SyntaxProblem('Function FILL expects a number, a time series, REPEAT or LINEAR');
  const next = after === undefined ? undefined : series.points.get(after);
  if (last === undefined || next === undefined) return undefined;
  return last + ((next - last) * (timeMs - before!)) / (after! - before!);
}

/** `IF(condition, then, else)`; without `else` the points whose condition is 0 are missing. */
function choose([condition, then, otherwise]: readonly MathValue[]): MathValue {
  if (condition === undefined || then === undefined)
    throw new SyntaxProblem('Function IF needs a condition and a value');
  if (typeof condition === 'number') return condition === 0 ? (otherwise ?? []) : then;
  const series = seriesArgument('IF', condition);
  const pick = (value: MathValue | undefined, timeMs: number): number => {
    if (typeof value === 'number') return value;
    return value === undefined ? NaN : (seriesArgument('IF', value).points.get(timeMs) ?? NaN);
  };
  return mapSeries(series, (holds, timeMs) => pick(holds === 0 ? otherwise : then, timeMs));
}

function constant(value: MathValue | undefined, window: MathWindow): TimeSeries {
  if (typeof value !== 'number') return seriesArgument('TIME_SERIES', value);
  const empty: TimeSeries = { label: 'TIME_SERIES', periodMs: window.periodMs, points: new Map() };
  return fill(empty, value, window);
}
