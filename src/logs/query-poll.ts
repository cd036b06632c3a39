const DELAYS_MS = [250, 500, 1_000] as const;
const LONGEST_DELAY_MS = 2_000;

/**
 * How long to wait after the n-th look (from 0) at a running query: 0.25 s, doubling to 2 s, because GetQueryResults
 * allows 10 calls a second for a whole account.
 */
export function pollDelayMs(attempt: number): number {
  return DELAYS_MS[attempt] ?? LONGEST_DELAY_MS;
}
