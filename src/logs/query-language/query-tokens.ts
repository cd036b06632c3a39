/** The query languages of CloudWatch Logs Insights. */
export type QueryLanguage = 'CWLI' | 'SQL' | 'PPL';

/** A piece of a query; comments and white space are none. */
export interface QueryToken {
  /** `quoted` is a field name in back-ticks (in SQL in double quotes too): never a keyword. */
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'regex' | 'symbol';
  /** Names, strings and regular expressions without their quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s+/y;
const NAME = /[\p{L}_@$][\p{L}\p{N}_.@$]*/uy;
const NUMBER = /\d[\w.]*/y;
const SYMBOL = /=~|!=|!~|<=|>=|<>|==|[^]/uy;
/** After these a `/` begins a regular expression; anywhere else it divides. */
const BEFORE_REGEX = new Set(['like', 'parse', 'matches', '=~', '!~', '(', ',', '[', '|']);

/** Splits any text into tokens: never throws, in time linear in the text; what is left open ends with the text. */
export function tokenize(query: string, language: QueryLanguage): readonly QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  while (at < query.length) {
    const gap = matchAt(SPACE, query, at)?.length ?? commentLength(query, at, language);
    if (gap > 0) {
      at += gap;
      continue;
    }
    const token = quotedToken(query, at, language) ?? regexToken(query, at, language, tokens) ?? plainToken(query, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** True for the bare word, in any case. */
export function isWord(token: QueryToken | undefined, word: string): boolean {
  return token?.kind === 'name' && token.text.toLowerCase() === word;
}

export function isSymbol(token: QueryToken | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol;
}

/** The parts between separators that stand outside all brackets. */
export function splitTopLevel(tokens: readonly QueryToken[], separator: string): readonly (readonly QueryToken[])[] {
  const parts: QueryToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSymbol(token, '(') || isSymbol(token, '[')) depth += 1;
    if (isSymbol(token, ')') || isSymbol(token, ']')) depth = Math.max(0, depth - 1);
    if (depth === 0 && isSymbol(token, separator)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function commentLength(query: string, at: number, language: QueryLanguage): number {
  const lineComment = language === 'CWLI' ? '#' : language === 'SQL' ? '--' : '//';
  if (query.startsWith(lineComment, at)) return lengthUntil(query, at, '\n');
  if (language !== 'CWLI' && query.startsWith('/*', at)) return lengthUntil(query, at, '*/');
  return 0;
}

function lengthUntil(query: string, at: number, end: string): number {
  const found = query.indexOf(end, at);
  return found < 0 ? query.length - at : found + end.length - at;
}

function quotedToken(query: string, at: number, language: QueryLanguage): QueryToken | undefined {
  const quote = query[at] ?? '';
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  const isName = quote === '`' || (quote === '"' && language === 'SQL');
  return delimited(isName ? 'quoted' : 'string', query, at, !isName);
}

function regexToken(
  query: string,
  at: number,
  language: QueryLanguage,
  before: readonly QueryToken[],
): QueryToken | undefined {
  if (language !== 'CWLI' || query[at] !== '/') return undefined;
  const previous = before.at(-1);
  const begins =
    previous === undefined ||
    ((previous.kind === 'name' || previous.kind === 'symbol') && BEFORE_REGEX.has(previous.text.toLowerCase())) ||
    isWord(before.at(-2), 'parse');
  return begins ? delimited('regex', query, at, true) : undefined;
}

/** From one delimiter to the next of its kind. */
function delimited(kind: QueryToken['kind'], query: string, start: number, escapes: boolean): QueryToken {
  const delimiter = query[start];
  let at = start + 1;
  while (at < query.length && query[at] !== delimiter) at += escapes && query[at] === '\\' ? 2 : 1;
  const inner = Math.min(at, query.length);
  return { kind, text: query.slice(start + 1, inner), start, end: Math.min(inner + 1, query.length) };
}

function plainToken(query: string, start: number): QueryToken {
  for (const [kind, pattern] of [
    ['name', NAME],
    ['number', NUMBER],
    ['symbol', SYMBOL],
  ] as const) {
    const text = matchAt(pattern, query, start);
    if (text !== undefined) return { kind, text, start, end: start + text.length };
  }
  return { kind: 'symbol', text: query[start] ?? '', start, end: start + 1 };
}

function matchAt(pattern: RegExp, query: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(query)?.[0];
}
