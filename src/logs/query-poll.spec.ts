import { describe, expect, it } from 'vitest';
import { pollDelayMs } from './query-poll.js';

describe('pollDelayMs', () => {
  it('doubles from a quarter of a second to two seconds', () => {
    expect([0, 1, 2, 3, 4, 100].map(pollDelayMs)).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
  });
});
