import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, pages } from './pages.js';

function listing(sizes: readonly number[], asked: number[] = []) {
  return pages(async (token) => {
    const index = Number(token ?? 0);
    asked.push(index);
    const before = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    return {
      items: Array.from({ length: sizes[index] ?? 0 }, (_, offset) => before + offset),
      nextToken: index + 1 < sizes.length ? String(index + 1) : undefined,
    };
  });
}

describe('collect', () => {
  it('takes exactly the first items and knows whether there are more', async () => {
    const sizes = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 20 }), async (pageSizes, limit) => {
        const total = pageSizes.reduce((sum, size) => sum + size, 0);
        const { items, truncated } = await collect(listing(pageSizes), (page) => page.items, limit);
        expect(items).toEqual(Array.from({ length: Math.min(limit, total) }, (_, index) => index));
        expect(truncated).toBe(total > limit);
      }),
    );
  });

  it('asks for no page it does not need', async () => {
    const asked: number[] = [];
    await collect(listing([3, 3, 3], asked), (page) => page.items, 4);
    expect(asked).toEqual([0, 1]);
  });
});

describe('pages', () => {
  it('ends when a token repeats', async () => {
    let calls = 0;
    const endless = pages(async () => ({ items: [++calls], nextToken: 'same' }));
    const { items } = await collect(endless, (page) => page.items, 100);
    expect(items).toEqual([1, 2]);
  });
});
