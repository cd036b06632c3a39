const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long CloudWatch keeps data points of a resolution (GetMetricData, "Period"). */
const KEPT: readonly (readonly [resolutionSeconds: number, forMs: number])[] = [
  [3_600, 455 * DAY_MS],
  [300, 63 * DAY_MS],
  [60, 15 * DAY_MS],
  [1, 3 * HOUR_MS],
];

/** The oldest time for which a period of `periodSeconds` still yields data points. */
export function oldestKeptMs(periodSeconds: number, nowMs: number): number {
  const kept = KEPT.find(([resolution]) => periodSeconds % resolution === 0);
  return nowMs - kept![1];
}

/** 1, 5, 10, 20, 30 or a multiple of 60 seconds. */
export function isValidPeriod(periodSeconds: number): boolean {
  if ([1, 5, 10, 20, 30].includes(periodSeconds)) return true;
  return Number.isInteger(periodSeconds) && periodSeconds > 0 && periodSeconds % 60 === 0;
}
