import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withinBudget } from './result-budget.js';

describe('withinBudget', () => {
  it('keeps a front part that fits, and all of it when all fits', () => {
    const lists = fc.array(fc.record({ message: fc.string({ unit: 'grapheme', maxLength: 40 }) }));
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 1_000 }), (items, budget) => {
        const kept = withinBudget({ items, truncated: false }, budget);
        expect(items.slice(0, kept.items.length)).toEqual(kept.items);
        expect(kept.items.length === 0 || Buffer.byteLength(JSON.stringify(kept.items)) <= budget + 1).toBe(true);
        expect(kept.truncated).toBe(kept.items.length < items.length);
      }),
    );
  });

  it('remembers that the list was cut before', () => {
    expect(withinBudget({ items: [1], truncated: true }, 100)).toEqual({ items: [1], truncated: true });
  });
});
