import { describe, expect, it } from 'vitest';
import { endOfDay } from './calendar-date.js';

describe('endOfDay', () => {
  it('is the first second of the next day, UTC, over month, year and leap day', () => {
    for (const [day, next] of [
      ['2027-01-31', '2027-02-01'],
      ['2027-12-31', '2028-01-01'],
      ['2028-02-28', '2028-02-29'],
      ['2028-02-29', '2028-03-01'],
    ]) {
      expect(endOfDay(String(day))).toBe(Date.parse(`${next}T00:00:00Z`) / 1000);
    }
  });

  it.each([
    '2027-02-29',
    '2027-02-30',
    '2027-13-01',
    '2027-00-10',
    '2027-1-31',
    '27-01-31',
    '2027-01-31T00:00',
    '',
    'never',
  ])('is nothing for %s', (text) => {
    expect(endOfDay(text)).toBeUndefined();
  });
});
