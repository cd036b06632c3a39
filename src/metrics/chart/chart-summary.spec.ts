import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beyondThreshold, summarize } from './chart-summary.js';

const seriesOf = (values: readonly number[]) => ({
  id: 'm1',
  label: 'l',
  statusCode: 'Complete',
  messages: [],
  datapoints: values.map((value, index) => ({ timestamp: `t${index}`, value })),
});

describe('summarize', () => {
  it('gives the numbers of the points, and where the highest is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 }), (values) => {
        const summary = summarize(seriesOf(values));
        expect(summary).toMatchObject({
          datapoints: values.length,
          minimum: Math.min(...values),
          maximum: Math.max(...values),
          first: values[0],
          last: values.at(-1),
          maximum_at: `t${values.indexOf(Math.max(...values))}`,
        });
        expect(summary.average).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(summary.average).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
      }),
    );
  });
});

describe('beyondThreshold', () => {
  it.each([
    ['GreaterThanThreshold', 5, [6]],
    ['GreaterThanOrEqualToThreshold', 5, [5, 6]],
    ['LessThanThreshold', 5, [4]],
    ['LessThanOrEqualToThreshold', 5, [4, 5]],
  ])('%s', (comparison, threshold, beyond) => {
    expect([4, 5, 6].filter((value) => beyondThreshold(comparison, threshold)?.(value))).toEqual(beyond);
  });

  it('knows no side of a band', () => {
    expect(beyondThreshold('LessThanLowerOrGreaterThanUpperThreshold', 5)).toBeUndefined();
  });
});
