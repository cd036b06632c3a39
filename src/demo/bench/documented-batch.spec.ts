import { describe, expect, it } from 'vitest';
import { documentedBatch, documentedWait, type Range } from './documented-batch.js';

/** A log group with so many events of 100 bytes a second, asked for what a query makes of them. */
const busy =
  (perSecond: number, rows: number, timedOut = false) =>
  ({ start, end }: Range) =>
    Promise.resolve({
      rows: Array.from({ length: rows }, (_, index) => String(index)),
      recordsMatched: perSecond * (end - start),
      bytesScanned: 100 * perSecond * (end - start),
      timedOut,
    });
const DAY = { start: 0, end: 86_400 };

describe('documentedBatch', () => {
  it('asks a busy aggregate in 31 queries that scan five times the bytes', async () => {
    const { queries, bytesScanned, rows } = await documentedBatch(busy(10, 3), DAY);
    expect([queries, bytesScanned / (86_400 * 1_000)]).toEqual([31, 5]);
    expect(rows).toHaveLength(16 * 3);
  });

  it('asks once for what matches fewer records', async () => {
    expect((await documentedBatch(busy(0.1, 3), DAY)).queries).toBe(1);
  });

  it('asks 31 times for what never finishes', async () => {
    expect((await documentedBatch(busy(0, 0, true), DAY)).queries).toBe(31);
  });
});

describe('documentedWait', () => {
  it('lets seven at a time through', () => {
    expect([documentedWait(6, 2), documentedWait(20, 2)]).toEqual([0, 4]);
  });
});
