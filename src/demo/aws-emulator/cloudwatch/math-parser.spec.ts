import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BinaryOperator, type MathNode, parseMath } from './math-parser.js';
import { SyntaxProblem } from './tokens.js';

const LEVEL: Readonly<Record<BinaryOperator, number>> = {
  '||': 0,
  '&&': 1,
  '<=': 2,
  '>=': 2,
  '==': 2,
  '!=': 2,
  '<': 2,
  '>': 2,
  '+': 3,
  '-': 3,
  '*': 4,
  '/': 4,
  '^': 5,
};

/** Writes a tree with only the parentheses that precedence makes necessary. */
function print(node: MathNode, outer = 0): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'text':
      return `"${node.value.replace(/[\\"]/g, '\\$&')}"`;
    case 'id':
      return node.id;
    case 'list':
      return `[${node.items.map((item) => print(item)).join(', ')}]`;
    case 'negate':
      return `-${print(node.operand, 6)}`;
    case 'call':
      return `${node.name}(${node.args.map((arg) => print(arg)).join(',')})`;
    case 'binary': {
      const level = LEVEL[node.operator];
      const text = `${print(node.left, level)} ${node.operator} ${print(node.right, level + 1)}`;
      return level < outer ? `(${text})` : text;
    }
  }
}

const { tree } = fc.letrec<{ tree: MathNode }>((tie) => {
  const args = fc.array(tie('tree'), { maxLength: 3 });
  return {
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        kind: fc.constant('number' as const),
        value: fc.double({ min: 0, max: 1e9, noNaN: true }).map(Math.abs),
      }),
      fc.record({ kind: fc.constant('id' as const), id: fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,8}$/) }),
      fc.record({ kind: fc.constant('text' as const), value: fc.string() }),
      fc.record({ kind: fc.constant('list' as const), items: args }),
      fc.record({ kind: fc.constant('negate' as const), operand: tie('tree') }),
      fc.record({ kind: fc.constant('call' as const), name: fc.constantFrom('SUM', 'FILL', 'METRICS'), args }),
      fc.record({
        kind: fc.constant('binary' as const),
        operator: fc.constantFrom(...(Object.keys(LEVEL) as BinaryOperator[])),
        left: tie('tree'),
        right: tie('tree'),
      }),
    ),
  };
});

describe('parseMath', () => {
  it('reads back every tree from its text with the fewest parentheses', () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(parseMath(print(node))).toEqual(node);
      }),
      { numRuns: 500 },
    );
  });

  it('answers any text with a tree or a SyntaxProblem', () => {
    const pieces = fc.constantFrom(
      'm1',
      '(',
      ')',
      '[',
      ']',
      '+',
      '-',
      '*',
      '/',
      ',',
      'SUM',
      '1',
      '.5',
      '"a"',
      ' ',
      '#',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseMath(text)).toHaveProperty('kind');
        } catch (problem) {
          expect(problem).toBeInstanceOf(SyntaxProblem);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses absurd nesting instead of exhausting the stack', () => {
    expect(() => parseMath('('.repeat(5_000))).toThrow(SyntaxProblem);
    expect(() => parseMath('-'.repeat(5_000))).toThrow(SyntaxProblem);
  });

  it('binds from the left and multiplication tighter', () => {
    expect(parseMath('a - b - c * d')).toEqual(parseMath('(a - b) - (c * d)'));
  });

  it.each(['', '1 +', '(1', 'SUM(1', '1 2', 'm1 $ m2', '"open'])('refuses %j', (text) => {
    expect(() => parseMath(text)).toThrow(SyntaxProblem);
  });
});
