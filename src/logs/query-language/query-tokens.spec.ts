import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../../test/support/cpu.js';
import { commandsOf, columnName, statsOf } from './query-pipeline.js';
import { type QueryLanguage, tokenize } from './query-tokens.js';

const texts = (query: string, language: QueryLanguage = 'CWLI') =>
  tokenize(query, language).map(({ kind, text }) => `${kind}:${text}`);
const queries = fc.oneof(
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  fc
    .array(
      fc.constantFrom('filter', ' ', '|', '(', ')', '[', ',', "'", '"', '`', '/', '\\', '#', '--', '/*', '\n', 'a'),
      {
        maxLength: 80,
      },
    )
    .map((parts) => parts.join('')),
);
const languages = fc.constantFrom<QueryLanguage>('CWLI', 'SQL', 'PPL');

describe('tokenize', () => {
  it('keeps strings, regular expressions and quoted names whole, and drops comments', () => {
    expect(texts('filter `a b` like /x | y\\/z/ # gone | limit 1\n| fields "a | b"')).toEqual([
      'name:filter',
      'quoted:a b',
      'name:like',
      'regex:x | y\\/z',
      'symbol:|',
      'name:fields',
      'string:a | b',
    ]);
  });

  it('divides where no regular expression can begin', () => {
    expect(texts('fields a / b / 2')).toEqual(['name:fields', 'name:a', 'symbol:/', 'name:b', 'symbol:/', 'number:2']);
    expect(texts('parse @message /(?<x>a)/')).toContain('regex:(?<x>a)');
  });

  it('reads double quotes as a name in SQL, and comments of each language', () => {
    expect(texts(`SELECT "a b" -- x\n, 'it''s' /* y */`, 'SQL')).toEqual([
      'name:SELECT',
      'quoted:a b',
      'symbol:,',
      'string:it',
      'string:s',
    ]);
    expect(texts('where a = 1 // x', 'PPL')).toEqual(['name:where', 'name:a', 'symbol:=', 'number:1']);
  });

  it('never throws, and gives pieces of the text in their order', () => {
    fc.assert(
      fc.property(queries, languages, (query, language) => {
        let end = 0;
        for (const token of tokenize(query, language)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          expect(query.slice(token.start, token.end)).toContain(token.text);
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(query.length);
      }),
    );
  });

  it.each(['(', '"', '/', '`', '\\', '# ', 'like /', '--', '/*', 'a.', '(a)*$', '\ud83d'])(
    'takes time linear in 10 KB of %j',
    async (piece) => {
      const long = piece.repeat(10_000 / piece.length);
      for (const language of ['CWLI', 'SQL', 'PPL'] as const) {
        expect(await medianCpuMs(async () => tokenize(long, language))).toBeLessThan(50);
      }
    },
  );
});

describe('commandsOf', () => {
  it('splits at pipes outside of strings and brackets', () => {
    const names = commandsOf(tokenize('filter a like "x|y" | Stats count(*) by b | limit 5', 'CWLI')).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['filter', 'stats', 'limit']);
  });

  it('reads what stats computes and by what', () => {
    const query = 'stats count(*) as n, max(a + b) by bin(5m), `by` as c';
    const [stats] = commandsOf(tokenize(query, 'CWLI'));
    if (stats === undefined) throw new Error('no command');
    const { aggregates, groups } = statsOf(stats);
    expect(aggregates.map((column) => columnName(column, query))).toEqual(['n', 'max(a + b)']);
    expect(groups.map((column) => columnName(column, query))).toEqual(['bin(5m)', 'c']);
  });
});
