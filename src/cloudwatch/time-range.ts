import { z } from 'zod';
import { InvalidInput } from '../errors.js';
import { isoTime } from './iso-time.js';

export interface TimeRange {
  readonly start: Date;
  readonly end: Date;
}

export interface TimeRangeInput {
  readonly start_time?: string | null;
  readonly end_time?: string | null;
}

/** The window a tool used, for its output. */
export const usedRange = z
  .object({ start: z.string(), end: z.string() })
  .describe('Window that was used, ISO 8601 in UTC.');

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const FORMS = 'use ISO 8601 or a time relative to now, e.g. 2026-11-20T10:00:00Z or now-1h';
const RELATIVE = /^now(?:-(\d{1,6})([smhdw]))?$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const UNIT_MS = { s: 1_000, m: 60_000, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS } as const;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2101, 0, 1);

/**
 * The range a call asks for: `end_time` defaults to now, `start_time` to `defaultSpanMs` before the end.
 * @throws InvalidInput naming the field when a time cannot be read or the start is not before the end
 */
export function timeRange(input: TimeRangeInput, now: Date, defaultSpanMs = 0): TimeRange {
  const end = input.end_time == null ? now : parseTime('end_time', input.end_time, now);
  const start =
    input.start_time == null ? new Date(end.getTime() - defaultSpanMs) : parseTime('start_time', input.start_time, now);
  if (start >= end) {
    throw new InvalidInput('start_time', `must be before end_time (it is ${isoTime(start)}, the end ${isoTime(end)})`);
  }
  return { start, end };
}

/** A range as `usedRange` answers it. */
export function toUsedRange({ start, end }: TimeRange): z.output<typeof usedRange> {
  return { start: isoTime(start), end: isoTime(end) };
}

/**
 * Reads an ISO 8601 time (without a zone: UTC) or one relative to now (`now`, `now-90s`, `-30m`, `-6h`, `-7d`, `-2w`).
 * @throws InvalidInput for anything else, for days that do not exist and for years outside 2000 to 2100
 */
export function parseTime(field: string, text: string, now: Date): Date {
  const ms = relativeMs(text, now) ?? absoluteMs(field, text);
  if (ms === undefined) throw new InvalidInput(field, unreadable(text));
  if (ms < EARLIEST_MS || ms >= LATEST_MS) throw new InvalidInput(field, 'must lie in the years 2000 to 2100');
  return new Date(ms);
}

function relativeMs(text: string, now: Date): number | undefined {
  const match = RELATIVE.exec(text);
  if (match === null) return undefined;
  const [, amount = '0', unit = 's'] = match;
  return now.getTime() - Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

function absoluteMs(field: string, text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // Date.UTC rolls 30 February over into March.
  const date = new Date(ms);
  const exists =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  const offset = offsetMs(match[8]);
  if (!exists || offset === undefined) throw new InvalidInput(field, 'names a date or time that does not exist');
  return ms - offset;
}

/** Zone designator to milliseconds east of UTC; undefined for an offset no zone has. */
function offsetMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * 60_000);
}

function unreadable(text: string): string {
  return /^-?\d+(\.\d+)?$/.test(text) ? `is a number (seconds or milliseconds?); ${FORMS}` : `is not a time; ${FORMS}`;
}
