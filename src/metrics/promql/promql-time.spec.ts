import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../errors.js';
import { promqlRange, promqlStep, promqlTime } from './promql-time.js';

const NOW = new Date('2026-11-21T10:00:00Z');
const hours = (count: number) => ({ start: new Date(NOW.getTime() - count * 3_600_000), end: NOW });

describe('promqlTime', () => {
  it('reads seconds since the epoch to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800_000, max: 4_133_980_799_999 }), (ms) => {
        expect(promqlTime('time', String(ms / 1000), NOW).getTime()).toBe(ms);
      }),
    );
  });

  it('gives a time of the years 2000 to 2100, or names the field, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?\d{1,14}(\.\d+)?$/)), (text) => {
        try {
          const year = promqlTime('time', text, NOW).getUTCFullYear();
          expect(year).toBeGreaterThanOrEqual(2000);
          expect(year).toBeLessThanOrEqual(2100);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
          expect(error).toMatchObject({ field: 'time' });
        }
      }),
    );
  });
});

describe('promqlRange', () => {
  it('takes exactly seven days and not a millisecond more', () => {
    expect(promqlRange({ start: 'now-7d' }, NOW)).toEqual(hours(168));
    expect(() => promqlRange({ start: '2026-11-14T09:59:59.999Z' }, NOW)).toThrow(/^start: must be at most 7 days/);
  });
});

describe('promqlStep', () => {
  it('reads a duration as the sum of its parts', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)), ([d, h, m, s]) => {
        const seconds = ((d * 24 + h) * 60 + m) * 60 + s;
        fc.pre(seconds > 0);
        const range = { start: new Date(0), end: new Date(20 * 86_400_000) };
        expect(promqlStep(`${d}d${h}h${m}m${s}s`, range, Infinity)).toBe(seconds);
      }),
    );
  });

  it('gives a step that keeps to the points of an answer, or names it, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{0,5}[smhdw.]?\d{0,3}[smh]?$/)), (text) => {
        try {
          const step = promqlStep(text, hours(6), 100);
          expect(step).toBeGreaterThanOrEqual(1);
          expect(Math.floor((6 * 3_600) / step) + 1).toBeLessThanOrEqual(100);
        } catch (error) {
          expect(error).toMatchObject({ field: 'step' });
        }
      }),
    );
  });
});
