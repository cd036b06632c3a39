import { ExpressionParser, type Scope } from './expression-parser.js';
import { globPattern } from './glob-pattern.js';
import { PATTERN_COLUMNS } from './pattern.js';
import { type Column, type Command, type Expression, leaves, type Query, type SortKey } from './query.js';
import { Scanner, type Token } from './scanner.js';

/** Most rows one query may return. */
export const MAX_LIMIT = 100_000;

/** Commands of the language that the emulator has no part of. */
const UNSUPPORTED = new Set(['anomaly', 'diff', 'filterindex', 'join', 'lookup', 'unmask', 'unnest']);

/**
 * Reads a Logs Insights query.
 * @throws MalformedQuery for what AWS would refuse, and for what AWS knows but the emulator does not.
 */
export function parseQuery(source: string): Query {
  return new QueryParser(new Scanner(source)).query();
}

class QueryParser {
  readonly #scope: Scope = { aggregatesAllowed: false };
  readonly #expressions: ExpressionParser;
  readonly #commands: Command[] = [];

  constructor(private readonly scanner: Scanner) {
    this.#expressions = new ExpressionParser(scanner, this.#scope);
  }

  query(): Query {
    const source = this.#source();
    if (source === undefined || this.scanner.peek().kind !== 'end') this.#pipeline();
    return { ...(source ? { source } : {}), commands: this.#commands, comments: this.scanner.comments };
  }

  #pipeline(): void {
    do {
      this.#commands.push(this.#command());
    } while (this.scanner.takeSymbol('|'));
    if (this.scanner.peek().kind !== 'end') throw this.scanner.unexpected();
  }

  #command(): Command {
    const token = this.scanner.peek();
    if (token.kind !== 'name' || token.quoted) throw this.scanner.unexpected('expecting a command');
    const name = token.text.toLowerCase();
    this.scanner.take();
    if (name !== 'limit' && this.#commands.some((command) => command.kind === 'dedup')) {
      throw this.scanner.error(token.start, token.end, `only limit can follow dedup, found ${name}`);
    }
    return this.#commandNamed(name, token);
  }

  #commandNamed(name: string, token: Token): Command {
    switch (name) {
      case 'fields':
        return this.#fields();
      case 'display':
        return { kind: 'display', columns: this.#expressions.columns() };
      case 'filter':
        return { kind: 'filter', condition: this.#expressions.expression() };
      case 'parse':
        return this.#parse();
      case 'stats':
        return this.#stats();
      case 'sort':
        return { kind: 'sort', keys: this.#expressions.list(() => this.#sortKey()) };
      case 'limit':
        return { kind: 'limit', count: this.#count() };
      case 'dedup':
        return { kind: 'dedup', keys: this.#expressions.list(() => this.#expressions.expression()) };
      case 'pattern':
        return this.#pattern();
      default: {
        const problem = UNSUPPORTED.has(name) ? 'unsupported command' : 'unexpected symbol found';
        throw this.scanner.error(token.start, token.end, `${problem} ${token.text}`);
      }
    }
  }

  #fields(): Command {
    const columns = this.#expressions.columns();
    for (const { name } of columns) this.#scope.columns?.add(name);
    return { kind: 'fields', columns };
  }

  #parse(): Command {
    const { kind, start, end } = this.scanner.peek();
    const wholeMessage = kind === 'string' || this.scanner.isSymbol('/');
    const operand = wholeMessage ? this.#expressions.field('@message', start, end) : this.#expressions.operand();
    const command = this.#regexParse(operand) ?? this.#globParse(operand);
    for (const name of command.names) this.#scope.columns?.add(name);
    return command;
  }

  #regexParse(operand: Expression): Extract<Command, { kind: 'parse' }> | undefined {
    const { start } = this.scanner.peek();
    const pattern = this.scanner.takeRegex();
    if (!pattern) return undefined;
    const named = [...pattern.source.matchAll(/(?<!\\)\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? '');
    if (named.length > 0) return { kind: 'parse', operand, pattern, names: named };
    if (!this.scanner.takeKeyword('as')) {
      throw this.scanner.error(start, this.scanner.previousEnd, 'no named group in the regular expression of parse');
    }
    return { kind: 'parse', operand, pattern, names: this.#names(start, groupCount(pattern)) };
  }

  #globParse(operand: Expression): Extract<Command, { kind: 'parse' }> {
    const token = this.scanner.peek();
    if (token.kind !== 'string') throw this.scanner.unexpected('expecting a text with * or /expression/');
    this.scanner.take();
    const { pattern, wildcards } = globPattern(token.text);
    if (wildcards === 0) throw this.scanner.error(token.start, token.end, 'no * in the pattern of parse');
    if (!this.scanner.takeKeyword('as')) throw this.scanner.unexpected('expecting as');
    return { kind: 'parse', operand, pattern, names: this.#names(token.start, wildcards) };
  }

  #names(start: number, expected: number): string[] {
    const names = this.#expressions.list(() => this.#expressions.name());
    if (names.length === expected) return names;
    const problem = `parse has ${expected} wildcards or groups but ${names.length} names`;
    throw this.scanner.error(start, this.scanner.previousEnd, problem);
  }

  #stats(): Command {
    this.#scope.aggregatesAllowed = true;
    const aggregates = this.#expressions.list(() => this.#aggregateColumn());
    this.#scope.aggregatesAllowed = false;
    const groups = this.scanner.takeKeyword('by') ? this.#expressions.columns() : [];
    this.#reduceTo(
      'stats',
      [...groups, ...aggregates].map(({ name }) => name),
    );
    return { kind: 'stats', aggregates, groups };
  }

  #aggregateColumn(): Column {
    const { start } = this.scanner.peek();
    const column = this.#expressions.column();
    const parts = leaves(column.expression);
    if (!parts.some(({ kind }) => kind === 'aggregate') || parts.some(({ kind }) => kind === 'field')) {
      throw this.scanner.error(start, this.scanner.previousEnd, `not an aggregate: ${column.name}`);
    }
    return column;
  }

  #sortKey(): SortKey {
    const expression = this.#expressions.expression();
    if (this.scanner.takeKeyword('desc')) return { expression, descending: true };
    this.scanner.takeKeyword('asc');
    return { expression, descending: false };
  }

  #count(): number {
    const token = this.scanner.peek();
    if (token.kind !== 'number') throw this.scanner.unexpected('expecting a number');
    this.scanner.take();
    if (!Number.isInteger(token.value) || token.value < 1 || token.value > MAX_LIMIT) {
      throw this.scanner.error(token.start, token.end, `limit is not between 1 and ${MAX_LIMIT}`);
    }
    return token.value;
  }

  #pattern(): Command {
    const operand = this.#expressions.expression();
    this.#reduceTo('pattern', PATTERN_COLUMNS);
    return { kind: 'pattern', operand };
  }

  #reduceTo(command: string, columns: readonly string[]): void {
    this.#scope.columns = new Set(columns);
    this.#scope.reducedBy = command;
  }

  /** `SOURCE logGroups(namePrefix: ["/a", "/b"])` before the first command. */
  #source(): Query['source'] {
    if (!this.scanner.takeKeyword('source')) return undefined;
    const token = this.scanner.peek();
    if (!this.scanner.takeKeyword('loggroups')) throw this.scanner.unexpected('expecting logGroups');
    this.scanner.expectSymbol('(');
    if (!this.scanner.takeKeyword('nameprefix')) {
      throw this.scanner.error(token.start, token.end, 'SOURCE logGroups is supported with namePrefix only');
    }
    this.scanner.expectSymbol(':');
    this.scanner.expectSymbol('[');
    const namePrefixes = this.#expressions.list(() => this.#string());
    this.scanner.expectSymbol(']');
    this.scanner.expectSymbol(')');
    if (this.scanner.peek().kind !== 'end') this.scanner.expectSymbol('|');
    return { namePrefixes };
  }

  #string(): string {
    if (this.scanner.peek().kind !== 'string') throw this.scanner.unexpected('expecting a text');
    return this.scanner.take().text;
  }
}

function groupCount(pattern: RegExp): number {
  return (new RegExp(`${pattern.source}|`).exec('')?.length ?? 1) - 1;
}
