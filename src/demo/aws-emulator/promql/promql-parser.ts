import { AwsFault } from '../operation.js';

/** One condition on a label; a metric's name is the label `__name__`. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A PromQL expression, as much of the language as the emulator evaluates. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'selector'; readonly matchers: readonly LabelMatcher[]; readonly rangeMs?: number }
  | { readonly kind: 'call'; readonly name: RangeFunction; readonly of: Expression }
  | {
      readonly kind: 'aggregate';
      readonly name: Aggregation;
      readonly by: readonly string[];
      readonly of: Expression;
    };

const RANGE_FUNCTIONS = [
  'rate',
  'increase',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
] as const;
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count'] as const;

export type RangeFunction = (typeof RANGE_FUNCTIONS)[number];
export type Aggregation = (typeof AGGREGATIONS)[number];

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|([A-Za-z_:][\w:]*)|(\d+(?:\.\d+)?(?:ms|[smhdwy])?)|(=~|!~|!=|[{}()[\],=]))/y;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/**
 * Reads an expression.
 * @throws AwsFault `bad_data` where it is none the emulator knows
 */
export function parsePromql(text: string): Expression {
  const parser = new Parser(tokensOf(text));
  const expression = parser.expression();
  parser.end();
  return expression;
}

/** Seconds of a duration such as `5m`, or of a plain number. */
export function durationMs(text: string): number | undefined {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|[smhdwy])?$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNIT_MS[unit] ?? 0);
}

/** The refusal of a query, in the form of the Prometheus API. */
export function badData(message: string): AwsFault {
  return new AwsFault('BadData', message, 400, { errorType: 'bad_data' });
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw badData(`invalid parameter "query": parse error near ${text.slice(at, at + 20)}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  expression(): Expression {
    const token = this.peek();
    const value = Number(token);
    if (token !== '' && !Number.isNaN(value)) return (this.next(), { kind: 'number', value });
    const aggregation = AGGREGATIONS.find((name) => name === token);
    if (aggregation !== undefined) return this.aggregate(aggregation);
    const rangeFunction = RANGE_FUNCTIONS.find((name) => name === token);
    if (rangeFunction === undefined) return this.selector();
    this.next();
    return { kind: 'call', name: rangeFunction, of: this.argument() };
  }

  end(): void {
    if (this.#at < this.tokens.length) throw this.unexpected();
  }

  private aggregate(name: Aggregation): Expression {
    this.next();
    const first = this.grouping();
    const of = this.argument();
    return { kind: 'aggregate', name, by: first ?? this.grouping() ?? [], of };
  }

  private grouping(): string[] | undefined {
    if (this.peek() !== 'by') return undefined;
    this.next();
    return this.list('(', ')', () => this.name());
  }

  private argument(): Expression {
    const [of, ...others] = this.list('(', ')', () => this.expression());
    if (of === undefined || others.length > 0) throw this.unexpected();
    return of;
  }

  private selector(): Expression {
    const matchers: LabelMatcher[] = [];
    if (/^[A-Za-z_:]/.test(this.peek())) matchers.push({ label: '__name__', operator: '=', value: this.name() });
    if (this.peek() === '{') matchers.push(...this.list('{', '}', () => this.matcher()));
    if (matchers.length === 0) throw this.unexpected();
    if (!matchers.some(({ label, operator }) => label === '__name__' && operator === '=')) {
      throw badData('a selector must name a metric');
    }
    if (this.peek() !== '[') return { kind: 'selector', matchers };
    const [rangeMs] = this.list('[', ']', () => durationMs(this.next()));
    if (rangeMs === undefined) throw this.unexpected();
    return { kind: 'selector', matchers, rangeMs };
  }

  private matcher(): LabelMatcher {
    const label = this.name();
    const operator = (['=', '!=', '=~', '!~'] as const).find((known) => known === this.peek());
    if (operator === undefined) return { label: '__name__', operator: '=', value: label };
    this.next();
    return { label, operator, value: this.name() };
  }

  /** An identifier or a quoted text. */
  private name(): string {
    const token = this.next();
    if (/^[A-Za-z_:]/.test(token)) return token;
    if (!/^["'`]/.test(token)) throw this.unexpected();
    const inside = token.slice(1, -1);
    return token.startsWith('`') ? inside : inside.replace(/\\(.)/g, '$1');
  }

  private list<T>(open: string, close: string, item: () => T): T[] {
    const items: T[] = [];
    this.expect(open);
    while (this.peek() !== close) {
      items.push(item());
      if (this.peek() === ',') this.next();
      else if (this.peek() !== close) throw this.unexpected();
    }
    this.expect(close);
    return items;
  }

  private expect(token: string): void {
    if (this.next() !== token) throw this.unexpected();
  }

  private peek(): string {
    return this.tokens[this.#at] ?? '';
  }

  private next(): string {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  private unexpected(): AwsFault {
    return badData(`invalid parameter "query": parse error: unexpected ${this.tokens[this.#at - 1] ?? 'end of input'}`);
  }
}
