import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceId } from './trace-id.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('traceId', () => {
  it.each([`00-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-00`, `01-${TRACE}-${SPAN}-01-what the future brings`])(
    'reads %s',
    (header) => {
      expect(traceId(header)).toBe(TRACE);
    },
  );

  it.each([
    undefined,
    '',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    `01-${TRACE}-${SPAN}-01-${'x'.repeat(10_000)}`,
  ])('reads nothing from %s', (header) => {
    expect(traceId(header)).toBeUndefined();
  });

  it('returns 32 lower-case hex digits or nothing', () => {
    const part = fc.oneof(fc.stringMatching(/^[0-9a-f]{0,34}$/), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        expect(traceId(parts.join('-')) ?? TRACE).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});
