import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

function drained<T>(queue: FairQueue<T>): T[] {
  const out: T[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) out.push(next);
  return out;
}

const owner = fc.constantFrom('a', 'b', 'c', 'd');

describe('FairQueue', () => {
  it('takes one of each owner in turn, each in their own order', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(item.slice(0, 1), item);
    expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('knows how many come before one more', () => {
    fc.assert(
      fc.property(fc.array(owner, { maxLength: 40 }), owner, fc.nat(10), (owners, mine, taken) => {
        const queue = new FairQueue<string>();
        owners.forEach((name, index) => queue.push(name, `${name}${index}`));
        for (let left = taken; left > 0; left -= 1) queue.shift();
        const ahead = queue.aheadOf(mine);
        queue.push(mine, 'mine');
        expect(drained(queue).indexOf('mine')).toBe(ahead);
      }),
    );
  });

  it('loses and doubles nothing, whatever leaves early', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(owner, fc.boolean()), { maxLength: 40 }), (entries) => {
        const queue = new FairQueue<number>();
        entries.forEach(([name], index) => queue.push(name, index + 1));
        entries.forEach(([name, leaves], index) => leaves && queue.remove(name, index + 1));
        queue.remove('nobody', 1);
        const staying = entries.flatMap(([, leaves], index) => (leaves ? [] : [index + 1]));
        expect(queue.size).toBe(staying.length);
        expect(drained(queue).toSorted((a, b) => a - b)).toEqual(staying);
        expect(queue.size).toBe(0);
      }),
    );
  });
});
