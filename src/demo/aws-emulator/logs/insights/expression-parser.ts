import { AGGREGATE_FUNCTIONS } from './aggregates.js';
import { PERIOD_FUNCTIONS, SCALAR_FUNCTIONS } from './functions.js';
import type { BinaryOperator, Column, Expression } from './query.js';
import type { Scanner } from './scanner.js';

/** What an expression may name at its place in the query. */
export interface Scope {
  /** Set after `stats` and `pattern`: nothing else exists any more. */
  columns?: Set<string>;
  /** Name of the command that reduced the columns. */
  reducedBy?: string;
  aggregatesAllowed: boolean;
}

const COMPARISONS = ['=', '!=', '<=', '>=', '<', '>'] as const;

/** Recursive descent over one expression. Binding, loosest first: or, and, not, comparison, + -, * / %, ^, sign. */
export class ExpressionParser {
  constructor(
    private readonly scanner: Scanner,
    private readonly scope: Scope,
  ) {}

  expression(): Expression {
    return this.#leftToRight(['or'], () => this.#conjunction());
  }

  /** A field, a call or something in parentheses: a `/` behind it is not a division. */
  operand(): Expression {
    return this.#primary();
  }

  /** `expression [as alias]`; the name is the alias, else the expression as written. */
  column(): Column {
    const { start } = this.scanner.peek();
    const expression = this.expression();
    const text = this.scanner.source.slice(start, this.scanner.previousEnd);
    const name = this.scanner.takeKeyword('as') ? this.name() : expression.kind === 'field' ? expression.name : text;
    return { name, expression };
  }

  columns(): Column[] {
    return this.list(() => this.column());
  }

  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.scanner.takeSymbol(',')) items.push(item());
    return items;
  }

  name(): string {
    if (this.scanner.peek().kind !== 'name') throw this.scanner.unexpected('expecting a field name');
    return this.scanner.take().text;
  }

  #conjunction(): Expression {
    return this.#leftToRight(['and'], () => this.#negation());
  }

  #negation(): Expression {
    if (this.scanner.takeKeyword('not')) return { kind: 'not', operand: this.#negation() };
    return this.#comparison();
  }

  #comparison(): Expression {
    const operand = this.#sum();
    for (const operator of COMPARISONS) {
      if (this.scanner.takeSymbol(operator)) return { kind: 'binary', operator, left: operand, right: this.#sum() };
    }
    if (this.scanner.takeSymbol('=~')) return this.#match(operand, false);
    const negated = this.scanner.takeKeyword('not');
    if (this.scanner.takeKeyword('like')) return this.#match(operand, negated);
    if (this.scanner.takeKeyword('in')) return { kind: 'in', operand, options: this.#options(), negated };
    if (negated) throw this.scanner.unexpected('expecting like or in');
    return operand;
  }

  #match(operand: Expression, negated: boolean): Expression {
    const regex = this.scanner.takeRegex();
    if (regex) return { kind: 'match', operand, pattern: regex, negated };
    if (this.scanner.peek().kind !== 'string') throw this.scanner.unexpected('expecting a text or /expression/');
    return { kind: 'match', operand, pattern: this.scanner.take().text, negated };
  }

  #options(): Expression[] {
    this.scanner.expectSymbol('[');
    const options = this.list(() => this.#sum());
    this.scanner.expectSymbol(']');
    return options;
  }

  #sum(): Expression {
    return this.#leftToRight(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#leftToRight(['*', '/', '%'], () => this.#power());
  }

  #power(): Expression {
    return this.#leftToRight(['^'], () => this.#sign());
  }

  #leftToRight(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((text) => this.scanner.takeSymbol(text) || this.scanner.takeKeyword(text));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: operand() };
    }
  }

  #sign(): Expression {
    if (this.scanner.takeSymbol('-')) return { kind: 'negate', operand: this.#sign() };
    return this.#primary();
  }

  #primary(): Expression {
    if (this.scanner.takeSymbol('(')) {
      const inner = this.expression();
      this.scanner.expectSymbol(')');
      return inner;
    }
    const token = this.scanner.peek();
    if (token.kind === 'number' || token.kind === 'string') {
      this.scanner.take();
      return { kind: 'literal', value: token.kind === 'number' ? token.value : token.text };
    }
    if (token.kind !== 'name') throw this.scanner.unexpected();
    this.scanner.take();
    if (this.scanner.isSymbol('(') && !token.quoted) return this.#call(token.text, token.start, token.end);
    const literal = token.quoted ? undefined : { true: 1, false: 0 }[token.text.toLowerCase()];
    if (literal !== undefined) return { kind: 'literal', value: literal };
    return this.field(token.text, token.start, token.end);
  }

  /** @throws MalformedQuery, pointing at the given place, for a field that no longer exists there */
  field(name: string, start: number, end: number): Expression {
    if (this.scope.columns && !this.scope.columns.has(name)) {
      const problem = `Unknown symbols found in or after ${this.scope.reducedBy ?? 'stats'}: ${name}`;
      throw this.scanner.error(start, end, problem);
    }
    return { kind: 'field', name };
  }

  #call(written: string, start: number, nameEnd: number): Expression {
    const name = written.toLowerCase();
    const known = AGGREGATE_FUNCTIONS.has(name) || SCALAR_FUNCTIONS.has(name) || name === 'bin';
    if (!known) throw this.scanner.error(start, nameEnd, `unsupported function ${written}`);
    const ready = this.#columnWrittenAsCall(start);
    if (ready) return ready;
    if (name === 'bin') this.field('@timestamp', start, nameEnd);
    this.scanner.expectSymbol('(');
    if (AGGREGATE_FUNCTIONS.has(name)) return this.#aggregate(name, start, nameEnd);
    const args = this.scanner.isSymbol(')') ? [] : this.list(() => this.#argument(name));
    this.scanner.expectSymbol(')');
    const [least, most] = name === 'bin' ? [1, 1] : (SCALAR_FUNCTIONS.get(name)?.arity ?? [0, 0]);
    this.#checkCount(written, args.length, least, most, start);
    return { kind: 'call', name, args };
  }

  /** After `stats count(*)` the text `count(*)` is a column like any other. */
  #columnWrittenAsCall(start: number): Expression | undefined {
    const rest = this.scanner.source.slice(start);
    const [name] = [...(this.scope.columns ?? [])]
      .filter((column) => column.includes('(') && rest.startsWith(column))
      .toSorted((left, right) => right.length - left.length);
    if (name === undefined) return undefined;
    while (this.scanner.previousEnd < start + name.length) this.scanner.take();
    return { kind: 'field', name };
  }

  #argument(name: string): Expression {
    const token = this.scanner.peek();
    if (token.kind !== 'duration') return this.expression();
    if (name !== 'bin' && !PERIOD_FUNCTIONS.has(name)) throw this.scanner.unexpected();
    this.scanner.take();
    return { kind: 'duration', ms: token.value };
  }

  #aggregate(name: string, start: number, nameEnd: number): Expression {
    if (!this.scope.aggregatesAllowed) {
      throw this.scanner.error(start, nameEnd, `unexpected symbol found ${name} (only in stats)`);
    }
    this.scope.aggregatesAllowed = false;
    const args = this.#aggregateArguments(name);
    this.scope.aggregatesAllowed = true;
    this.scanner.expectSymbol(')');
    const [least, most] = AGGREGATE_FUNCTIONS.get(name)?.arity ?? [0, 0];
    this.#checkCount(name, args.length, least, most, start);
    const parameter = args[1];
    if (parameter && parameter.kind !== 'literal') {
      throw this.scanner.error(start, this.scanner.previousEnd, `the second argument of ${name} is not a number`);
    }
    return { kind: 'aggregate', name, args };
  }

  #aggregateArguments(name: string): Expression[] {
    if (name === 'count' && this.scanner.takeSymbol('*')) return [];
    return this.scanner.isSymbol(')') ? [] : this.list(() => this.expression());
  }

  #checkCount(name: string, count: number, least: number, most: number, start: number): void {
    if (count >= least && count <= most) return;
    throw this.scanner.error(start, this.scanner.previousEnd, `wrong number of arguments for ${name}`);
  }
}
