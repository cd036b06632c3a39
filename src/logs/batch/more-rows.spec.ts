import { describe, expect, it } from 'vitest';
import { hintForRest } from './more-rows.js';

const range = { start: new Date('2026-11-20T10:00:00Z'), end: new Date('2026-11-20T11:00:00.500Z') };
const newest = [{ column: '@timestamp', descending: true }];
const oldest = [{ column: '@timestamp', descending: false }];
const hint = (at: string | undefined, order = newest, tooLarge = false): string =>
  hintForRest({ rows: at === undefined ? [{ '@message': 'x' }] : [{ '@timestamp': at }], order, range, tooLarge });

describe('hintForRest', () => {
  it.each([
    ['2026-11-20 10:30:05.950', newest, 'end_time 2026-11-20T10:30:06Z;'],
    ['2026-11-20 10:30:05.000', newest, 'end_time 2026-11-20T10:30:05Z;'],
    ['2026-11-20 10:30:05.950', oldest, 'start_time 2026-11-20T10:30:05Z;'],
  ])('goes on from %s (%#) at a whole second that leaves no row out', (at, order, next) => {
    expect(hint(at, order)).toContain(`repeat the call with ${next}`);
  });

  it.each([
    ['a second with more rows than fit', '2026-11-20 10:59:59.001', newest],
    ['the same at the other end', '2026-11-20 10:00:00.900', oldest],
    ['rows without a time', undefined, newest],
    ['rows whose time is no time', 'yesterday', newest],
    ['another order', '2026-11-20 10:30:05.950', [{ column: 'bytes', descending: true }]],
    ['no order', '2026-11-20 10:30:05.950', []],
  ])('names no place to go on from for %s', (_what, at, order) => {
    expect(hint(at, order)).not.toContain('repeat');
    expect(hint(at, order)).toContain('a part of the time range');
  });

  it('says whether the limit or the weight cut them', () => {
    expect(hint(undefined)).toMatch(/^Raise limit/);
    expect(hint(undefined, newest, true)).toMatch(/^The rows given weigh/);
  });
});
