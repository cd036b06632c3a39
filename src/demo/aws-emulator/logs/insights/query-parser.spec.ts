import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedQuery } from './malformed-query.js';
import { parseQuery } from './query-parser.js';
import type { Expression } from './query.js';

function failureOf(query: string): string {
  try {
    parseQuery(query);
  } catch (error) {
    if (error instanceof MalformedQuery) return error.message;
    throw error;
  }
  return 'no failure';
}

function conditionOf(text: string): Expression {
  const [command] = parseQuery(`filter ${text}`).commands;
  if (command?.kind !== 'filter') throw new Error('not a filter');
  return command.condition;
}

const leaf: fc.Arbitrary<{ text: string; tree: Expression }> = fc.oneof(
  fc.constantFrom('level', '@message', 'error.type', 'items.0.sku').map((name) => ({
    text: name,
    tree: { kind: 'field', name } as const,
  })),
  fc
    .integer({ min: 0, max: 9_999 })
    .map((value) => ({ text: String(value), tree: { kind: 'literal', value } as const })),
  fc.stringMatching(/^[ -!#-[\]-~]{0,8}$/).map((value) => ({
    text: JSON.stringify(value),
    tree: { kind: 'literal', value } as const,
  })),
);

/** Expressions with the tree they must be read as; every operation in parentheses. */
const expression = fc.letrec<{ any: { text: string; tree: Expression } }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(tie('any'), fc.constantFrom('and', 'or', '=', '!=', '<', '>=', '+', '-', '*', '/', '%'), tie('any'))
      .map(([left, operator, right]) => ({
        text: `(${left.text} ${operator} ${right.text})`,
        tree: { kind: 'binary', operator, left: left.tree, right: right.tree } as const,
      })),
    tie('any').map(({ text, tree }) => ({ text: `(not ${text})`, tree: { kind: 'not', operand: tree } as const })),
    fc.tuple(fc.constantFrom('strlen', 'abs', 'ispresent'), tie('any')).map(([name, { text, tree }]) => ({
      text: `${name}(${text})`,
      tree: { kind: 'call', name, args: [tree] } as const,
    })),
  ),
})).any;

/** Words of the language, to be put together in any order. */
const PIECES = [
  ...'fields filter stats sort parse limit like by as | ( ) [ , /a/ "x" 5m 20 @message count(*) bin(5m)'.split(' '),
  '=',
  'not',
  'in',
  '#c\n',
  '`',
  '"',
  '\\',
  '*',
];

describe('parseQuery', () => {
  it('reads every expression as it is written, however deep', () => {
    fc.assert(
      fc.property(expression, ({ text, tree }) => {
        expect(conditionOf(text)).toEqual(tree);
      }),
    );
  });

  it('answers any text with a query or with a MalformedQuery that points inside the text', () => {
    const pieces = fc.constantFrom(...PIECES);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            expect(parseQuery(text).commands.length).toBeGreaterThan(0);
          } catch (error) {
            if (!(error instanceof MalformedQuery)) throw error;
            const { queryCompileError } = error.members as {
              queryCompileError: { location: { startCharOffset: number; endCharOffset: number } };
            };
            const { startCharOffset, endCharOffset } = queryCompileError.location;
            expect(startCharOffset).toBeLessThanOrEqual(endCharOffset);
            expect(endCharOffset).toBeLessThanOrEqual(text.length);
          }
        },
      ),
    );
  });

  it('lets and bind tighter than or, and not tighter than and', () => {
    expect(conditionOf('a or b and not c')).toEqual(conditionOf('a or (b and (not c))'));
  });

  it('lets multiplication bind tighter than addition and comparison loosest', () => {
    expect(conditionOf('a + b * 2 > c - 1')).toEqual(conditionOf('(a + (b * 2)) > (c - 1)'));
  });

  it('takes keywords in any case, names in back-ticks and comments between and after commands', () => {
    const query = parseQuery('# takes 3s\nFIELDS `odd-name` AS odd # why\n| Filter odd LIKE /(?i)x\\/y/ # end');
    expect(query.comments).toEqual(['takes 3s', 'why', 'end']);
    expect(query.commands).toEqual([
      { kind: 'fields', columns: [{ name: 'odd', expression: { kind: 'field', name: 'odd-name' } }] },
      {
        kind: 'filter',
        condition: { kind: 'match', operand: { kind: 'field', name: 'odd' }, pattern: /x\/y/i, negated: false },
      },
    ]);
  });

  it('does not take a # in a text or a regular expression for a comment', () => {
    expect(parseQuery('filter a like "#1" and b like /#2/').comments).toEqual([]);
  });

  it('does not take the expression of parse for a division', () => {
    expect(parseQuery('parse @message /took (?<ms>\\d+) ms/').commands[0]).toMatchObject({ names: ['ms'] });
  });

  it('parses @message where parse names no field', () => {
    expect(parseQuery('parse "took * ms" as ms').commands[0]).toMatchObject({
      operand: { kind: 'field', name: '@message' },
    });
  });

  it('names a column by its alias, else by its text', () => {
    const [stats] = parseQuery('stats count(*), avg(ms) / 2 as half by bin(5m), level as severity').commands;
    expect(stats).toMatchObject({
      aggregates: [{ name: 'count(*)' }, { name: 'half' }],
      groups: [{ name: 'bin(5m)' }, { name: 'severity' }],
    });
  });

  it('takes the text of an aggregate for its column after stats', () => {
    const [, sort] = parseQuery('stats count(*), sum(a) / count(*) by b | sort sum(a) / count(*) desc, b').commands;
    expect(sort).toEqual({
      kind: 'sort',
      keys: [
        { expression: { kind: 'field', name: 'sum(a) / count(*)' }, descending: true },
        { expression: { kind: 'field', name: 'b' }, descending: false },
      ],
    });
  });

  it('reads the prefixes of SOURCE', () => {
    expect(parseQuery('SOURCE logGroups(namePrefix: [\'/a\', "/b"]) | limit 1').source).toEqual({
      namePrefixes: ['/a', '/b'],
    });
  });

  it.each([
    ['', 'unexpected symbol found <EOF> (expecting a command) at line 1 and position 1'],
    ['fields @message | count()', 'unexpected symbol found count at line 1 and position 19'],
    ['fields @timestamp\n| filtr x = 1', 'unexpected symbol found filtr at line 2 and position 3'],
    ['filter', 'unexpected symbol found <EOF> at line 1 and position 7'],
    ['filter level = ', 'unexpected symbol found <EOF> at line 1 and position 16'],
    ['filter level == "x"', 'unexpected symbol found = at line 1 and position 15'],
    ['filter (a = 1', 'unexpected symbol found <EOF> (expecting )) at line 1 and position 14'],
    ['filter a like b', 'unexpected symbol found b (expecting a text or /expression/) at line 1 and position 15'],
    ['filter a like /(/', 'invalid regular expression /(/ at line 1 and position 15'],
    ['filter a like /x', 'unterminated regular expression at line 1 and position 15'],
    ['filter a = "x', 'unterminated " at line 1 and position 12'],
    ['filter a in "x"', 'unexpected symbol found "x" (expecting [) at line 1 and position 13'],
    ['filter a not = 1', 'unexpected symbol found = (expecting like or in) at line 1 and position 14'],
    ['filter count(*) > 1', 'unexpected symbol found count (only in stats) at line 1 and position 8'],
    ['filter nosuch(a)', 'unsupported function nosuch at line 1 and position 8'],
    ['filter strlen(a, b) > 1', 'wrong number of arguments for strlen at line 1 and position 8'],
    ['filter a > 5m', 'unexpected symbol found 5m at line 1 and position 12'],
    ['stats level', 'not an aggregate: level at line 1 and position 7'],
    ['stats count(*) + level', 'not an aggregate: count(*) + level at line 1 and position 7'],
    ['stats sum(count(*))', 'unexpected symbol found count (only in stats) at line 1 and position 11'],
    ['stats pct(a)', 'wrong number of arguments for pct at line 1 and position 7'],
    ['stats pct(a, b)', 'the second argument of pct is not a number at line 1 and position 7'],
    ['stats count(*) by bin(5q)', 'unexpected symbol found 5q at line 1 and position 23'],
    ['stats count(*) as n | sort level', 'Unknown symbols found in or after stats: level at line 1 and position 28'],
    [
      'stats count(*) by bin(1h) | stats max(`count(*)`) by bin(1d)',
      'Unknown symbols found in or after stats: @timestamp at line 1 and position 54',
    ],
    ['stats count(*) | parse "a*" as b', 'Unknown symbols found in or after stats: @message at line 1 and position 24'],
    [
      'pattern @message | filter level = 1',
      'Unknown symbols found in or after pattern: level at line 1 and position 27',
    ],
    ['parse @message "a*b*" as x', 'parse has 2 wildcards or groups but 1 names at line 1 and position 16'],
    ['parse @message "abc" as x', 'no * in the pattern of parse at line 1 and position 16'],
    ['parse @message /a(b)/', 'no named group in the regular expression of parse at line 1 and position 16'],
    ['limit 0', 'limit is not between 1 and 100000 at line 1 and position 7'],
    ['limit many', 'unexpected symbol found many (expecting a number) at line 1 and position 7'],
    ['dedup a | sort a', 'only limit can follow dedup, found sort at line 1 and position 11'],
    ['pattern @message | diff', 'unsupported command diff at line 1 and position 20'],
    ['fields unmask(@message)', 'unsupported function unmask at line 1 and position 8'],
    ['fields a b', 'unexpected symbol found b at line 1 and position 10'],
    ['fields a ; fields b', 'unexpected symbol found ; at line 1 and position 10'],
    [
      'SOURCE logGroups(class: ["STANDARD"])',
      'SOURCE logGroups is supported with namePrefix only at line 1 and position 8',
    ],
  ])('refuses %j', (query, message) => {
    expect(failureOf(query)).toBe(message);
  });
});
