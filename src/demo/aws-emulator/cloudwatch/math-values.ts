import { type BinaryOperator } from './math-parser.js';
import { SyntaxProblem } from './tokens.js';

/** Values by time in milliseconds. */
export interface TimeSeries {
  readonly label: string;
  readonly periodMs: number;
  readonly points: ReadonlyMap<number, number>;
}

/** What an expression can yield: a number (S), a time series (TS), several (TS[]) or, as an argument only, a text. */
export type MathValue = number | string | TimeSeries | readonly TimeSeries[];

export function isSeriesList(value: MathValue): value is readonly TimeSeries[] {
  return Array.isArray(value);
}

export function isSeries(value: MathValue): value is TimeSeries {
  return typeof value === 'object' && !Array.isArray(value);
}

/** The same series with every value replaced; values that are no finite numbers are dropped. */
export function mapSeries(series: TimeSeries, change: (value: number, timeMs: number) => number): TimeSeries {
  const points = new Map<number, number>();
  for (const [timeMs, value] of series.points) {
    const changed = change(value, timeMs);
    if (Number.isFinite(changed)) points.set(timeMs, changed);
  }
  return { ...series, points };
}

/** `left operator right`, element by element; two series meet at the timestamps that both have. */
export function applyOperator(operator: BinaryOperator, left: MathValue, right: MathValue): MathValue {
  const compute = OPERATORS[operator];
  if (typeof left === 'string' || typeof right === 'string' || (isSeriesList(left) && isSeriesList(right))) {
    throw new SyntaxProblem(`Unsupported operand type(s) for ${operator}: '[${typeName(left)}, ${typeName(right)}]'`);
  }
  if (isSeriesList(left)) return left.map((series) => combine(series, right as number | TimeSeries, compute));
  if (isSeriesList(right)) return right.map((series) => combine(series, left, (a, b) => compute(b, a)));
  if (typeof left !== 'number') return combine(left, right, compute);
  if (typeof right !== 'number') return combine(right, left, (a, b) => compute(b, a));
  return compute(left, right);
}

/** How CloudWatch names the type in its messages. */
export function typeName(value: MathValue): string {
  if (typeof value === 'number') return 'Scalar';
  if (typeof value === 'string') return 'String';
  return isSeriesList(value) ? 'Array[TimeSeries]' : 'TimeSeries';
}

function combine(
  series: TimeSeries,
  other: number | TimeSeries,
  compute: (a: number, b: number) => number,
): TimeSeries {
  if (typeof other === 'number') return mapSeries(series, (value) => compute(value, other));
  return mapSeries(series, (value, timeMs) => compute(value, other.points.get(timeMs) ?? NaN));
}

const OPERATORS: Readonly<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '<': truth((left, right) => left < right),
  '>': truth((left, right) => left > right),
  '<=': truth((left, right) => left <= right),
  '>=': truth((left, right) => left >= right),
  '==': truth((left, right) => left === right),
  '!=': truth((left, right) => left !== right),
  '&&': truth((left, right) => left !== 0 && right !== 0),
  '||': truth((left, right) => left !== 0 || right !== 0),
};

/** 1 or 0; a missing side (NaN) stays missing. */
function truth(holds: (left: number, right: number) => boolean): (left: number, right: number) => number {
  return (left, right) => (Number.isNaN(left) || Number.isNaN(right) ? NaN : Number(holds(left, right)));
}
