import { MalformedQuery } from './malformed-query.js';

export interface Token {
  readonly kind: 'name' | 'number' | 'duration' | 'string' | 'symbol' | 'end';
  /** Name or string without quotes, symbol as written. */
  readonly text: string;
  /** Value of a number; milliseconds of a duration. */
  readonly value: number;
  /** True for a name in back-ticks, which is never a keyword. */
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s+/y;
const COMMENT = /#[^\n]*/y;
const NAME = /[A-Za-z_@][\w.]*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const UNIT = /[A-Za-z_]+/y;
const SYMBOL = /=~|!=|<=|>=|[|,()[\]=<>+\-*/%^:]/y;
const REGEX = /\/((?:\\[^]|[^\\/])+)\/([A-Za-z]*)/y;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Splits a query into tokens on demand; the parser decides where a `/` begins a regular expression. */
export class Scanner {
  readonly comments: string[] = [];
  #token: Token;
  #previousEnd = 0;

  constructor(readonly source: string) {
    this.#token = this.#scan(0);
  }

  peek(): Token {
    return this.#token;
  }

  take(): Token {
    const token = this.#token;
    this.#previousEnd = token.end;
    this.#token = this.#scan(token.end);
    return token;
  }

  /** End of the token taken last. */
  get previousEnd(): number {
    return this.#previousEnd;
  }

  isSymbol(text: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === text;
  }

  /** Keywords are not case-sensitive. */
  isKeyword(text: string): boolean {
    return this.#token.kind === 'name' && !this.#token.quoted && this.#token.text.toLowerCase() === text;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.take();
    return true;
  }

  takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.take();
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected(`expecting ${text}`);
  }

  /** Reads `/expression/flags` where the next token begins with a slash; undefined where it does not. */
  takeRegex(): RegExp | undefined {
    if (!this.isSymbol('/')) return undefined;
    const { start } = this.#token;
    REGEX.lastIndex = start;
    const match = REGEX.exec(this.source);
    if (!match) throw this.error(start, this.source.length, 'unterminated regular expression');
    const end = REGEX.lastIndex;
    const regex = this.#compileRegex(match[1] ?? '', match[2] ?? '', start, end);
    this.#previousEnd = end;
    this.#token = this.#scan(end);
    return regex;
  }

  unexpected(hint?: string): MalformedQuery {
    const { kind, start, end } = this.#token;
    const found = kind === 'end' ? '<EOF>' : this.source.slice(start, end);
    return this.error(start, end, `unexpected symbol found ${found}${hint ? ` (${hint})` : ''}`);
  }

  error(start: number, end: number, problem: string): MalformedQuery {
    return new MalformedQuery(this.source, start, end, problem);
  }

  #compileRegex(body: string, flags: string, start: number, end: number): RegExp {
    // AWS takes a leading (?i); JavaScript knows it only as a flag.
    const inline = /^\(\?([ims]+)\)/.exec(body);
    const pattern = inline ? body.slice(inline[0].length) : body;
    const allFlags = [...new Set(`${flags}${inline?.[1] ?? ''}`)].join('');
    if (!/^[ims]*$/.test(allFlags)) throw this.error(start, end, `unsupported regular expression flag ${flags}`);
    try {
      return new RegExp(pattern, allFlags);
    } catch {
      throw this.error(start, end, `invalid regular expression /${body}/`);
    }
  }

  #scan(from: number): Token {
    const start = this.#skipSpace(from);
    if (start >= this.source.length) return token('end', '', start, start);
    const character = this.source[start] ?? '';
    if (character === '"' || character === "'" || character === '`') return this.#scanQuoted(start, character);
    const name = this.#match(NAME, start);
    if (name) return token('name', name, start, start + name.length);
    const digits = this.#match(NUMBER, start);
    if (digits) return this.#scanNumber(start, digits);
    const symbol = this.#match(SYMBOL, start);
    if (symbol) return token('symbol', symbol, start, start + symbol.length);
    throw this.error(start, start + 1, `unexpected symbol found ${character}`);
  }

  #scanNumber(start: number, digits: string): Token {
    const end = start + digits.length;
    const unit = this.#match(UNIT, end);
    if (!unit) return token('number', digits, start, end, Number(digits));
    const ms = UNIT_MS[unit.toLowerCase()];
    if (ms === undefined) throw this.error(start, end + unit.length, `unexpected symbol found ${digits}${unit}`);
    return token('duration', digits + unit, start, end + unit.length, Number(digits) * ms);
  }

  #scanQuoted(start: number, quote: string): Token {
    let text = '';
    for (let index = start + 1; index < this.source.length; index += 1) {
      const character = this.source[index] ?? '';
      if (character === quote) {
        return token(quote === '`' ? 'name' : 'string', text, start, index + 1, 0, quote === '`');
      }
      if (character === '\\' && quote !== '`') {
        index += 1;
        text += unescape(this.source[index] ?? '');
        continue;
      }
      text += character;
    }
    throw this.error(start, this.source.length, `unterminated ${quote}`);
  }

  #skipSpace(from: number): number {
    let at = from;
    for (;;) {
      const space = this.#match(SPACE, at) ?? '';
      const comment = this.#match(COMMENT, at + space.length);
      if (comment) this.comments.push(comment.slice(1).trim());
      at += space.length + (comment?.length ?? 0);
      if (!comment) return at;
    }
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.source)?.[0];
  }
}

function token(kind: Token['kind'], text: string, start: number, end: number, value = 0, quoted = false): Token {
  return { kind, text, value, quoted, start, end };
}

function unescape(character: string): string {
  if (character === 'n') return '\n';
  if (character === 't') return '\t';
  return '"\'\\'.includes(character) ? character : `\\${character}`;
}
