import { describe, expect, it } from 'vitest';
import { gaussian, randomFrom } from '../../demo/bench/seasonality-series.js';
import { trendOf } from './trend.js';

const values = (length: number, valueAt: (index: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, index) => valueAt(index));

describe('trendOf', () => {
  const random = randomFrom(4);

  it.each([
    ['positive', 0.3],
    ['negative', -0.3],
  ])('is %s for values that go %d of their range', (trend, change) => {
    expect(trendOf(values(1_000, (index) => (change * index) / 1_000 + 0.1 * gaussian(random)))).toBe(trend);
    expect(trendOf(values(4, (index) => change * index))).toBe(trend);
  });

  it('is none for values on a level, and for what nobody could see', () => {
    expect(trendOf(values(1_000, () => 0.5))).toBe('none');
    expect(trendOf(values(1_000, (index) => index * 1e-7))).toBe('none');
    expect(trendOf(values(2, (index) => index))).toBe('none');
    expect(trendOf(Float64Array.of(0, 1, 0))).toBe('none');
  });

  it('is found in noise about once in twenty', () => {
    const found = Array.from({ length: 400 }, () => trendOf(values(200, () => gaussian(random))));
    const share = found.filter((trend) => trend !== 'none').length / found.length;
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
  });

  it('passes over what is missing', () => {
    expect(trendOf(values(300, (index) => (index % 3 === 0 ? Number.NaN : index / 300)))).toBe('positive');
  });
});
