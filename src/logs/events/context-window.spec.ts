import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestWithin } from './context-window.js';

const around = (before: number, same: number, after: number) => ({
  earlier: Array.from({ length: before }, (_, index) => `e${index}`),
  same: Array.from({ length: same }, (_, index) => `s${index}`),
  later: Array.from({ length: after }, (_, index) => `l${index}`),
});

describe('nearestWithin', () => {
  it('keeps all in the order of time when it fits', () => {
    expect(nearestWithin(around(3, 2, 1), 1_000)).toEqual(['e0', 'e1', 'e2', 's0', 's1', 'l0']);
  });

  it('leaves out the farthest first, on both sides in turn', () => {
    // Each of these weighs five bytes.
    expect(nearestWithin(around(5, 1, 5), 25)).toEqual(['e3', 'e4', 's0', 'l0', 'l1']);
    expect(nearestWithin(around(5, 1, 0), 15)).toEqual(['e3', 'e4', 's0']);
    expect(nearestWithin(around(0, 0, 4), 10)).toEqual(['l0', 'l1']);
  });

  it('shows one event at least, and a run without gaps around the place', () => {
    const size = fc.nat(12);
    fc.assert(
      fc.property(size, size, size, fc.nat(120), (before, same, after, budget) => {
        const lists = around(before, same, after);
        const all = [...lists.earlier, ...lists.same, ...lists.later];
        const shown = nearestWithin(lists, budget);
        if (all.length > 0) expect(shown.length).toBeGreaterThan(0);
        if (shown.length > 1) expect(shown.length * 5).toBeLessThanOrEqual(budget);
        const from = all.indexOf(shown[0] ?? '');
        expect(shown).toEqual(all.slice(Math.max(from, 0), Math.max(from, 0) + shown.length));
      }),
    );
  });
});
