import { describe, expect, it } from 'vitest';
import { pollDelayMs } from './query-poll.js';

describe('pollDelayMs', () => {
  it('doubles from a quarter of a second to two seconds', () => {
    expect([0, 1, 2, 3, 4, 100].map((attempt) => pollDelayMs(attempt))).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
  });

  it('doubles further with each refusal of the rate, to eight seconds', () => {
    expect([1, 2, 3, 50].map((throttled) => pollDelayMs(2, throttled))).toEqual([2_000, 4_000, 8_000, 8_000]);
  });
});
