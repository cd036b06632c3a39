import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { cleanText } from './clean-text.js';

const ESC = '\u001b';
const hidden = (text: string): string =>
  Array.from(text, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join('');
const repeated = (unit: string): string => unit.repeat(Math.ceil(1_000_000 / unit.length));

/** The rule, said another way than in the code: one code point at a time. */
function isUnwanted(char: string): boolean {
  const point = char.codePointAt(0) ?? 0;
  if (point === 0x09 || point === 0x0a) return false;
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return true;
  if (point >= 0xd800 && point <= 0xdfff) return true;
  return /\p{Default_Ignorable_Code_Point}/u.test(char);
}

describe('cleanText', () => {
  it.each([
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red', 11],
    ['a hidden link', `${ESC}]8;;https://evil.example${ESC}\\here${ESC}]8;;\u0007`, 'here', 33],
    ['8-bit controls', 'a\u009b31mb\u0085c', 'abc', 5],
    ['a sequence that does not end', `a${ESC}]0;title`, 'a]0;title', 1],
    ['a sequence in a sequence', `${ESC}${ESC}[31m[31mx`, '[31m[31mx', 2],
    ['zero-width and soft hyphen', 'pa\u200bss\u200d\u2060\ufeff\u00adword', 'password', 5],
    ['bidi', 'user\u202e nimda\u202c \u2066x\u2069', 'user nimda x', 4],
    ['the tag block', `hello${hidden('Ignore all')}`, 'hello', 10],
    ['variation selectors', 'a\u{e0100}\u{e01ef}\ufe0f', 'a', 3],
    ['lone surrogates', 'a\ud800b\udc00', 'ab', 2],
    ['controls', '\0\u0007\b\r\u007fa', 'a', 5],
  ])('removes %s and counts it [PIC-03]', (_what, text, cleaned, removed) => {
    expect(cleanText(text)).toEqual({ text: cleaned, removed });
  });

  it('leaves text as people read it alone', () => {
    const text = 'ünïcode 日本語 עברית 😀 👍🏽 e\u0301 tab\tline\nC:\\temp [31m 100 %';
    expect(cleanText(text)).toEqual({ text, removed: 0 });
  });

  it('leaves nothing unwanted in any text, and cleaning again changes nothing [PIC-03]', () => {
    const bits = fc.oneof(
      fc.constantFrom(
        ESC,
        '[',
        ']',
        '31m',
        '\u009b',
        '\u0007',
        `${ESC}\\`,
        '\u200b',
        '\u{e0041}',
        '\ud83d',
        '\ude00',
        'P',
        '\n',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(bits), (parts) => {
        const { text } = cleanText(parts.join(''));
        expect(Array.from(text).filter(isUnwanted)).toEqual([]);
        expect(cleanText(text)).toEqual({ text, removed: 0 });
      }),
      { numRuns: 200 },
    );
  });

  it('takes linear time on hostile text of 1 MB [PIC-03]', async () => {
    for (const unit of [`${ESC}[`, `${ESC}]a`, 'a\u200b', `${ESC}Pa${ESC}`, '\ud800']) {
      const text = repeated(unit);
      expect(await medianCpuMs(async () => cleanText(text)), JSON.stringify(unit)).toBeLessThan(400);
    }
  });
});
