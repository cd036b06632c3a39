import type { Span } from '../reading/chart.js';
import type { LocalTime } from './local-time.js';

/** A mark of the time axis: the time, and the day beneath where it is a new one. */
export interface TimeTick {
  readonly time: number;
  readonly label: string;
  readonly day?: string;
}

const DAY_S = 86_400;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];
const STEPS_DAYS = [1, 2, 7, 14, 28, 91, 182, 364];

/** At most `most` marks at round local times. */
export function timeTicks({ start, end }: Span, most: number, local: LocalTime): readonly TimeTick[] {
  const stepMs = stepFor((end - start) / Math.max(1, most));
  const offset = local.offset(start);
  const first = Math.ceil((start + offset) / stepMs) * stepMs - offset;
  const ticks: TimeTick[] = [];
  for (let time = first; time <= end; time += stepMs) ticks.push(tickAt(time, stepMs, ticks.at(-1), local));
  return ticks;
}

function tickAt(time: number, stepMs: number, before: TimeTick | undefined, local: LocalTime): TimeTick {
  if (stepMs >= DAY_S * 1_000) {
    const year = local.date(time).slice(-4);
    const newYear = before === undefined || local.date(before.time).slice(-4) !== year;
    return { time, label: local.day(time), ...(newYear && { day: year }) };
  }
  const newDay = before === undefined || local.day(before.time) !== local.day(time);
  return { time, label: local.clock(time, stepMs < 60_000), ...(newDay && { day: local.day(time) }) };
}

function stepFor(atLeastMs: number): number {
  const seconds = STEPS_S.find((step) => step * 1_000 >= atLeastMs);
  if (seconds !== undefined) return seconds * 1_000;
  const days = STEPS_DAYS.find((step) => step * DAY_S * 1_000 >= atLeastMs);
  return (days ?? Math.ceil(atLeastMs / (364 * DAY_S * 1_000)) * 364) * DAY_S * 1_000;
}
