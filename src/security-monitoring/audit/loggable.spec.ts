import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loggable } from './loggable.js';

describe('loggable', () => {
  it('leaves ordinary text alone', () => {
    expect(loggable('Zoë <zoe@example.com> /mcp')).toBe('Zoë <zoe@example.com> /mcp');
  });

  it('replaces what could forge a line, move a cursor or turn the reading direction', () => {
    expect(loggable('a\r\nb\u001b[31mc\u009b2Jd\u2028e\u202ef')).toBe(
      'a\ufffd\ufffdb\ufffd[31mc\ufffd2Jd\ufffde\ufffdf',
    );
  });

  it('never returns more than the limit and an ellipsis, nor a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (text, limit) => {
        const safe = loggable(text, limit);
        expect(safe.length).toBeLessThanOrEqual(limit + 1);
        expect(safe).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});
