import { InvalidInput } from '../errors.js';
import { logGroupIdentifier } from './log-group.js';
import { isSymbol, isWord, type QueryToken, tokenize } from './query-language/query-tokens.js';

/** The commands of PPL that read nothing but the rows before them. */
const PPL_COMMANDS =
  'fields where stats eventstats sort head top rare dedup parse grok eval rename fillnull expand flatten trendline patterns fieldsummary replace';
const PPL_COMMAND_NAMES: ReadonlySet<string> = new Set(PPL_COMMANDS.split(' '));

/** Words of SQL that name a further table, or begin a query that reads one. */
const SQL_SOURCE_WORDS: ReadonlySet<string> = new Set(
  'select join table with union intersect except minus lateral unnest values pivot unpivot describe show explain'.split(
    ' ',
  ),
);
/** What may follow the source, and what makes the word that clause rather than another name of the source. */
const SQL_CLAUSES: ReadonlyMap<string, (next: QueryToken | undefined) => boolean> = new Map([
  ['where', beginsCondition],
  ['having', beginsCondition],
  ['group', (next) => isWord(next, 'by')],
  ['order', (next) => isWord(next, 'by')],
  ['limit', (next) => next?.kind === 'number'],
]);
const LOG_GROUPS = /^logGroups\(\s*logGroupIdentifiers?\s*:\s*\[([^\]]*)\]\s*\)$/i;

/**
 * The log groups that a query of SQL or PPL names in its text (names or ARNs), or undefined where they cannot be read with
 * certainty: comments and backslashes, joins and subqueries are not read at all, because a second reader could read
 * them differently.
 */
export function sourcesInText(language: 'SQL' | 'PPL', query: string): readonly string[] | undefined {
  if (/\\|--|\/\*|\/\/|#|;/.test(query)) return undefined;
  const tokens = tokenize(query, language);
  if (!tokens.every((token) => isWhole(token, query))) return undefined;
  return language === 'SQL' ? sqlSources(tokens) : pplSources(tokens);
}

/**
 * SECURITY: with a list of allowed log groups, the text of a query may only name groups that can be read with certainty.
 * @throws InvalidInput naming `query_string`
 */
export function certainSources(language: 'SQL' | 'PPL', query: string): readonly string[] {
  const sources = sourcesInText(language, query);
  if (sources !== undefined) return sources;
  const form =
    language === 'SQL'
      ? "one SELECT, FROM `log-group` or FROM `logGroups(logGroupIdentifier: ['a', 'b'])`, then WHERE, GROUP BY, HAVING, ORDER BY or LIMIT"
      : `source = \`log-group\` first, or none, then only ${PPL_COMMANDS.replaceAll(' ', ', ')}`;
  throw new InvalidInput(
    'query_string',
    `this server opens a list of log groups only (ALLOWED_LOG_GROUPS), so that it must see which ones ${language} reads: write ${form}; no comments, backslashes, joins or subqueries. Or use CWLI.`,
    'query_source',
  );
}

/** SELECT ... FROM <one source> [clauses]: nothing else can name a table in such a query. */
function sqlSources(tokens: readonly QueryToken[]): readonly string[] | undefined {
  const [first, ...rest] = tokens;
  if (!isWord(first, 'select') || rest.some((token) => token.kind === 'name' && isSourceWord(token))) return undefined;
  const from = tokens.flatMap((token, index) => (isWord(token, 'from') ? [index] : []));
  const [at = 0] = from;
  if (from.length !== 1) return undefined;
  const [source, clause, next] = tokens.slice(at + 1);
  const word = clause?.kind === 'name' ? clause.text.toLowerCase() : '';
  if (clause !== undefined && SQL_CLAUSES.get(word)?.(next) !== true) return undefined;
  return source?.kind === 'quoted' ? quotedSources(source.text) : undefined;
}

function pplSources(tokens: readonly QueryToken[]): readonly string[] | undefined {
  const commands = splitAt(tokens, '|');
  const [first = []] = commands;
  const head = isWord(first[0], 'search') ? first.slice(1) : first;
  const named = isWord(head[0], 'source') && isSymbol(head[1], '=');
  const piped = named ? commands.slice(1) : commands;
  const known = piped.every(
    ([command, ...rest]) => isKnownCommand(command) && rest.every((token) => !nestsQuery(token)),
  );
  if (!known) return undefined;
  return named ? pplSourceList(head.slice(2)) : [];
}

/** `a`, or `a`, `b`, or [`a`, `b`]. */
function pplSourceList(tokens: readonly QueryToken[]): readonly string[] | undefined {
  const bracketed = isSymbol(tokens[0], '[') && isSymbol(tokens.at(-1), ']');
  const names = splitAt(bracketed ? tokens.slice(1, -1) : tokens, ',');
  const sources = names.map(([name, ...more]) =>
    name?.kind === 'quoted' && more.length === 0 ? quotedSources(name.text) : undefined,
  );
  return sources.every((source) => source !== undefined) ? sources.flat() : undefined;
}

function quotedSources(text: string): readonly string[] | undefined {
  const list = LOG_GROUPS.exec(text)?.[1];
  const names = list === undefined ? [text] : list.split(',').map((item) => /^\s*'([^']*)'\s*$/.exec(item)?.[1] ?? '');
  return names.every((name) => logGroupIdentifier.safeParse(name).success) ? names : undefined;
}

function beginsCondition(next: QueryToken | undefined): boolean {
  return next !== undefined && !isSymbol(next, ',');
}

/** Also as a part of a name with dots: a reader may end a word there. */
function isSourceWord({ text }: QueryToken): boolean {
  const [word = '', ...more] = text.toLowerCase().split(/[.@$]/);
  return SQL_SOURCE_WORDS.has(word) || more.some((part) => SQL_SOURCE_WORDS.has(part) || part === 'from');
}

function isKnownCommand(token: QueryToken | undefined): boolean {
  return token?.kind === 'name' && PPL_COMMAND_NAMES.has(token.text.toLowerCase());
}

/** Brackets hold subqueries; `source` and `search` begin one. */
function nestsQuery(token: QueryToken): boolean {
  return isSymbol(token, '[') || isSymbol(token, ']') || isWord(token, 'source') || isWord(token, 'search');
}

/** A number, or a span of time. */
const NUMBER = /^\d+(?:\.\d+)?[a-z]{0,2}$/i;

/** False for a text that its end cut off, and for a number that a word sticks to. */
function isWhole({ kind, text, start, end }: QueryToken, query: string): boolean {
  if (kind === 'regex') return false;
  if (kind === 'number') return NUMBER.test(text);
  if (kind !== 'quoted' && kind !== 'string') return true;
  return end - start >= 2 && query[start] === query[end - 1];
}

function splitAt(tokens: readonly QueryToken[], symbol: string): readonly (readonly QueryToken[])[] {
  const parts: QueryToken[][] = [[]];
  for (const token of tokens) {
    if (isSymbol(token, symbol)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
