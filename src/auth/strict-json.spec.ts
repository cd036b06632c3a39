import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { parseStrictObject } from './strict-json.js';

describe('parseStrictObject', () => {
  it('reads every object JSON can write', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.nat(3), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        expect(parseStrictObject(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses a member that occurs twice, at any depth and however it is escaped', () => {
    const escaped = (name: string): string =>
      name.replace(/./g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,8}$/),
        fc.jsonValue({ maxDepth: 2 }),
        fc.boolean(),
        (name, value, deep) => {
          const twice = `{"${name}":${JSON.stringify(value)} , "${escaped(name)}" :1}`;
          expect(parseStrictObject(deep ? `{"a":[0,{"b":${twice}}]}` : twice)).toBeUndefined();
        },
      ),
    );
  });

  it('lets the same name stand in different objects and inside strings', () => {
    const text = '{"a":{"a":1},"b":[{"a":1},{"a":"\\"a\\":2,\\"a\\":{"}]}';
    expect(parseStrictObject(text)).toEqual(JSON.parse(text));
  });

  it.each(['"hello"', 'null', '[1]', '5', 'true', '', '{', '{"a":1,}', '{"a":NaN}', "{'a':1}", '\uFEFF{}'])(
    'refuses %s',
    (text) => {
      expect(parseStrictObject(text)).toBeUndefined();
    },
  );

  it('refuses what nests too deeply, quickly', async () => {
    const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parseStrictObject(text)).toBeUndefined();
    expect(await medianCpuMs(async () => parseStrictObject(text))).toBeLessThan(500);
  });
});
