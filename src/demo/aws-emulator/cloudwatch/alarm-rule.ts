import type { AlarmState } from './alarm.js';
import { tokenize, TokenReader } from './tokens.js';

/** The rule of a composite alarm as a tree. */
export type AlarmRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'not'; readonly rule: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly left: AlarmRule; readonly right: AlarmRule };

const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;

/**
 * Parses an AlarmRule: `ALARM("a") AND (OK("b") OR NOT INSUFFICIENT_DATA("c"))`; AND binds tighter than OR.
 * @throws SyntaxProblem
 */
export function parseAlarmRule(text: string): AlarmRule {
  const reader = new TokenReader(tokenize(text));
  const rule = parseOr(reader);
  reader.expectEnd();
  return rule;
}

/** Whether the rule holds when every alarm is in the state that `stateOf` tells. */
export function ruleHolds(rule: AlarmRule, stateOf: (alarm: string) => AlarmState): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !ruleHolds(rule.rule, stateOf);
    case 'and':
      return ruleHolds(rule.left, stateOf) && ruleHolds(rule.right, stateOf);
    case 'or':
      return ruleHolds(rule.left, stateOf) || ruleHolds(rule.right, stateOf);
  }
}

/** The names of the alarms a rule refers to, each once. */
export function alarmsIn(rule: AlarmRule): string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return alarmsIn(rule.rule);
    default:
      return [...new Set([...alarmsIn(rule.left), ...alarmsIn(rule.right)])];
  }
}

function parseOr(reader: TokenReader): AlarmRule {
  let left = parseAnd(reader);
  while (reader.take('OR')) left = { kind: 'or', left, right: parseAnd(reader) };
  return left;
}

function parseAnd(reader: TokenReader): AlarmRule {
  let left = parseOperand(reader);
  while (reader.take('AND')) left = { kind: 'and', left, right: parseOperand(reader) };
  return left;
}

function parseOperand(reader: TokenReader): AlarmRule {
  if (reader.take('NOT')) return { kind: 'not', rule: parseOperand(reader) };
  if (reader.take('TRUE')) return { kind: 'constant', value: true };
  if (reader.take('FALSE')) return { kind: 'constant', value: false };
  if (reader.take('(')) {
    const rule = parseOr(reader);
    reader.expect(')');
    return rule;
  }
  const state = reader.takeOneOf(STATES);
  if (!state) throw reader.problem('ALARM, OK, INSUFFICIENT_DATA, NOT, TRUE, FALSE or (');
  reader.expect('(');
  const alarm = reader.expectText(['double-quoted', 'single-quoted'], 'an alarm name in quotes');
  reader.expect(')');
  return { kind: 'state', state, alarm };
}
