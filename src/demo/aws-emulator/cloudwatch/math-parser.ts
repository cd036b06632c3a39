import { SyntaxProblem, type Token, tokenize, TokenReader } from './tokens.js';

export type BinaryOperator = '+' | '-' | '*' | '/' | '^' | '<' | '>' | '<=' | '>=' | '==' | '!=' | '&&' | '||';

/** A metric-math expression as a tree. */
export type MathNode =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly MathNode[] }
  | { readonly kind: 'negate'; readonly operand: MathNode }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathNode[] }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: MathNode;
      readonly right: MathNode;
    };

/** Loosest first; operators of one row bind equally and to the left. */
const PRECEDENCE: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['<=', '>=', '==', '!=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

/** Deep enough for any real expression, shallow enough for the stack. */
const MAX_DEPTH = 100;

/**
 * Parses a metric-math expression: numbers, ids, strings, lists, function calls, parentheses and binary operators.
 * @throws SyntaxProblem
 */
export function parseMath(text: string): MathNode {
  const reader = new TokenReader(tokenize(text));
  const node = parseBinary(reader, 0, 0);
  reader.expectEnd();
  return node;
}

function parseBinary(reader: TokenReader, level: number, depth: number): MathNode {
  const operators = PRECEDENCE[level];
  if (!operators) return parseUnary(reader, depth);
  let left = parseBinary(reader, level + 1, depth);
  for (;;) {
    const operator = reader.takeOneOf(operators);
    if (!operator) return left;
    left = { kind: 'binary', operator, left, right: parseBinary(reader, level + 1, depth) };
  }
}

function parseUnary(reader: TokenReader, depth: number): MathNode {
  if (depth > MAX_DEPTH) throw new SyntaxProblem('The expression is nested too deeply');
  if (reader.take('-')) return { kind: 'negate', operand: parseUnary(reader, depth + 1) };
  if (reader.take('(')) {
    const inner = parseBinary(reader, 0, depth + 1);
    reader.expect(')');
    return inner;
  }
  if (reader.take('[')) return { kind: 'list', items: parseItems(reader, ']', depth + 1) };
  const token = reader.peek();
  if (!token || token.kind === 'symbol') throw reader.problem('a value');
  reader.next();
  return parseValue(token, reader, depth);
}

function parseValue(token: Token, reader: TokenReader, depth: number): MathNode {
  if (token.kind === 'number') return { kind: 'number', value: token.value };
  if (token.kind !== 'word') return { kind: 'text', value: token.text };
  if (!reader.take('(')) return { kind: 'id', id: token.text };
  return { kind: 'call', name: token.text.toUpperCase(), args: parseItems(reader, ')', depth + 1) };
}

function parseItems(reader: TokenReader, end: string, depth: number): MathNode[] {
  if (reader.take(end)) return [];
  const items = [parseBinary(reader, 0, depth)];
  while (reader.take(',')) items.push(parseBinary(reader, 0, depth));
  reader.expect(end);
  return items;
}
