export type AlarmState = 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';

/** A composite alarm's rule (PutCompositeAlarm, AlarmRule) as a tree. */
export type AlarmRule =
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | {
      readonly kind: 'at-least';
      readonly threshold: string;
      readonly not: boolean;
      readonly state: AlarmState;
      readonly alarms: readonly string[];
    }
  | { readonly kind: 'and' | 'or'; readonly left: AlarmRule; readonly right: AlarmRule }
  | { readonly kind: 'not'; readonly operand: AlarmRule }
  | { readonly kind: 'constant'; readonly value: boolean };

const STATES: ReadonlySet<string> = new Set<AlarmState>(['ALARM', 'OK', 'INSUFFICIENT_DATA']);
// A rule has at most 500 elements, parentheses included, so no valid one nests deeper.
const MAX_DEPTH = 500;
const MAX_LENGTH = 10_240;

/**
 * Reads a composite alarm's rule: functions on quoted or unquoted names or ARNs, `AT_LEAST(2, [NOT] ALARM, (a, b))`
 * also with a percentage, AND, OR, NOT, TRUE, FALSE and parentheses; keywords in any case. NOT binds closest, OR
 * loosest. Undefined when the text is not such a rule.
 */
export function parseAlarmRule(text: string): AlarmRule | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    return new RuleReader(text).read();
  } catch (error) {
    if (error instanceof NotARule) return undefined;
    throw error;
  }
}

/** The alarms a rule looks at, by name or ARN as it names them, each once and in its order. */
export function referencesIn(rule: AlarmRule): readonly string[] {
  const found = new Set<string>();
  collectReferences(rule, found);
  return [...found];
}

function collectReferences(rule: AlarmRule, found: Set<string>): void {
  switch (rule.kind) {
    case 'state':
      found.add(rule.alarm);
      return;
    case 'at-least':
      for (const alarm of rule.alarms) found.add(alarm);
      return;
    case 'and':
    case 'or':
      collectReferences(rule.left, found);
      collectReferences(rule.right, found);
      return;
    case 'not':
      collectReferences(rule.operand, found);
      return;
    case 'constant':
      return;
  }
}

class NotARule extends Error {}

class RuleReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  read(): AlarmRule {
    const rule = this.alternatives();
    if (this.peek() !== '') throw new NotARule();
    return rule;
  }

  private alternatives(): AlarmRule {
    let left = this.conjunction();
    while (this.takeWord('OR')) left = { kind: 'or', left, right: this.conjunction() };
    return left;
  }

  private conjunction(): AlarmRule {
    let left = this.operand();
    while (this.takeWord('AND')) left = { kind: 'and', left, right: this.operand() };
    return left;
  }

  private operand(): AlarmRule {
    if (++this.depth > MAX_DEPTH) throw new NotARule();
    try {
      if (this.takeWord('NOT')) return { kind: 'not', operand: this.operand() };
      if (!this.take('(')) return this.term();
      const rule = this.alternatives();
      this.expect(')');
      return rule;
    } finally {
      this.depth -= 1;
    }
  }

  private term(): AlarmRule {
    const word = this.word();
    if (word === 'TRUE' || word === 'FALSE') return { kind: 'constant', value: word === 'TRUE' };
    this.expect('(');
    if (word === 'AT_LEAST') return this.atLeast();
    const alarm = this.reference(/[)]/);
    this.expect(')');
    return { kind: 'state', state: toState(word), alarm };
  }

  private atLeast(): AlarmRule {
    const threshold = /^\s*(\d{1,3}%?)\s*,/.exec(this.text.slice(this.at, this.at + 64));
    if (threshold === null) throw new NotARule();
    this.at += threshold[0].length;
    const not = this.takeWord('NOT');
    const state = toState(this.word());
    this.expect(',');
    this.expect('(');
    const alarms: string[] = [];
    do alarms.push(this.reference(/[,)]/));
    while (this.take(','));
    this.expect(')');
    this.expect(')');
    return { kind: 'at-least', threshold: threshold[1] ?? '', not, state, alarms };
  }

  /** A name in double quotes, in which a backslash may stand before a quote or a backslash, or one up to `end`. */
  private reference(end: RegExp): string {
    return this.take('"') ? this.quoted() : this.unquoted(end);
  }

  private quoted(): string {
    let name = '';
    for (;;) {
      const character = this.text[this.at++];
      if (character === undefined) throw new NotARule();
      if (character === '"' && name !== '') return name;
      if (character === '"') throw new NotARule();
      const escaped = character === '\\' && /["\\]/.test(this.text[this.at] ?? '');
      name += escaped ? (this.text[this.at++] ?? '') : character;
    }
  }

  /** Parentheses inside an unquoted name belong to it as long as they pair up. */
  private unquoted(end: RegExp): string {
    const start = this.at;
    let open = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at] ?? '';
      if (open === 0 && end.test(character)) break;
      if (character === '(') open += 1;
      if (character === ')') open -= 1;
    }
    const name = this.text.slice(start, this.at).trim();
    if (name === '') throw new NotARule();
    return name;
  }

  private word(): string {
    const word = this.peekWord();
    if (word === '') throw new NotARule();
    this.at += word.length;
    return word.toUpperCase();
  }

  private takeWord(expected: string): boolean {
    const word = this.peekWord();
    if (word.toUpperCase() !== expected) return false;
    this.at += word.length;
    return true;
  }

  private peekWord(): string {
    this.peek();
    return /^[A-Za-z_]+/.exec(this.text.slice(this.at, this.at + 32))?.[0] ?? '';
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.take(character)) throw new NotARule();
  }

  /** The next character that is not white space; empty at the end. */
  private peek(): string {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at] ?? '';
  }
}

function toState(word: string): AlarmState {
  if (!STATES.has(word)) throw new NotARule();
  return word as AlarmState;
}
