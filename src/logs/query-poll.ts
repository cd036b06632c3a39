const DELAYS_MS = [250, 500, 1_000] as const;
const LONGEST_DELAY_MS = 2_000;
const LONGEST_THROTTLED_DELAY_MS = 8_000;

/**
 * How long to wait after the n-th look (from 0) at a running query: 0.25 s, doubling to 2 s, because GetQueryResults
 * allows 10 calls a second for a whole account. While AWS limits the rate, each refusal doubles it further, to 8 s.
 */
export function pollDelayMs(attempt: number, throttled = 0): number {
  const delay = DELAYS_MS[attempt] ?? LONGEST_DELAY_MS;
  return throttled === 0 ? delay : Math.min(delay * 2 ** throttled, LONGEST_THROTTLED_DELAY_MS);
}
