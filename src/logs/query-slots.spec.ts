import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuerySlots, type SlotKeys } from './query-slots.js';

const keys = (user: string, place = 'p'): SlotKeys => ({ user, place });

describe('QuerySlots', () => {
  it('says which part is full, the caller first', () => {
    const slots = new QuerySlots({ perUser: 1, perPlace: 2 });
    slots.take(keys('a'));
    expect(slots.full(keys('a'))).toBe('user');
    expect(slots.full(keys('b'))).toBeUndefined();
    slots.take(keys('b'));
    expect(slots.full(keys('c'))).toBe('place');
    expect(slots.full(keys('c', 'elsewhere'))).toBeUndefined();
  });

  it('admits in the order of arrival, past those whose own slots are full', () => {
    const slots = new QuerySlots({ perUser: 1, perPlace: 2 });
    slots.take(keys('a'));
    slots.take(keys('b'));
    const granted: string[] = [];
    for (const user of ['a', 'c', 'd']) slots.enqueue(keys(user), () => granted.push(user));
    slots.free(keys('b'));
    expect(granted).toEqual(['c']);
    slots.free(keys('a'));
    expect(granted).toEqual(['c', 'a']);
    slots.free(keys('c'));
    expect(granted).toEqual(['c', 'a', 'd']);
  });

  it('forgets who stops waiting', () => {
    const slots = new QuerySlots({ perUser: 1, perPlace: 1 });
    slots.take(keys('a'));
    const leave = slots.enqueue(keys('a'), () => expect.unreachable());
    expect(slots.waitingOf('a')).toBe(1);
    leave();
    slots.free(keys('a'));
    expect(slots.size).toBe(0);
  });

  it('never lets more in than there is room for, loses no one, and remembers nothing at the end', () => {
    const event = fc.record({
      user: fc.constantFrom('a', 'b', 'c'),
      place: fc.constantFrom('x', 'y'),
      free: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const slots = new QuerySlots({ perUser: 2, perPlace: 3 });
        const held: SlotKeys[] = [];
        let waiting = 0;
        const check = (): void => {
          const count = (part: 'user' | 'place', value: string): number =>
            held.filter((one) => one[part] === value).length;
          for (const { user, place } of held) {
            expect(count('user', user)).toBeLessThanOrEqual(2);
            expect(count('place', place)).toBeLessThanOrEqual(3);
          }
        };
        for (const { free, ...asked } of events) {
          if (free) {
            const ended = held.shift();
            if (ended !== undefined) slots.free(ended);
          } else {
            waiting += 1;
            slots.enqueue(asked, () => {
              waiting -= 1;
              held.push(asked);
            });
          }
          check();
        }
        for (let ended = held.shift(); ended !== undefined; ended = held.shift()) {
          slots.free(ended);
          check();
        }
        expect(waiting).toBe(0);
        expect(slots.size).toBe(0);
      }),
    );
  });
});
