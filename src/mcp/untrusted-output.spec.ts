import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { shownCounts, untrustedOutput } from './untrusted-output.js';

const mask = { mask: true };

describe('untrustedOutput', () => {
  it('cleans and masks texts and names wherever they are, and counts both [PIC-03][PIC-08]', () => {
    const row = { '@message': 'a\u200bb AKIAIOSFODNN7EXAMPLE', 'na\u202eme': 1, password: 'hunter2' };
    expect(untrustedOutput({ rows: [row], total: 1, next: null, more: false }, mask)).toEqual({
      output: {
        rows: [{ '@message': 'ab [masked: aws-key]', name: 1, password: '[masked: password]' }],
        total: 1,
        next: null,
        more: false,
      },
      sanitized_chars: 2,
      masked_secrets: 2,
    });
  });

  it('finds a secret that invisible characters were to hide [PIC-08]', () => {
    expect(untrustedOutput('AKIA\u200bIOSFODNN7EXAMPLE', mask).output).toBe('[masked: aws-key]');
  });

  it('masks nothing when the operator says so, and cleans all the same', () => {
    const { output, masked_secrets } = untrustedOutput(
      { password: 'hun\u200bter2 AKIAIOSFODNN7EXAMPLE' },
      { mask: false },
    );
    expect(output).toEqual({ password: 'hunter2 AKIAIOSFODNN7EXAMPLE' });
    expect(masked_secrets).toBe(0);
  });

  it('keeps members apart whose names differ only in what is not seen', () => {
    const { output } = untrustedOutput({ a: 1, 'a\u200b': 2, '\u200da': 3, ['__proto__']: 4 }, mask);
    expect(Object.entries(output)).toEqual([
      ['a', 1],
      ['a (2)', 2],
      ['a (3)', 3],
      ['__proto__', 4],
    ]);
  });

  it('changes nothing but texts, whatever the shape', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { output } = untrustedOutput(value, mask);
        expect(shapeOf(output)).toEqual(shapeOf(value));
      }),
    );
  });

  it('takes little CPU for an answer of 1 MB', async () => {
    const line = '2026-11-20T10:00:00Z INFO checkout {"order":1234,"user":"bob","tokens":12} done in 53 ms';
    const rows = Array.from({ length: 7_000 }, (_, index) => ({
      '@timestamp': '2026-11-20 10:00:00.000',
      '@message': `${line} ${index}`,
      '@logStream': 'app/1',
    }));
    expect(await medianCpuMs(async () => untrustedOutput({ rows }, mask))).toBeLessThan(250);
  });
});

describe('shownCounts', () => {
  it('leaves out what did not happen', () => {
    expect(shownCounts({ sanitized_chars: 0, masked_secrets: 0 })).toEqual({});
    expect(shownCounts({ sanitized_chars: 3, masked_secrets: 1 })).toEqual({ sanitized_chars: 3, masked_secrets: 1 });
  });
});

/** A value with every text, name included, left out. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.values(value).map(shapeOf);
}
