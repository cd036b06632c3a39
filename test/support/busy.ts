/** What a busy machine adds to any time, in milliseconds: bounds of elapsed time in tests are their own number and this. */
export const BUSY_MS = 8_000;
