import { describe, expect, it } from 'vitest';
import { durationText, LocalTime } from './local-time.js';
import { timeTicks } from './time-axis.js';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(`${text}Z`);
const marks = (start: string, end: string, most: number, zone?: string): string[] =>
  timeTicks({ start: at(start), end: at(end) }, most, new LocalTime(zone)).map(({ label, day }) =>
    day === undefined ? label : `${label}/${day}`,
  );

describe('timeTicks', () => {
  it('marks round times, and the day where it is a new one', () => {
    expect(marks('2026-11-20T22:10', '2026-11-21T01:10', 6)).toEqual([
      '22:30/20 Nov',
      '23:00',
      '23:30',
      '00:00/21 Nov',
      '00:30',
      '01:00',
    ]);
    expect(marks('2026-11-20T12:00', '2026-11-20T12:01', 4)).toEqual([
      '12:00:00/20 Nov',
      '12:00:15',
      '12:00:30',
      '12:00:45',
      '12:01:00',
    ]);
  });

  it('marks days, and the year where it is a new one', () => {
    expect(marks('2026-12-29T05:00', '2027-01-02T05:00', 5)).toEqual(['30 Dec/2026', '31 Dec', '1 Jan/2027', '2 Jan']);
  });

  it('means the clocks of the reader, half hours and all', () => {
    expect(marks('2026-11-20T10:10', '2026-11-20T12:10', 3, 'Asia/Kolkata')).toEqual(['16:00/20 Nov', '17:00']);
    expect(marks('2026-11-20T00:10', '2026-11-22T00:10', 2, 'America/New_York')).toEqual(['20 Nov/2026', '21 Nov']);
  });

  it('says what clocks say on the day they are changed', () => {
    // 2026-10-25: from 03:00 back to 02:00.
    expect(marks('2026-10-25T00:00', '2026-10-25T03:00', 4, 'Europe/Berlin')).toEqual([
      '02:00/25 Oct',
      '02:00',
      '03:00',
      '04:00',
    ]);
  });

  it('has few marks for spans of any length', () => {
    for (const span of [1, 1_000, 60_000, HOUR, 24 * HOUR, 400 * 24 * HOUR, 200 * 365 * 24 * HOUR]) {
      const start = at('1990-01-01T00:00');
      expect(timeTicks({ start, end: start + span }, 8, new LocalTime()).length).toBeLessThanOrEqual(9);
    }
  });
});

describe('LocalTime', () => {
  it('is UTC for what is no time zone, and says so', () => {
    for (const zone of [undefined, '', 'Nowhere/City', 7, {}]) expect(new LocalTime(zone).zone).toBe('UTC');
    expect(new LocalTime('Europe/Berlin').zone).toBe('Europe/Berlin');
  });

  it('writes moments in full', () => {
    expect(new LocalTime().full(at('2026-11-20T10:05:00'))).toBe('20 Nov 2026 10:05');
    expect(new LocalTime('Asia/Tokyo').full(at('2026-11-20T20:05:30'))).toBe('21 Nov 2026 05:05:30');
  });
});

describe('durationText', () => {
  it.each([
    [250, '250 ms'],
    [30_000, '30 s'],
    [300_000, '5 min'],
    [HOUR, '1 h'],
    [24 * HOUR, '1 day'],
    [72 * HOUR, '3 days'],
  ])('writes %d as %s', (ms, text) => expect(durationText(ms)).toBe(text));
});
