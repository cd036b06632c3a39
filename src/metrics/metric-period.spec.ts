import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../cloudwatch/time-range.js';
import { alignToPeriod, granularitySeconds, metricPeriod } from './metric-period.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const back = (ms: number): Date => new Date(NOW.getTime() - ms);
const lately = (ms: number) => ({ start: back(ms), end: NOW });

describe('granularitySeconds', () => {
  it.each([
    [3 * HOUR_MS, 1],
    [3 * HOUR_MS + 1, 60],
    [15 * DAY_MS, 60],
    [15 * DAY_MS + 1, 300],
    [63 * DAY_MS, 300],
    [63 * DAY_MS + 1, 3_600],
  ])('of a start %d ms ago is %d s', (ageMs, seconds) => {
    expect(granularitySeconds(back(ageMs), NOW)).toBe(seconds);
  });
});

describe('metricPeriod', () => {
  it.each([
    [2 * HOUR_MS, 30, 240],
    [60_000, 60, 60],
    [7 * 60_000, 6, 120],
    [3 * HOUR_MS, 60, 180],
  ])('divides %d ms into about %d points: %d s', (spanMs, points, seconds) => {
    expect(metricPeriod(lately(spanMs), NOW, points)).toBe(seconds);
  });

  it('asks for nothing finer than CloudWatch kept, and for hardly more points than wanted', () => {
    const ages = fc.integer({ min: 60_000, max: 455 * DAY_MS });
    fc.assert(
      fc.property(
        ages,
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 1_440 }),
        (age, share, points) => {
          const start = back(age);
          const spanMs = Math.max(1, Math.floor(age * share));
          const period = metricPeriod({ start, end: new Date(start.getTime() + spanMs) }, NOW, points);
          expect(period % Math.max(60, granularitySeconds(start, NOW))).toBe(0);
          expect(period).toBeGreaterThan(0);
          // The period is whole seconds, 60 or more: rounding costs a sixtieth at most.
          expect(spanMs / 1_000 / period).toBeLessThan((points * 61) / 60);
        },
      ),
    );
  });
});

describe('alignToPeriod', () => {
  it('widens the range to whole periods and never narrows it', () => {
    const moments = fc.date({ min: new Date('2025-01-01'), max: NOW, noInvalidDate: true });
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 1, max: 10 * DAY_MS }),
        fc.constantFrom(1, 60, 180, 300, 3_600),
        (start, span, period) => {
          const end = new Date(start.getTime() + span);
          const aligned = alignToPeriod({ start, end }, period);
          expect(aligned.start.getTime() % (period * 1_000)).toBe(0);
          expect(aligned.end.getTime() % (period * 1_000)).toBe(0);
          expect(start.getTime() - aligned.start.getTime()).toBeGreaterThanOrEqual(0);
          expect(start.getTime() - aligned.start.getTime()).toBeLessThan(period * 1_000);
          expect(aligned.end.getTime() - end.getTime()).toBeGreaterThanOrEqual(0);
          expect(aligned.end.getTime() - end.getTime()).toBeLessThan(period * 1_000);
        },
      ),
    );
  });
});
