import { flag, roundTime, SCALAR_FUNCTIONS } from './functions.js';
import type { ArithmeticOperator, BinaryOperator, ComparisonOperator, Expression } from './query.js';
import type { Row } from './row.js';
import { compareValues, isTrue, toNumber, toText, type Value } from './value.js';

/** Computes one expression for a row. */
export type Evaluator = (row: Row) => Value;

/** Compiles once, so that a query over many records walks its tree once. Aggregates are columns of their own by then. */
export function compile(expression: Expression): Evaluator {
  switch (expression.kind) {
    case 'literal':
      return constant(expression.value);
    case 'duration':
      return constant(expression.ms);
    case 'field':
      return (row) => row.get(expression.name);
    case 'aggregate':
      return (row) => row.get(aggregateKey(expression));
    case 'call':
      return compileCall(expression.name, expression.args);
    case 'not':
      return negation(compile(expression.operand));
    case 'negate':
      return compileArithmetic('-', constant(0), compile(expression.operand));
    case 'binary':
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right));
    case 'match':
      return compileMatch(expression);
    case 'in':
      return compileIn(expression);
  }
}

/** Name under which a group's row holds the result of an aggregate. */
export function aggregateKey(expression: Expression & { kind: 'aggregate' }): string {
  return JSON.stringify(expression);
}

function constant(value: Value): Evaluator {
  return () => value;
}

function negation(operand: Evaluator): Evaluator {
  return (row) => flag(!isTrue(operand(row)));
}

function compileCall(name: string, argumentExpressions: readonly Expression[]): Evaluator {
  const args = argumentExpressions.map(compile);
  if (name === 'bin') {
    const period = args[0] ?? constant(undefined);
    return (row) => roundTime(row.get('@timestamp'), period(row), Math.floor);
  }
  const scalar = SCALAR_FUNCTIONS.get(name);
  if (!scalar) throw new Error(`The parser let the function ${name} through.`);
  return (row) => scalar.apply(args.map((arg) => arg(row)));
}

function compileBinary(operator: BinaryOperator, left: Evaluator, right: Evaluator): Evaluator {
  switch (operator) {
    case 'and':
      return (row) => flag(isTrue(left(row)) && isTrue(right(row)));
    case 'or':
      return (row) => flag(isTrue(left(row)) || isTrue(right(row)));
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (row) => flag(holds(operator, compareValues(left(row), right(row))));
    default:
      return compileArithmetic(operator, left, right);
  }
}

/** A missing value equals nothing and has no order. */
function holds(operator: ComparisonOperator, order: number | undefined): boolean {
  if (order === undefined) return operator === '!=';
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function compileArithmetic(operator: ArithmeticOperator, left: Evaluator, right: Evaluator): Evaluator {
  return (row) => {
    const leftNumber = toNumber(left(row));
    const rightNumber = toNumber(right(row));
    if (leftNumber === undefined || rightNumber === undefined) return undefined;
    const result = calculate(operator, leftNumber, rightNumber);
    return Number.isFinite(result) ? result : undefined;
  };
}

function calculate(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
  }
}

function compileMatch(expression: Expression & { kind: 'match' }): Evaluator {
  const operand = compile(expression.operand);
  const { pattern, negated } = expression;
  const matches =
    typeof pattern === 'string' ? (text: string) => text.includes(pattern) : (text: string) => pattern.test(text);
  return (row) => {
    const text = toText(operand(row));
    return flag((text !== undefined && matches(text)) !== negated);
  };
}

function compileIn(expression: Expression & { kind: 'in' }): Evaluator {
  const operand = compile(expression.operand);
  const options = expression.options.map(compile);
  return (row) => {
    const value = operand(row);
    return flag(options.some((option) => compareValues(value, option(row)) === 0) !== expression.negated);
  };
}
