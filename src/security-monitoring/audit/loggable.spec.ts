import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loggable, loggablePath } from './loggable.js';

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

  it('masks a secret before it cuts through it', () => {
    const text = `${'x'.repeat(240)} AKIAIOSFODNN7EXAMPLE and more`;
    expect(loggable(text)).not.toMatch(/AKIA/);
  });
});

describe('loggablePath', () => {
  it.each(['/', '/mcp', '/mcp/tools/call', '/.well-known/oauth-protected-resource/mcp', '/admin', '/wp-login.php'])(
    'shows %s as it is',
    (path) => {
      expect(loggablePath(path)).toBe(path);
    },
  );

  it('shows of what may be a key only how it begins [LOG-03]', () => {
    expect(loggablePath('/mcp/k7Qp2vXz9LmN4rTb8WcY3sHd6JfG1aUe5/x')).toBe('/mcp/k7Qp2vXz…/x');
  });

  it('is bounded, whatever the length of the path', () => {
    expect(loggablePath('/a'.repeat(8_000)).length).toBeLessThanOrEqual(257);
  });
});
