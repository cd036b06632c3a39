import { DAY_MS, HOUR_MS, type TimeRange } from '../cloudwatch/time-range.js';

/** How long CloudWatch keeps metrics at all, days. */
export const RETENTION_DAYS = 455;

const HOUR_SECONDS = 3_600;

/**
 * Seconds of which a period must be a multiple for data from `start` on: CloudWatch keeps points under a minute for
 * 3 hours, of 1 minute for 15 days, of 5 minutes for 63 days and of 1 hour for 455 days (GetMetricData, StartTime),
 * and answers any finer period with nothing.
 */
export function granularitySeconds(start: Date, now: Date): number {
  const ageMs = now.getTime() - start.getTime();
  if (ageMs <= 3 * HOUR_MS) return 1;
  if (ageMs <= 15 * DAY_MS) return 60;
  if (ageMs <= 63 * DAY_MS) return 300;
  return HOUR_SECONDS;
}

/** The period in seconds that gives about `targetDatapoints` points, never finer than a minute or what is kept. */
export function metricPeriod({ start, end }: TimeRange, now: Date, targetDatapoints: number): number {
  const step = Math.max(60, granularitySeconds(start, now));
  const wanted = Math.floor((end.getTime() - start.getTime()) / 1_000 / targetDatapoints);
  return Math.max(step, Math.ceil(wanted / step) * step);
}

/** The range widened to whole periods, to whole hours at most, as CloudWatch answers fastest. */
export function alignToPeriod({ start, end }: TimeRange, periodSeconds: number): TimeRange {
  const stepMs = Math.min(periodSeconds, HOUR_SECONDS) * 1_000;
  return {
    start: new Date(Math.floor(start.getTime() / stepMs) * stepMs),
    end: new Date(Math.ceil(end.getTime() / stepMs) * stepMs),
  };
}
