import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmState } from './alarm.js';
import { alarmsIn, parseAlarmRule, ruleHolds } from './alarm-rule.js';
import { SyntaxProblem } from './tokens.js';

const states: Readonly<Record<string, AlarmState>> = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA' };
const holds = (rule: string): boolean => ruleHolds(parseAlarmRule(rule), (name) => states[name] ?? 'INSUFFICIENT_DATA');

describe('parseAlarmRule', () => {
  it.each([
    ['ALARM("a")', true],
    ["ALARM('b')", false],
    ['OK("b") AND INSUFFICIENT_DATA("c")', true],
    ['NOT ALARM("a") OR FALSE', false],
    ['TRUE OR FALSE AND FALSE', true],
    ['(TRUE OR FALSE) AND FALSE', false],
    ['ALARM("a") AND (ALARM("b") OR NOT (ALARM("c") OR OK("a")))', true],
  ])('%s is %s', (rule, expected) => {
    expect(holds(rule)).toBe(expected);
  });

  it('agrees with the truth table of AND, OR and NOT however deep', () => {
    const { rule } = fc.letrec<{ rule: readonly [string, boolean] }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(['TRUE', true] as const, ['FALSE', false] as const),
        tie('rule').map(([text, value]) => [`NOT (${text})`, !value] as const),
        fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => [`(${a[0]}) AND (${b[0]})`, a[1] && b[1]] as const),
        fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => [`(${a[0]}) OR (${b[0]})`, a[1] || b[1]] as const),
      ),
    }));
    fc.assert(
      fc.property(rule, ([text, value]) => {
        expect(holds(text)).toBe(value);
      }),
    );
  });

  it.each(['', 'ALARM(a)', 'ALARM("a"', 'ALARM("a") ALARM("b")', 'BROKEN("a")', 'AND'])('refuses %j', (rule) => {
    expect(() => parseAlarmRule(rule)).toThrow(SyntaxProblem);
  });
});

describe('alarmsIn', () => {
  it('names every alarm once', () => {
    expect(alarmsIn(parseAlarmRule('ALARM("a") AND (OK("b") OR NOT ALARM("a"))'))).toEqual(['a', 'b']);
  });
});
