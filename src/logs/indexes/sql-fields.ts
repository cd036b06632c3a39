import { columnsOf } from '../query-language/query-pipeline.js';
import { isSymbol, isWord, type QueryToken } from '../query-language/query-tokens.js';
import { FieldUses } from './field-uses.js';
import { addColumns, addCondition } from './query-expressions.js';

/** What a part of a SELECT says; `source` names tables, `ignored` nothing of interest. */
type Clause = 'columns' | 'source' | 'condition' | 'ignored';

const CLAUSES: ReadonlyMap<string, Clause> = new Map([
  ['select', 'columns'],
  ['from', 'source'],
  ['join', 'source'],
  ['on', 'condition'],
  ['where', 'condition'],
  ['group', 'columns'],
  ['order', 'columns'],
  ['having', 'columns'],
  ['limit', 'ignored'],
  ['with', 'ignored'],
  ['union', 'ignored'],
]);
const JOIN_WORDS = new Set(['inner', 'left', 'right', 'full', 'outer', 'cross', 'by', 'distinct']);
const WORDS =
  'between exists case when then else end all any escape regexp rlike ilike interval nulls first last from over partition';
const NO_FIELD: ReadonlySet<string> = new Set(WORDS.split(' '));

interface Part {
  readonly clause: Clause;
  readonly tokens: QueryToken[];
}

/** Fields of a query in SQL: of its own clauses and those of its subqueries. */
export function sqlFields(tokens: readonly QueryToken[]): FieldUses {
  const parts = partsOf(tokens);
  const tables = new Set(
    parts.filter(({ clause }) => clause === 'source').flatMap(({ tokens: named }) => names(named)),
  );
  const uses = new FieldUses(NO_FIELD);
  // Conditions first: in SQL a column's alias is not yet known to WHERE.
  for (const { clause, tokens: part } of parts) {
    if (clause === 'condition') addCondition(uses, unqualified(part, tables));
  }
  for (const { clause, tokens: part } of parts) {
    if (clause === 'columns') addColumns(uses, columnsOf(unqualified(part, tables)));
  }
  return uses;
}

/** A bracket that holds a SELECT is read like a query of its own; every other one belongs to the part it stands in. */
function partsOf(tokens: readonly QueryToken[]): readonly Part[] {
  const parts: Part[] = [];
  let current: Part = { clause: 'ignored', tokens: [] };
  // For each open bracket the part a subquery stands in; undefined for brackets without a SELECT.
  const outer: (Part | undefined)[] = [];
  for (const [index, token] of tokens.entries()) {
    const plain = outer.length > 0 && outer.at(-1) === undefined;
    const clause = token.kind === 'name' && !plain ? CLAUSES.get(token.text.toLowerCase()) : undefined;
    if (clause !== undefined) {
      current = { clause, tokens: [] };
      parts.push(current);
    } else if (token.kind !== 'name' || !JOIN_WORDS.has(token.text.toLowerCase())) {
      current.tokens.push(token);
    }
    if (isSymbol(token, '(')) outer.push(isWord(tokens[index + 1], 'select') ? current : undefined);
    if (isSymbol(token, ')')) current = afterBracket(outer.pop(), current, token);
  }
  return parts;
}

/** Behind a subquery the part goes on that it stood in. */
function afterBracket(opened: Part | undefined, current: Part, token: QueryToken): Part {
  if (opened === undefined) return current;
  current.tokens.pop();
  opened.tokens.push(token);
  return opened;
}

function names(tokens: readonly QueryToken[]): readonly string[] {
  return tokens.filter(({ kind }) => kind === 'name' || kind === 'quoted').map(({ text }) => text);
}

/** `t.field` and t.`field` without the name of their table. */
function unqualified(tokens: readonly QueryToken[], tables: ReadonlySet<string>): readonly QueryToken[] {
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'name') return [token];
    const dot = token.text.indexOf('.');
    if (dot < 0 || !tables.has(token.text.slice(0, dot))) return [token];
    const field = token.text.slice(dot + 1);
    // The lexer leaves `t.` before a quoted field.
    return field === '' && tokens[index + 1]?.kind === 'quoted' ? [] : [{ ...token, text: field }];
  });
}
