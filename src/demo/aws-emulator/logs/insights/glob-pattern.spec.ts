import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globPattern } from './glob-pattern.js';

describe('globPattern', () => {
  it('takes out of a text what was put in for each *', () => {
    const value = fc.stringMatching(/^[a-z0-9 ]{1,8}$/);
    const separator = fc.stringMatching(/^[-[\](){}.+?$^|/\\=:]{1,3}$/).filter((text) => !text.endsWith('\\'));
    fc.assert(
      fc.property(fc.array(fc.tuple(separator, value), { minLength: 1, maxLength: 5 }), (parts) => {
        const glob = parts.map(([literal]) => `${literal}*`).join('');
        const text = parts.map(([literal, filled]) => `${literal}${filled}`).join('');
        expect(globPattern(glob).pattern.exec(text)?.slice(1)).toEqual(parts.map(([, filled]) => filled));
      }),
    );
  });

  it('counts wildcards, not escaped stars', () => {
    const { pattern, wildcards } = globPattern('a \\* b *');
    expect(wildcards).toBe(1);
    expect(pattern.exec('a * b rest of it')?.[1]).toBe('rest of it');
  });
});
