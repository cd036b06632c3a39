import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { readYaml } from './yaml-source.js';

describe('readYaml', () => {
  it('reads every scalar as the text that was written', () => {
    const { data } = readYaml('id: 012345678901\ngroup: no\nlist: [1, true, null, ~]\nempty:\n');
    expect(data).toEqual({ id: '012345678901', group: 'no', list: ['1', 'true', 'null', '~'], empty: '' });
  });

  it('knows the line of every place, and of the nearest one around what is missing', () => {
    const source = readYaml('a:\n  b: 1\n  c:\n    - d: 1\n      e:\n        f: 2\n    - g\n');
    const lineOf = (...path: (string | number)[]): number => source.lineOf(path);
    expect([lineOf('a'), lineOf('a', 'b'), lineOf('a', 'c', 0, 'e'), lineOf('a', 'c', 0, 'e', 'f')]).toEqual([
      1, 2, 5, 6,
    ]);
    expect([lineOf('a', 'c', 1), lineOf('a', 'b', 'x', 'y'), lineOf('z'), lineOf()]).toEqual([7, 2, 1, 1]);
  });

  it('finds a key that is given twice, at its second place', () => {
    const { mistakes } = readYaml('accounts:\n  shop: {}\n  other: {}\n  shop: {}\nlist:\n  - x: 1\n    x: 2\n');
    expect(mistakes).toEqual([
      { line: 4, path: ['accounts', 'shop'], message: 'is given twice; keep one' },
      { line: 7, path: ['list', 0, 'x'], message: 'is given twice; keep one' },
    ]);
  });

  it.each([
    ['an open list', 'a: [b', 1],
    ['tabs', 'a:\n\tb: 2', 2],
    ['two documents', 'a: 1\n---\nb: 2', 2],
    ['an alias', 'a: &x 1\nb: *x', 2],
    ['a tag', 'a: 1\nb: !!int 4', 2],
    ['a key that is a list', 'a: 1\n? [x]\n: 2', 2],
    ['a key plain objects lose', 'a: 1\n__proto__: 2', 2],
  ])('refuses %s with its line', (_what, text, line) => {
    expect(readYaml(text).mistakes).toMatchObject([{ line }]);
  });

  it('never throws, and without a mistake gives what the text says', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '&x', '*x', '"', '#') }),
        (text) => {
          const { mistakes, data } = readYaml(text);
          if (mistakes.length === 0) expect(data).toEqual(parseDocument(text, { schema: 'failsafe' }).toJS());
        },
      ),
    );
  });
});
