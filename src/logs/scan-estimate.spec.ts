import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkScan, estimateScanBytes, mayExceed, toScanEstimate } from './scan-estimate.js';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-21T12:00:00Z');
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);
const group = (ageDays: number, retentionInDays?: number) => ({
  storedBytes: 1_000,
  creationTime: ago(ageDays).getTime(),
  retentionInDays,
});

describe('estimateScanBytes', () => {
  it.each([
    ['a tenth of the time since it was created', group(100), 10, 0, 100],
    ['a tenth of what its retention keeps', group(400, 100), 10, 0, 100],
    ['all of a range that reaches further back than it does', group(10), 50, 0, 1_000],
    ['nothing before it was created', group(10), 50, 20, 0],
    ['nothing of what has expired', group(400, 5), 50, 20, 0],
    ['nothing of the future', group(10), -1, -2, 0],
    ['the past part of a range into the future', group(10), 1, -1, 100],
    ['nothing of a group of this moment', group(0), 1, 0, 0],
  ])('counts %s', (_case, stored, from, to, expected) => {
    expect(estimateScanBytes([stored], { start: ago(from), end: ago(to) }, NOW)).toBe(expected);
  });

  it('adds up the groups', () => {
    expect(estimateScanBytes([group(100), group(10), {}], { start: ago(1), end: NOW }, NOW)).toBe(110);
  });

  it('is never more than what is stored, and grows with the range', () => {
    const days = fc.double({ min: 0, max: 500, noNaN: true });
    fc.assert(
      fc.property(days, days, days, fc.option(fc.integer({ min: 1, max: 400 })), (age, from, more, retention) => {
        const stored = [group(age, retention ?? undefined)];
        const estimate = (start: number): number => estimateScanBytes(stored, { start: ago(start), end: NOW }, NOW);
        expect(estimate(from)).toBeGreaterThanOrEqual(0);
        expect(estimate(from + more)).toBeGreaterThanOrEqual(estimate(from));
        expect(estimate(from + more)).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});

describe('mayExceed', () => {
  it.each([
    [100, 1, 1 / 24, false],
    [100, 1, 1, true],
    [100, 2, 1 / 24, true],
    [1, 1, 1 / 24, true],
    [1_000, 10, 1 / 24, false],
  ])('with a limit of %d GB and %d groups over %d days: %s', (limit, groups, days, expected) => {
    expect(mayExceed(limit, groups, { start: ago(days), end: NOW })).toBe(expected);
  });
});

describe('checkScan', () => {
  const limits = { maxScanGb: 100, confirmed: false };

  it('refuses with the estimate, its price and the ways out', () => {
    expect(() => checkScan(240_000_000_000, limits)).toThrow(
      /^start_time: .*about 240 GB .*about \$1\.2, .*limit is 100 GB.*shorter time range.*fewer log groups.*filterIndex.*confirm_scan: true/,
    );
  });

  it('counts every scan of the range', () => {
    expect(() => checkScan(60_000_000_000, limits)).not.toThrow();
    expect(() => checkScan(60_000_000_000, { ...limits, scans: 2 })).toThrow(/about 120 GB/);
  });

  it('lets what the caller confirmed run', () => {
    expect(() => checkScan(240_000_000_000, { ...limits, confirmed: true })).not.toThrow();
  });
});

describe('toScanEstimate', () => {
  it('says how good the estimate is, or why there is none', () => {
    expect(toScanEstimate(undefined)).toBeNull();
    expect(toScanEstimate({ bytes: 1_234_000_000 })).toMatchObject({ gb: 1.23, note: expect.stringMatching(/^rough/) });
    expect(toScanEstimate({ bytes: null, reason: 'no estimate: why' })).toEqual({ gb: null, note: 'no estimate: why' });
  });
});
