/** Tokens of the three small languages here: metric math, Metrics Insights and alarm rules. */
export type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'double-quoted' | 'single-quoted'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

/** The text does not follow the grammar; the message says what was found where. */
export class SyntaxProblem extends Error {}

const PATTERNS = [
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['double-quoted', /"(?:[^"\\]|\\.)*"/y],
  ['single-quoted', /'(?:[^'\\]|\\.|'')*'/y],
  ['symbol', /<=|>=|==|!=|&&|\|\||[-+*/^(),<>=[\]]/y],
] as const;

/** Splits a text into tokens; white space separates and is dropped. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    if (/\s/.test(text.charAt(position))) {
      position += 1;
      continue;
    }
    const [token, end] = tokenAt(text, position);
    tokens.push(token);
    position = end;
  }
  return tokens;
}

function tokenAt(text: string, position: number): [Token, number] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    return [tokenOf(kind, found), position + found.length];
  }
  throw new SyntaxProblem(`Unexpected character at position ${position}: ${text.slice(position, position + 10)}`);
}

function tokenOf(kind: Token['kind'], found: string): Token {
  if (kind === 'number') return { kind, value: Number(found) };
  if (kind === 'word' || kind === 'symbol') return { kind, text: found };
  // In one pass: a doubled quote that was written with backslashes is two quotes.
  const escaped = kind === 'single-quoted' ? /\\(.)|'(')/g : /\\(.)/g;
  return { kind, text: found.slice(1, -1).replace(escaped, (_whole, ...[one, quote]: string[]) => one ?? quote ?? '') };
}

/** Reads tokens from the left; every `expect` throws a SyntaxProblem that names what stands there instead. */
export class TokenReader {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  peek(): Token | undefined {
    return this.tokens[this.position];
  }

  next(): Token | undefined {
    const token = this.tokens[this.position];
    this.position += 1;
    return token;
  }

  /** Takes the symbol or, in any case, the word if it stands here. */
  take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.position += 1;
    return true;
  }

  /** Takes the first of the symbols that stands here. */
  takeOneOf<T extends string>(texts: readonly T[]): T | undefined {
    return texts.find((text) => this.take(text));
  }

  isAt(text: string): boolean {
    const token = this.peek();
    if (token?.kind === 'symbol') return token.text === text;
    return token?.kind === 'word' && token.text.toUpperCase() === text.toUpperCase();
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.problem(text);
  }

  expectEnd(): void {
    if (this.peek()) throw this.problem('the end');
  }

  /** The text of a word or quoted token of one of these kinds. */
  expectText(kinds: readonly Token['kind'][], what: string): string {
    const token = this.peek();
    if (!token || token.kind === 'number' || !kinds.includes(token.kind)) throw this.problem(what);
    this.position += 1;
    return token.text;
  }

  problem(expected: string): SyntaxProblem {
    const token = this.peek();
    const found = token === undefined ? 'the end' : token.kind === 'number' ? String(token.value) : token.text;
    return new SyntaxProblem(`Unexpected token ${found}, expected ${expected}`);
  }
}
