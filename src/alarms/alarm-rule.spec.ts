import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { type AlarmRule, parseAlarmRule, referencesIn } from './alarm-rule.js';

const namesIn = (text: string): readonly string[] | undefined => {
  const rule = parseAlarmRule(text);
  return rule === undefined ? undefined : referencesIn(rule);
};

/** A name as a rule may hold it: quoted whenever it has a character that ends an unquoted one. */
const written = (name: string): string =>
  /^[A-Za-z0-9 _.-]+$/.test(name) && name.trim() === name ? name : quoted(name);
const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`;

function write(rule: AlarmRule): string {
  switch (rule.kind) {
    case 'state':
      return `${rule.state}(${written(rule.alarm)})`;
    case 'at-least':
      return `AT_LEAST(${rule.threshold}, ${rule.not ? 'NOT ' : ''}${rule.state}, (${rule.alarms.map(quoted).join(', ')}))`;
    case 'and':
    case 'or':
      return `(${write(rule.left)} ${rule.kind.toUpperCase()} ${write(rule.right)})`;
    case 'not':
      return `NOT ${write(rule.operand)}`;
    case 'constant':
      return rule.value ? 'TRUE' : 'FALSE';
  }
}

const state = fc.constantFrom('ALARM' as const, 'OK' as const, 'INSUFFICIENT_DATA' as const);
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _.-]{0,20}[A-Za-z0-9]$/),
  fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== ''),
);
const { rule: anyRule } = fc.letrec<{ rule: AlarmRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({ kind: fc.constant('state' as const), state, alarm: name }),
    fc.record({ kind: fc.constant('constant' as const), value: fc.boolean() }),
    fc.record({
      kind: fc.constant('at-least' as const),
      threshold: fc.constantFrom('1', '2', '60%'),
      not: fc.boolean(),
      state,
      alarms: fc.array(name, { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('rule'), right: tie('rule') }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('rule') }),
  ),
}));

const ARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:';

describe('parseAlarmRule', () => {
  it('reads back every rule it can express', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        fc.pre(write(rule).length <= 10_240);
        expect(parseAlarmRule(write(rule))).toEqual(rule);
      }),
    );
  });

  it('answers any text without throwing', () => {
    const pieces = fc.constantFrom('ALARM', 'OK', '(', ')', '"', ',', ' ', 'AND', 'NOT', 'AT_LEAST', '2', 'x', '\\');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        expect(() => parseAlarmRule(parts.join(''))).not.toThrow();
      }),
    );
  });

  it.each([
    ['open parentheses', '('],
    ['negations', 'NOT '],
    ['a name of open parentheses', 'ALARM((((('],
    ['quotes and backslashes', 'ALARM("\\"'],
    ['white space', ' \t\n'],
    ['alternatives', 'ALARM(a)OR '],
    ['members', 'AT_LEAST(1,OK,(a,'],
    ['letters', 'aaaaaaaaaa'],
  ])('takes as much of %s as a rule holds in a moment [ARG-12]', async (_what, piece) => {
    const text = piece.repeat(10_240).slice(0, 10_240);
    for (const rule of [text, `ALARM("${text.slice(0, 10_000)}")`])
      expect(await medianCpuMs(async () => parseAlarmRule(rule))).toBeLessThan(100);
  });

  it('lets NOT bind closest and OR loosest', () => {
    const rule = parseAlarmRule('NOT ALARM(a) AND ALARM(b) OR ALARM(c)');
    expect(rule).toMatchObject({ kind: 'or', left: { kind: 'and', left: { kind: 'not' } } });
  });

  it.each([
    ['', 'nothing'],
    ['ALARM(', 'an open function'],
    ['ALARM()', 'no name'],
    ['ALARM("")', 'an empty name'],
    ['BROKEN(a)', 'an unknown function'],
    ['ALARM(a) ALARM(b)', 'no operator'],
    ['AT_LEAST(x, ALARM, (a))', 'no threshold'],
    [`${'('.repeat(600)}TRUE${')'.repeat(600)}`, 'too many parentheses'],
    [`ALARM(${'a'.repeat(20_000)})`, 'too long a text'],
  ])('takes %.20s for no rule: %s', (text) => {
    expect(parseAlarmRule(text)).toBeUndefined();
  });
});

describe('referencesIn', () => {
  it.each([
    ['ALARM("cpu high")', ['cpu high']],
    ['ALARM(cpu) AND OK(disk) OR INSUFFICIENT_DATA(net)', ['cpu', 'disk', 'net']],
    ['alarm(cpu) and not ok(disk)', ['cpu', 'disk']],
    ['ALARM(a) OR (ALARM(b) AND (ALARM(a) OR NOT ALARM(c)))', ['a', 'b', 'c']],
    ['ALARM(queue (main))', ['queue (main)']],
    ['ALARM("with ) and \\"quotes\\"")', ['with ) and "quotes"']],
    ['ALARM("C:\\temp\\ full")', ['C:\\temp\\ full']],
    [`ALARM("${ARN}cpu:high")`, [`${ARN}cpu:high`]],
    [`ALARM(${ARN}cpu)`, [`${ARN}cpu`]],
    [`AT_LEAST(2, ALARM, (a, "b", ${ARN}c))`, ['a', 'b', `${ARN}c`]],
    ['NOT (OK("x") OR INSUFFICIENT_DATA(y)) AND NOT NOT ALARM( "z" )', ['x', 'y', 'z']],
    ['at_least( 100% , not insufficient_data , ( a ,b ) )', ['a', 'b']],
    ['(((ALARM(a))))OR(ALARM(b))', ['a', 'b']],
    ['AT_LEAST(60%, NOT OK, ("a, b", c)) AND ALARM(d)', ['a, b', 'c', 'd']],
    ['TRUE', []],
  ])('finds the alarms of %s in order', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });
});
