import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCursor } from './page-cursor.js';
import { readWindowCursor, toWindowCursor } from './window-cursor.js';

const time = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2100-12-31T00:00:00Z'),
  noInvalidDate: true,
});

describe('toWindowCursor', () => {
  it('is read back as the range and the cursor that went in', () => {
    fc.assert(
      fc.property(
        time,
        time,
        fc.option(fc.string({ minLength: 1, maxLength: 200 }), { nil: undefined }),
        fc.nat(1_000),
        (start, end, token, skip) => {
          const cursor = toCursor({ token, skip });
          expect(readWindowCursor(toWindowCursor({ start, end }, cursor))).toEqual({ range: { start, end }, cursor });
        },
      ),
    );
  });

  it('ends with the listing', () => {
    expect(toWindowCursor({ start: new Date(0), end: new Date(1) }, null)).toBeNull();
    expect(readWindowCursor(null)).toBeUndefined();
  });
});

describe('readWindowCursor', () => {
  it('refuses the cursor of another listing by the name of the field', () => {
    expect(() => readWindowCursor(toCursor({ token: 'aws', skip: 0 }))).toThrow(/^cursor: /);
  });
});
