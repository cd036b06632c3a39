import { isoTime } from '../../cloudwatch/iso-time.js';
import { DAY_MS, parseTime, type TimeRange } from '../../cloudwatch/time-range.js';
import { InvalidInput } from '../../errors.js';

const EPOCH_SECONDS = /^\d{1,10}(?:\.\d{1,9})?$/;
const STEP = /^(?=\d)(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const STEP_SECONDS = [604_800, 86_400, 3_600, 60, 1] as const;
/** What one PromQL request may span (CloudWatch quota). */
const MAX_RANGE_DAYS = 7;

/**
 * Reads a time as PromQL has it, RFC 3339 or seconds since the epoch, or relative to now; without a zone it is UTC.
 * @throws InvalidInput naming the field
 */
export function promqlTime(field: string, text: string, now: Date): Date {
  if (!EPOCH_SECONDS.test(text)) return parseTime(field, text, now);
  const time = new Date(Math.round(Number(text) * 1000));
  return parseTime(field, time.toISOString(), now);
}

/**
 * The range of a request: `end` defaults to now, `start` to a day before the end.
 * @throws InvalidInput naming the field when a time cannot be read, the start is not before the end, or it spans too much
 */
export function promqlRange(
  input: { readonly start?: string | null; readonly end?: string | null },
  now: Date,
): TimeRange {
  const end = input.end == null ? now : promqlTime('end', input.end, now);
  const start = input.start == null ? new Date(end.getTime() - DAY_MS) : promqlTime('start', input.start, now);
  if (start >= end) {
    throw new InvalidInput('start', `must be before end (it is ${isoTime(start)}, the end ${isoTime(end)})`);
  }
  if (end.getTime() - start.getTime() > MAX_RANGE_DAYS * DAY_MS) {
    throw new InvalidInput('start', `must be at most ${MAX_RANGE_DAYS} days before end; use one call for each week`);
  }
  return { start, end };
}

/**
 * A step in seconds, from `60`, `1m` or `1h30m`.
 * @throws InvalidInput when it cannot be read, is under a second or longer than the range, or gives more points a series
 * than one answer holds
 */
export function promqlStep(text: string, { start, end }: TimeRange, maxPoints: number): number {
  const seconds = stepSeconds(text);
  if (seconds === undefined || seconds < 1) {
    throw new InvalidInput('step', 'must be a number of seconds or a duration of at least 1s, e.g. 60, 5m or 1h30m');
  }
  const spanSeconds = (end.getTime() - start.getTime()) / 1000;
  if (seconds > spanSeconds)
    throw new InvalidInput('step', `must not be longer than the range (${spanSeconds} seconds)`);
  if (Math.floor(spanSeconds / seconds) + 1 > maxPoints) {
    const least = Math.ceil(spanSeconds / (maxPoints - 1));
    throw new InvalidInput(
      'step',
      `gives more than ${maxPoints} points a series; use ${least} seconds or more, or a shorter range`,
    );
  }
  return seconds;
}

/** Seconds since the epoch, as the API takes them. */
export function epochSeconds(time: Date): string {
  return String(time.getTime() / 1000);
}

/** The range of a request as parameters of the API. */
export function rangeParameters({ start, end }: TimeRange): readonly (readonly [name: string, value: string])[] {
  return [
    ['start', epochSeconds(start)],
    ['end', epochSeconds(end)],
  ];
}

function stepSeconds(text: string): number | undefined {
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) return Number(text);
  const parts = STEP.exec(text)?.slice(1);
  return parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * (STEP_SECONDS[index] ?? 0), 0);
}
