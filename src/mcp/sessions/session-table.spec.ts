import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionTable, type TableEntry } from './session-table.js';

interface Entry extends TableEntry {
  busy: boolean;
  inUse: boolean;
  lastUsed: number;
}

const LIMITS = { perOwner: 3, total: 8, idleMs: 1_000 };

const entry = (id: number, owner: string, lastUsed = 0, busy = false): Entry => ({
  id: String(id),
  owner,
  lastUsed,
  busy,
  inUse: busy,
});

describe('add', () => {
  it('never keeps more than the limits allow, whoever opens and whatever runs: 10,000 sessions', () => {
    const table = new SessionTable<Entry>(LIMITS);
    const opening = fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd', 'e'), busy: fc.boolean() });
    const openings = fc.sample(opening, { numRuns: 10_000, seed: 7 });
    let [refused, most, mostOfOne] = [0, 0, 0];
    openings.forEach(({ owner, busy }, id) => {
      try {
        table.add(entry(id, owner, id, busy));
      } catch {
        refused += 1;
      }
      most = Math.max(most, table.size);
      mostOfOne = Math.max(mostOfOne, table.of(owner).length);
      // Now and then something ends.
      if (id % 5 === 0) table.all().forEach((one) => (one.busy = false));
    });
    expect(refused).toBeGreaterThan(0);
    expect([most, mostOfOne]).toEqual([LIMITS.total, LIMITS.perOwner]);
  });

  it("takes the place of the owner's longest unused session in which nothing runs, and of nobody else's", () => {
    const table = new SessionTable<Entry>(LIMITS);
    table.add(entry(0, 'bob', 1));
    table.add(entry(1, 'alice', 10, true));
    table.add(entry(2, 'alice', 30));
    table.add(entry(3, 'alice', 20));
    expect(table.add(entry(4, 'alice', 40))?.id).toBe('3');
    expect(table.all().map(({ id }) => id)).toEqual(['0', '1', '2', '4']);
  });

  it('refuses with 429 who has calls running in all of theirs, and with 503 when the server is full', () => {
    const table = new SessionTable<Entry>(LIMITS);
    for (let id = 0; id < LIMITS.perOwner; id += 1) table.add(entry(id, 'alice', 0, true));
    expect(() => table.add(entry(3, 'alice'))).toThrow(expect.objectContaining({ status: 429 }));
    for (let id = 4; table.size < LIMITS.total; id += 1) table.add(entry(id, `owner ${id}`));
    expect(() => table.add(entry(20, 'new'))).toThrow(expect.objectContaining({ status: 503 }));
    expect(table.add(entry(21, 'owner 4'))?.owner).toBe('owner 4');
  });
});

describe('find', () => {
  it('gives a session to its owner alone', () => {
    const table = new SessionTable<Entry>(LIMITS);
    table.add(entry(1, 'alice'));
    expect(table.find('1', 'alice', 0)?.id).toBe('1');
    expect(table.find('1', 'bob', 0)).toBeUndefined();
    expect(['alice', 'bob'].map((owner) => table.isOfAnother('1', owner))).toEqual([false, true]);
    expect(table.isOfAnother('2', 'alice')).toBe(false);
  });

  it('does not find what was not used for the idle time, unless it is in use', () => {
    const table = new SessionTable<Entry>(LIMITS);
    const session = entry(1, 'alice', 500);
    table.add(session);
    expect(table.find('1', 'alice', 1_499)).toBe(session);
    expect(table.expired(1_499)).toEqual([]);
    expect(table.find('1', 'alice', 1_500)).toBeUndefined();
    expect(table.expired(1_500)).toEqual([session]);
    session.inUse = true;
    expect(table.find('1', 'alice', 1_500)).toBe(session);
    expect(table.expired(1_500)).toEqual([]);
  });
});
