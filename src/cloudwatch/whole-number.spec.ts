import { describe, expect, it } from 'vitest';
import { wholeNumber } from './whole-number.js';

describe('wholeNumber', () => {
  it.each([0, -1, 1e9, 100_001, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, Number.NaN, 'abc', true])(
    'refuses %s and says the bounds [ARG-09]',
    (value) => {
      const { error } = wholeNumber(1, 10_000).safeParse(value);
      expect(error?.issues[0]?.message).toBe('must be a whole number from 1 to 10000');
    },
  );

  it.each([1, 10_000])('takes the bound %d', (value) => {
    expect(wholeNumber(1, 10_000).parse(value)).toBe(value);
  });
});
