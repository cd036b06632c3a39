import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hintFor, newestWithin } from './newest-points.js';

const series = (label: string, points: number) => ({
  label,
  datapoints: Array.from({ length: points }, (_, index) => ({
    timestamp: new Date(Date.UTC(2026, 10, 2) + index * 60_000).toISOString(),
    value: index,
  })),
});
const lengths = (given: readonly { datapoints: readonly object[] }[]) =>
  given.map(({ datapoints }) => datapoints.length);

describe('newestWithin', () => {
  it('keeps everything that fits', () => {
    const all = [series('a', 3), series('b', 2)];
    expect(newestWithin(all, 10_000, 10)).toEqual(all);
  });

  it('gives each series the same number of its newest, and a short one leaves its room to the others', () => {
    const kept = newestWithin([series('a', 100), series('b', 2), series('c', 100)], Infinity, 20);
    expect(lengths(kept)).toEqual([9, 2, 9]);
    expect(kept[0]?.datapoints.at(-1)?.value).toBe(99);
  });

  it('leaves out series that have no room at all, but never the first', () => {
    const many = Array.from({ length: 100 }, (_, index) => series(`s${index}`, 5));
    expect(newestWithin(many, 300, 1_000).length).toBeLessThan(20);
    expect(lengths(newestWithin(many, 1, 1_000))).toEqual([0]);
  });

  it('never exceeds the budget and never leaves room for another point of each series', () => {
    const inputs = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(inputs, fc.integer({ min: 400, max: 20_000 }), (counts, budget) => {
        const all = counts.map((count, index) => series(`s${index}`, count));
        const kept = newestWithin(all, budget, Infinity);
        expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(budget + 1);
        const most = Math.max(...lengths(kept));
        kept.forEach((one, index) => expect(lengths([one])[0]).toBe(Math.min(most, counts[index] ?? 0)));
        const room = budget - Buffer.byteLength(JSON.stringify(kept));
        if (most < Math.max(...counts)) expect(room).toBeLessThan(counts.length * 70);
      }),
    );
  });
});

describe('hintFor', () => {
  it('says how many of how many there are and how to get older ones', () => {
    const whole = [series('a', 100), series('b', 5)];
    expect(hintFor(whole, newestWithin(whole, Infinity, 25), 105)).toBe(
      'The newest 25 of 105 points are here. 2 of 2 series are here: ask for fewer. A smaller target_datapoints gives fewer points. For older points repeat the call with the same start and end_time 2026-11-02T01:20:00.000Z.',
    );
  });
});
