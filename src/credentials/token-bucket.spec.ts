import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

/** Waits between tries, in milliseconds: mostly none, sometimes long. */
const waits = fc.array(
  fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }), fc.nat(400), fc.nat(5_000)),
  {
    minLength: 20,
    maxLength: 400,
  },
);

/** The most times that fall into any one second, both ends included. */
function busiestSecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at <= from + 1_000).length));
}

describe('TokenBucket', () => {
  it('never gives more than its rate within a second, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(1_000_000), waits, (perSecond, start, pauses) => {
        const bucket = new TokenBucket(perSecond);
        let now = start;
        const given: number[] = [];
        for (const pause of pauses) {
          now += pause;
          if (bucket.take(now)) given.push(now);
        }
        expect(busiestSecond(given)).toBeLessThanOrEqual(perSecond);
      }),
    );
  });

  it('gives one as soon as it says, and not before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), waits, (perSecond, pauses) => {
        const bucket = new TokenBucket(perSecond);
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          const wait = bucket.readyIn(now);
          expect(wait).toBeLessThanOrEqual(1_100);
          expect(bucket.take(now)).toBe(wait === 0);
          if (wait > 1) expect(bucket.take(now + wait - 1)).toBe(false);
        }
      }),
    );
  });

  it('gives nine tenths of its rate to those who always want more', () => {
    const bucket = new TokenBucket(10);
    let given = 0;
    for (let now = 0; now < 60_000; now += 1) if (bucket.take(now)) given += 1;
    expect(given).toBeGreaterThanOrEqual(540);
    expect(given).toBeLessThanOrEqual(600);
  });

  it('gives all at once after a pause', () => {
    const bucket = new TokenBucket(25);
    expect(Array.from({ length: 30 }, () => bucket.take(5_000)).filter(Boolean)).toHaveLength(25);
  });

  it('gives one a second at least', () => {
    const bucket = new TokenBucket(0.3);
    expect([bucket.take(0), bucket.take(1), bucket.take(1_100)]).toEqual([true, false, true]);
  });

  it('halves its rate when AWS throttles, and is back after a minute', () => {
    const bucket = new TokenBucket(100);
    bucket.slowDown(0);
    // Calls that were under way together.
    bucket.slowDown(10);
    expect([0, 30_000, 60_000, 90_000].map((at) => bucket.limit(at))).toEqual([50, 75, 100, 100]);
  });

  it('never stops, however often AWS throttles', () => {
    const bucket = new TokenBucket(100);
    for (let now = 0; now < 60_000; now += 1_000) bucket.slowDown(now);
    expect(bucket.limit(60_000)).toBeGreaterThanOrEqual(1);
    expect(bucket.limit(120_000)).toBe(100);
  });
});
