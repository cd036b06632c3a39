import { describe, expect, it } from 'vitest';
import { exactNumber, shortNumber } from './number-text.js';

describe('shortNumber', () => {
  it.each([
    [0, '0'],
    [950, '950'],
    [1_000, '1k'],
    [12_500, '12.5k'],
    [-2_500_000, '-2.5M'],
    [3e9, '3G'],
    [1.5e12, '1.5T'],
    [2e15, '2e15'],
    [0.25, '0.25'],
    [0.00001, '1e-5'],
    [1e-9, '1e-9'],
  ])('writes %d as %s', (value, text) => expect(shortNumber(value)).toBe(text));
});

describe('exactNumber', () => {
  it.each([
    [1_234_567, '1,234,567'],
    [4_225.381_23, '4,225.38'],
    [0.123_456_78, '0.123457'],
    [-5, '-5'],
    [1.25e20, '1.25e20'],
    [1e30, '1e30'],
  ])('writes %d as %s', (value, text) => expect(exactNumber(value)).toBe(text));
});
