import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';
import type { HistoryItem } from './alarm-history.js';

/** A time range worth looking at. */
export const timeRangeSuggestion = z.object({
  start_time: z.string().describe('ISO 8601, for other tools.'),
  end_time: z.string().describe('ISO 8601, for other tools.'),
  reason: z.string().describe('What happened then.'),
});

export type TimeRangeSuggestion = z.output<typeof timeRangeSuggestion>;

const DEFAULT_PERIOD_SECONDS = 300;
const FLAPPING_GAP_MS = 3_600_000;

/**
 * A window around each change to ALARM, from five evaluations before it to two periods after, and one around each run
 * of changes that follow each other within an hour.
 */
export function investigationWindows(
  history: readonly HistoryItem[],
  evaluation: { readonly period: number | null; readonly evaluation_periods: number | null },
): readonly TimeRangeSuggestion[] {
  const period = evaluation.period ?? DEFAULT_PERIOD_SECONDS;
  const evaluations = evaluation.evaluation_periods ?? 1;
  const beforeMs = 5 * period * evaluations * 1_000;
  const afterMs = 2 * period * 1_000;
  const window = (from: number, to: number, reason: string): TimeRangeSuggestion => ({
    start_time: isoTime(new Date(from - beforeMs)),
    end_time: isoTime(new Date(to + afterMs)),
    reason,
  });
  const transitions = history
    .filter((item) => item.history_item_type.endsWith('StateUpdate') && item.new_state === 'ALARM')
    .map((item) => Date.parse(item.timestamp));
  const single = transitions.map((at) =>
    window(
      at,
      at,
      `Investigation window for alarm transition to ALARM state at ${isoTime(new Date(at))} (based on ${evaluations} evaluation periods of ${period}s each)`,
    ),
  );
  const flapping = runs(transitions).map(([first, last, count]) =>
    window(
      first,
      last,
      `Alarm flapping detected: ${count} transitions to ALARM state between ${isoTime(new Date(first))} and ${isoTime(new Date(last))}`,
    ),
  );
  return [...single, ...flapping];
}

/** Runs of two or more times with gaps of at most an hour. */
function runs(times: readonly number[]): readonly (readonly [first: number, last: number, count: number])[] {
  const found: [number, number, number][] = [];
  for (const time of times.toSorted((a, b) => a - b)) {
    const run = found.at(-1);
    if (run === undefined || time - run[1] > FLAPPING_GAP_MS) {
      found.push([time, time, 1]);
      continue;
    }
    run[1] = time;
    run[2] += 1;
  }
  return found.filter(([, , count]) => count > 1);
}
