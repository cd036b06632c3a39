import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../../test/support/cpu.js';
import { queryFields } from './query-fields.js';

const fields = (query: string, language?: 'CWLI' | 'SQL' | 'PPL') => Object.fromEntries(queryFields(query, language));
const EQUAL = 'filter_equality';
const OTHER = 'filter_non_equality';
const SHOWN = 'display';

describe('queryFields', () => {
  it.each([
    ['equality with a literal, either way round', 'filter a = "x" and 5 = b', { a: EQUAL, b: EQUAL }],
    ['a list', 'filter a in ["x", -1] and b not in [1]', { a: EQUAL, b: OTHER }],
    ['other comparisons', 'filter a != 1 and b >= 2 or c like /d = 1/', { a: OTHER, b: OTHER, c: OTHER }],
    ['what stands under a not', 'filter not (a = 1 or not b = 2) and not c = 3', { a: OTHER, b: EQUAL, c: OTHER }],
    ['nested brackets', 'filter ((a = 1) and ((b = 2 or (c > 3))))', { a: EQUAL, b: EQUAL, c: OTHER }],
    [
      'functions',
      'filter strlen(a) = 5 and ispresent(b) and c = concat(d, "e")',
      { a: OTHER, b: OTHER, c: OTHER, d: OTHER },
    ],
    ['fields compared with fields', 'filter a = b', { a: OTHER, b: OTHER }],
    [
      'texts that look like conditions',
      'filter @message like "a = 1 and b = 2" and c = \'x | filter d = 1\'',
      { '@message': OTHER, c: EQUAL },
    ],
    ['comments', 'filter a = 1 # | filter b = 2\n| filter c = 3', { a: EQUAL, c: EQUAL }],
    ['quoted names', 'filter `user.id` = 1 and `a b` > 2', { 'user.id': EQUAL, 'a b': OTHER }],
    [
      'aliases of fields',
      'fields a / 1000 as seconds, b | filter seconds = 5 | sort seconds desc',
      { a: SHOWN, b: SHOWN },
    ],
    [
      'names that parse makes',
      'parse @message "user=* x=*" as user, x | filter user = "u" and y = 1',
      { '@message': SHOWN, y: EQUAL },
    ],
    ['groups of a regular expression', 'parse @message /(?<user>\\w+)/ | filter user = "u"', { '@message': SHOWN }],
    [
      'columns after stats',
      'filter a = 1 | stats count(*) as n by b | filter n = 5 and b = 2 | sort n',
      { a: EQUAL, b: SHOWN },
    ],
    ['filterIndex', 'filterIndex a = "1"', { a: EQUAL }],
    ['the strongest of several uses', 'fields a | filter a > 1 | filter a = 2 | sort a', { a: EQUAL }],
    ['names too odd to be fields', 'filter `a\nb` = 1 and `x|y` = 2', {}],
  ])('reads %s', (_what, query, expected) => {
    expect(fields(query)).toEqual(expected);
  });

  it.each([
    [
      'clauses',
      "SELECT a, COUNT(*) AS n FROM `g` WHERE b = 'x' AND c IN ('y') GROUP BY a ORDER BY n DESC LIMIT 5",
      { a: SHOWN, b: EQUAL, c: EQUAL },
    ],
    [
      'fields of AWS by their whole name',
      'SELECT `@logStream` FROM `g` WHERE `@logStream` = 1',
      { '@logStream': EQUAL },
    ],
    [
      'tables and their aliases',
      "SELECT t.a, t.`b` FROM `g` AS t JOIN `h` AS u ON t.c = u.d WHERE t.e = 'x'",
      { a: SHOWN, b: SHOWN, c: OTHER, d: OTHER, e: EQUAL },
    ],
    [
      'subqueries',
      'SELECT a FROM `g` WHERE b IN (SELECT c FROM `h` WHERE d = 1) AND e = 2',
      { a: SHOWN, b: OTHER, c: SHOWN, d: EQUAL, e: EQUAL },
    ],
    [
      'words inside of functions',
      'SELECT EXTRACT(year FROM a) AS y FROM `g` WHERE b = 1',
      { year: SHOWN, a: SHOWN, b: EQUAL },
    ],
  ])('reads %s of SQL', (_what, query, expected) => {
    expect(fields(query, 'SQL')).toEqual(expected);
    expect(fields(query)).toEqual(expected);
  });

  it.each([
    ['commands', "source = `g` | where a = 'x' and b > 1 | stats count() by c", { a: EQUAL, b: OTHER, c: SHOWN }],
    [
      'names it makes',
      'where a = 1 | eval x = b + 1, y = x | where y = 2 | rename c as d | sort - d',
      { a: EQUAL, b: SHOWN, c: SHOWN },
    ],
    ['what a search asks for', "search source = `g` a = 'x' | fields b", { a: EQUAL, b: SHOWN }],
    ['grok', "where b = 1 | grok a '%{IP:client} %{WORD:verb}' | where client = '1'", { b: EQUAL, a: SHOWN }],
  ])('reads %s of PPL', (_what, query, expected) => {
    expect(fields(query, 'PPL')).toEqual(expected);
    expect(fields(query)).toEqual(expected);
  });

  it('never throws, and names nothing that is not in the text', () => {
    const pieces = 'filter,where,SELECT,FROM,not,and,in,as,by,parse,stats,(,),[,],|,=,a,`b`,"c",\',/,#,\\,\n, '.split(
      ',',
    );
    const query = fc.oneof(
      fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(' ')),
    );
    const language = fc.constantFrom('CWLI' as const, 'SQL' as const, 'PPL' as const, undefined);
    fc.assert(
      fc.property(query, language, (text, spoken) => {
        for (const field of queryFields(text, spoken).keys()) expect(text).toContain(field);
      }),
    );
  });

  it.each([
    ['brackets', '('],
    ['negations', 'not '],
    ['pipes', '|'],
    ['comparisons', 'a=1 and '],
    ['calls', 'f(a,'],
    ['columns', 'a as b,'],
    ['subqueries', '(select a from b where '],
    ['regular expressions', 'like /(a+)+$/ '],
    ['named groups', '(?<a'],
    ['grok patterns', '%{a:'],
  ])('takes time linear in 10 KB of %s [ARG-12]', async (_what, piece) => {
    for (const begin of ['filter ', 'where ', 'select ', 'fields ', 'parse @message "', 'parse @message /']) {
      const query = begin + piece.repeat(10_000 / piece.length);
      expect(await medianCpuMs(async () => queryFields(query))).toBeLessThan(100);
    }
  });
});
