import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectPart, type Listing, type Part, partOf } from './answer-part.js';

interface Page {
  readonly items: readonly number[];
  readonly next?: string;
}

function listing(sizes: readonly number[], asked: (string | undefined)[] = []): Listing<Page, number> {
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0));
  return {
    fetch: async (token) => {
      asked.push(token);
      const index = Number(token ?? 0);
      return {
        items: Array.from({ length: sizes[index] ?? 0 }, (_, offset) => (starts[index] ?? 0) + offset),
        next: index + 1 < sizes.length ? String(index + 1) : undefined,
      };
    },
    tokenOf: ({ next }) => next,
    itemsOf: ({ items }) => items,
  };
}

describe('collectPart', () => {
  it('gives every item exactly once, part by part, whatever the pages, the limit and the budget', async () => {
    const sizes = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        async (pageSizes, limit, budgetBytes) => {
          const total = pageSizes.reduce((sum, size) => sum + size, 0);
          const seen: number[] = [];
          let cursor: string | null = null;
          do {
            const part: Part<number> = await collectPart(listing(pageSizes), { cursor, limit, budgetBytes });
            expect(part.items.length).toBeLessThanOrEqual(limit);
            if (part.items.length > 1) {
              const bytes = part.items.reduce((sum, item) => sum + String(item).length + 1, 0);
              expect(bytes).toBeLessThanOrEqual(budgetBytes);
            }
            seen.push(...part.items);
            cursor = part.nextCursor;
          } while (cursor !== null);
          expect(seen).toEqual(Array.from({ length: total }, (_, index) => index));
        },
      ),
    );
  });

  it('asks for no page it does not need', async () => {
    const asked: (string | undefined)[] = [];
    await collectPart(listing([3, 3, 3], asked), { limit: 3, budgetBytes: 1_000 });
    expect(asked).toEqual([undefined]);
  });

  it('fetches no further page once there is no time, and leads on from there', async () => {
    const asked: (string | undefined)[] = [];
    const pages = { ...listing([1, 2, 3], asked) };
    const first = await collectPart(pages, { limit: 100, budgetBytes: 1_000, goOn: () => false });
    expect(asked).toHaveLength(1);
    const rest = await collectPart(pages, { limit: 100, budgetBytes: 1_000, cursor: first.nextCursor });
    const whole = await collectPart(pages, { limit: 100, budgetBytes: 1_000 });
    expect([...first.items, ...rest.items]).toEqual(whole.items);
    expect(rest.items.length).toBeGreaterThan(0);
  });

  it('ends where AWS repeats a token', async () => {
    const asked: (string | undefined)[] = [];
    const endless: Listing<Page, number> = { ...listing([1], asked), tokenOf: () => 'same' };
    const { nextCursor } = await collectPart(endless, { limit: 100, budgetBytes: 1_000 });
    expect([asked, nextCursor]).toEqual([[undefined, 'same'], null]);
  });

  it.each(['x', '', Buffer.from('{"s":-1}').toString('base64url'), Buffer.from('[]').toString('base64url')])(
    'refuses the cursor %j, which no answer gave, by its field',
    async (cursor) => {
      await expect(collectPart(listing([1]), { cursor, limit: 1, budgetBytes: 1_000 })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'cursor',
      });
    },
  );
});

describe('partOf', () => {
  it('knows the total of a listing that it gave from its start to its end', () => {
    expect(partOf({ items: [1, 2], nextCursor: null }, { fromStart: true })).toMatchObject({ returned: 2, total: 2 });
    expect(partOf({ items: [1, 2], nextCursor: null }, { fromStart: false })).toMatchObject({ total: null });
    expect(partOf({ items: [1], nextCursor: 'c' }, { fromStart: true })).toEqual({
      returned: 1,
      total: null,
      truncated: true,
      next_cursor: 'c',
    });
  });
});
