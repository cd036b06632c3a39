import { describe, expect, it } from 'vitest';
import { compileFilterPattern } from './filter-pattern.js';

const EVENT = JSON.stringify({
  level: 'ERROR',
  durationMs: 1250,
  retry: true,
  cause: null,
  error: { type: 'PaymentProviderTimeout' },
  tags: ['a', 'b'],
});

describe('compileFilterPattern', () => {
  it.each([
    ['', 'anything', true],
    ['ERROR', 'an ERROR line', true],
    ['ERROR', 'an error line', false],
    ['ERROR payment', 'payment ERROR', true],
    ['ERROR payment', 'ERROR', false],
    ['"payment failed"', 'the payment failed', true],
    ['"payment failed"', 'failed payment', false],
    ['"a \\"b\\""', 'x a "b" y', true],
    ['ERROR -retry', 'ERROR', true],
    ['ERROR -retry', 'ERROR, retry', false],
    ['?ERROR ?WARN', 'a WARN', true],
    ['?ERROR ?WARN', 'INFO', false],
    ['?ERROR payment', 'payment', true],
    ['%4[0-9]{2}%', 'answered 429', true],
    ['%4[0-9]{2}%', 'answered 500', false],
  ])('%j on %j is %s', (pattern, message, expected) => {
    expect(compileFilterPattern(pattern)(message)).toBe(expected);
  });

  it.each([
    ['{ $.level = "ERROR" }', true],
    ['{ $.level = ERROR }', true],
    ['{ $.level != "ERROR" }', false],
    ['{ $.nosuch != "ERROR" }', false],
    ['{ $.error.type = "Payment*" }', true],
    ['{ $.error.type = "Payment" }', false],
    ['{ $["level"] = "ERR*" }', true],
    ['{ $.tags[1] = "b" }', true],
    ['{ $.durationMs > 1000 && $.level = "ERROR" }', true],
    ['{ $.durationMs <= 1000 || $.retry IS TRUE }', true],
    ['{ ($.durationMs < 10 || $.durationMs = 1250) && $.retry IS FALSE }', false],
    ['{ $.cause IS NULL && $.nosuch NOT EXISTS }', true],
    ['{$.durationMs=1250}', true],
  ])('%j is %s', (pattern, expected) => {
    expect(compileFilterPattern(pattern)(EVENT)).toBe(expected);
  });

  it('never matches a message that is no JSON object with a JSON pattern', () => {
    expect(compileFilterPattern('{ $.a NOT EXISTS }')('plain text')).toBe(false);
    expect(compileFilterPattern('{ $.a NOT EXISTS }')('{broken')).toBe(false);
  });

  it.each([
    '{ $.a = }',
    '{ level = "x" }',
    '{ $.a > "x" }',
    '{ $.a = 1',
    '{ $.a IS MAYBE }',
    '{ $.a = 1 } x',
    '"open',
    '%(%',
    '[a, b]',
  ])('refuses %j', (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(/^Invalid filter pattern/);
  });
});
