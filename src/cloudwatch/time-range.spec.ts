import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../errors.js';
import { DAY_MS, HOUR_MS, parseTime, timeRange } from './time-range.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const read = (text: string): string => parseTime('start_time', text, NOW).toISOString();
const refusalOf = (act: () => unknown): InvalidInput => {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('parseTime', () => {
  it.each([
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00.123456Z', '2026-11-20T10:00:00.123Z'],
    ['2026-11-20T10:00:00+02:00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T10:00-0530', '2026-11-20T15:30:00.000Z'],
    ['2026-11-20 10:00:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('reads %s, in UTC where it names no zone', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['now', '2026-11-21T12:00:00.000Z'],
    ['now-90s', '2026-11-21T11:58:30.000Z'],
    ['now-30m', '2026-11-21T11:30:00.000Z'],
    ['now-1h', '2026-11-21T11:00:00.000Z'],
    ['now-7d', '2026-11-14T12:00:00.000Z'],
    ['now-2w', '2026-11-07T12:00:00.000Z'],
  ])('reads %s relative to the given now', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    '2026-02-30',
    '2025-02-29T00:00:00Z',
    '2026-13-01',
    '2026-11-20T24:00:00Z',
    '2026-11-20T10:60:00Z',
    '2026-11-20T10:00:60Z',
    '2026-11-20T10:00:00+15:00',
    '9999-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
    '-2026-01-01',
    'now-999999w',
    'now+1h',
    'yesterday',
    '2026-11-20T10:00:00Z\n',
    '',
  ])('refuses %j by the field [ARG-10]', (text) => {
    expect(refusalOf(() => read(text)).message).toMatch(/^start_time: /);
  });

  it.each(['1763719200', '1763719200000', '-5', '0'])('says that the number %s is no time [ARG-10]', (text) => {
    const { message } = refusalOf(() => read(text));
    expect(message).toContain('is a number');
    expect(message).toContain('2026-11-20T10:00:00Z or now-1h');
  });

  it('reads what Date writes, whatever the zone it is written in', () => {
    const moment = fc.date({ min: new Date('2000-01-02'), max: new Date('2100-12-30'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offsetMinutes) => {
        const local = new Date(date.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
        const sign = offsetMinutes < 0 ? '-' : '+';
        const hours = String(Math.trunc(Math.abs(offsetMinutes) / 60)).padStart(2, '0');
        const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, '0');
        expect(parseTime('t', `${local}${sign}${hours}:${minutes}`, NOW)).toEqual(date);
      }),
    );
  });

  it('either reads a text or refuses it by the field', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9TZ:+. -]{1,30}$/)), (text) => {
        try {
          expect(parseTime('end_time', text, NOW)).toBeInstanceOf(Date);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_input', field: 'end_time' });
        }
      }),
    );
  });
});

describe('timeRange', () => {
  it('ends now and starts the default span earlier', () => {
    expect(timeRange({ start_time: null }, NOW, 3 * HOUR_MS)).toEqual({
      start: new Date('2026-11-21T09:00:00Z'),
      end: NOW,
    });
  });

  it('counts the default span back from the given end', () => {
    const { start } = timeRange({ end_time: '2026-11-10T00:00:00Z' }, NOW, DAY_MS);
    expect(start).toEqual(new Date('2026-11-09T00:00:00Z'));
  });

  it.each([
    { start_time: 'now', end_time: 'now-1h' },
    { start_time: '2026-11-20T10:00:00Z', end_time: '2026-11-20T10:00:00Z' },
    { start_time: '2026-11-22T00:00:00Z' },
  ])('refuses %j, whose start is not before its end [ARG-10]', (input) => {
    const { field, message } = refusalOf(() => timeRange(input, NOW));
    expect(field).toBe('start_time');
    expect(message).toContain('must be before end_time');
  });
});
