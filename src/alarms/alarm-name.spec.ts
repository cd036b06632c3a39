import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmNameInput, alarmNamePrefix } from './alarm-name.js';

const ARN = 'arn:aws:cloudwatch:eu-west-1:111111111111:alarm:';
const takes = (text: string): boolean => alarmNameInput.safeParse(text).success;

describe('alarmNameInput', () => {
  it.each([
    ['cpu high (web), 5xx', true],
    ['Ünïcode ✓', true],
    ['a'.repeat(255), true],
    [`${ARN}${'a'.repeat(255)}`, true],
    ['', false],
    ['a'.repeat(256), false],
    [`${ARN}${'a'.repeat(256)}`, false],
    ['line\nbreak', false],
    [`${ARN}line\nbreak`, false],
    ['del\u007f', false],
    ['c1\u0085', false],
  ])('of %j: %s', (text, taken) => {
    expect(takes(text)).toBe(taken);
  });

  it('takes no control character anywhere', () => {
    const control = fc.integer({ min: 0, max: 0x9f }).filter((code) => code < 0x20 || code > 0x7e);
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), control, fc.string({ maxLength: 50 }), (before, code, after) => {
        expect(takes(before + String.fromCharCode(code) + after)).toBe(false);
      }),
    );
  });
});

describe('alarmNamePrefix', () => {
  it('takes the beginning of a name and no ARN', () => {
    expect(alarmNamePrefix.safeParse('web-').success).toBe(true);
    expect(alarmNamePrefix.safeParse(`${ARN}web`).success).toBe(false);
  });
});
