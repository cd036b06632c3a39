import { columnName, commandsOf, type QueryCommand, statsOf } from '../query-language/query-pipeline.js';
import { isSymbol, isWord, type QueryToken, splitTopLevel, tokenize } from '../query-language/query-tokens.js';
import { bareColumn, type SortKey } from './row-order.js';

/** How the value of a column is put together from the values of parts. */
export type Combine = 'sum' | 'min' | 'max';

/** How the rows of parts of the log groups become rows of all of them. */
export type PartsOfStats =
  { readonly kind: 'disjoint' } | { readonly kind: 'combined'; readonly columns: ReadonlyMap<string, Combine> };

/** What a query does, as far as running it in parts depends on it. */
export interface QueryShape {
  /** Its rows stand for many events, so parts of the events give rows that are wrong. */
  readonly aggregates: boolean;
  /** The smallest `| limit` of its own. */
  readonly ownLimit?: number;
  /** The order it asks for; newest first when it asks for none; empty for aggregates without one. */
  readonly order: readonly SortKey[];
  /** For aggregates: how parts of the log groups can be put together; undefined: not at all. */
  readonly parts?: PartsOfStats;
}

const NEWEST_FIRST: readonly SortKey[] = [{ column: '@timestamp', descending: true }];
/** Look at one event at a time; whatever is not named here looks at many. */
const ONE_EVENT = new Set(['fields', 'display', 'filter', 'filterindex', 'parse', 'sort', 'limit', 'unnest', 'lookup']);
const BEFORE_STATS = new Set(['fields', 'filter', 'filterindex', 'parse', 'sort', 'unnest', 'lookup']);
const COMBINED: ReadonlyMap<string, Combine> = new Map([
  ['count', 'sum'],
  ['sum', 'sum'],
  ['min', 'min'],
  ['max', 'max'],
]);

/** Reads a Logs Insights QL query; of a text that is none it says something harmless. */
export function queryShape(query: string): QueryShape {
  const commands = commandsOf(tokenize(query, 'CWLI'));
  const aggregates = commands.some(({ name }) => !ONE_EVENT.has(name));
  const limits = commands.filter(({ name }) => name === 'limit').map(({ rest }) => Number(rest[0]?.text));
  const ownLimit = Math.min(...limits.filter((limit) => Number.isSafeInteger(limit) && limit > 0));
  const order = orderOf(commands, query);
  return {
    aggregates,
    ...(ownLimit === Infinity ? {} : { ownLimit }),
    order: order ?? (aggregates ? [] : NEWEST_FIRST),
    ...(aggregates ? { parts: partsOf(commands, query) } : {}),
  };
}

/** The keys of the last `sort` whose order lasts to the end. */
function orderOf(commands: readonly QueryCommand[], query: string): readonly SortKey[] | undefined {
  const last = commands.findLastIndex(({ name }) => name === 'sort');
  const sort = commands[last];
  if (sort === undefined || commands.slice(last).some(({ name }) => name === 'stats' || name === 'pattern')) {
    return undefined;
  }
  return splitTopLevel(sort.rest, ',')
    .filter((key) => key.length > 0)
    .map((key) => sortKey(key, query));
}

function sortKey(tokens: readonly QueryToken[], query: string): SortKey {
  const direction = tokens.at(-1);
  const descending = isWord(direction, 'desc');
  const expression = tokens.length > 1 && (descending || isWord(direction, 'asc')) ? tokens.slice(0, -1) : tokens;
  return { column: columnName({ expression }, query), descending };
}

function partsOf(commands: readonly QueryCommand[], query: string): PartsOfStats | undefined {
  const index = commands.findIndex(({ name }) => name === 'stats');
  const stats = commands[index];
  if (stats === undefined || !commands.slice(0, index).every(({ name }) => BEFORE_STATS.has(name))) return undefined;
  const after = commands.slice(index + 1);
  const { aggregates, groups } = statsOf(stats);
  const byLogGroup = groups.some(({ expression }) => expression.length === 1 && expression[0]?.text === '@log');
  if (byLogGroup && after.every(({ name }) => name === 'sort' || name === 'limit')) return { kind: 'disjoint' };
  if (!after.every(({ name }) => name === 'sort')) return undefined;
  const columns = aggregates.map((column) => [bareColumn(columnName(column, query)), combine(column.expression)]);
  return columns.every((column): column is [string, Combine] => column[1] !== undefined)
    ? { kind: 'combined', columns: new Map(columns) }
    : undefined;
}

/** Only a call of one function and nothing around it. */
function combine(expression: readonly QueryToken[]): Combine | undefined {
  const [name, open] = expression;
  const closesAtEnd = expression.findIndex((token) => isSymbol(token, ')')) === expression.length - 1;
  return isSymbol(open, '(') && closesAtEnd && name?.kind === 'name'
    ? COMBINED.get(name.text.toLowerCase())
    : undefined;
}
