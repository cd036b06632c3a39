import type { QueryColumn } from '../query-language/query-pipeline.js';
import { isSymbol, isWord, type QueryToken } from '../query-language/query-tokens.js';
import type { FieldUses } from './field-uses.js';

const WORDS = 'and or xor not in like as by asc desc true false null is';
const NO_FIELD: ReadonlySet<string> = new Set(WORDS.split(' '));
const LITERAL_WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);
const CONNECTIVES: ReadonlySet<string> = new Set(['and', 'or', 'xor']);

/** A comparison of a condition, with the `not`s that stand before it. */
interface Comparison {
  readonly tokens: readonly QueryToken[];
  readonly negated: boolean;
}

/** The names that an expression reads: no functions, no words that all languages have. */
export function fieldsIn(tokens: readonly QueryToken[]): readonly string[] {
  return tokens.flatMap((token, index) => {
    const called = isSymbol(tokens[index + 1], '(');
    return (token.kind === 'quoted' || isName(token)) && !called ? [token.text] : [];
  });
}

/** Counts the fields of a condition: compared with a literal by `=` or `in`, or used in another way. */
export function addCondition(uses: FieldUses, tokens: readonly QueryToken[]): void {
  for (const { tokens: comparison, negated } of comparisonsOf(tokens)) {
    const equal = negated ? undefined : equalField(comparison);
    if (equal !== undefined) uses.add(equal, 'filter_equality');
    for (const field of fieldsIn(comparison)) if (field !== equal) uses.add(field, 'filter_non_equality');
  }
}

/** Counts the fields of columns as shown, and makes the names they get. */
export function addColumns(uses: FieldUses, columns: readonly QueryColumn[]): void {
  for (const { expression } of columns) for (const field of fieldsIn(expression)) uses.add(field, 'display');
  for (const { expression, alias } of columns) {
    const renamed = expression.length > 1 || expression[0]?.text !== alias;
    if (alias !== undefined && renamed) uses.make(alias);
  }
}

/** Splits at `and`, `or` and grouping brackets; what is nested deep costs no stack. */
function comparisonsOf(tokens: readonly QueryToken[]): readonly Comparison[] {
  const comparisons: Comparison[] = [];
  const groups: boolean[] = [false];
  let current: QueryToken[] = [];
  let not = false;
  let callDepth = 0;
  const end = (): void => {
    if (current.length > 0) comparisons.push({ tokens: current, negated: not !== (groups.at(-1) === true) });
    current = [];
    not = false;
  };
  for (const token of tokens) {
    const opens = isSymbol(token, '(') || isSymbol(token, '[');
    const closes = isSymbol(token, ')') || isSymbol(token, ']');
    if (callDepth > 0 || (opens && current.length > 0)) {
      callDepth += opens ? 1 : closes ? -1 : 0;
      current.push(token);
    } else if (opens) {
      groups.push(not !== (groups.at(-1) === true));
      not = false;
    } else if (closes) {
      end();
      if (groups.length > 1) groups.pop();
    } else if (token.kind === 'name' && CONNECTIVES.has(token.text.toLowerCase())) {
      end();
    } else if (isWord(token, 'not') && current.length === 0) {
      not = !not;
    } else {
      current.push(token);
    }
  }
  end();
  return comparisons;
}

/** The field of `field = literal`, `literal = field` or `field in [literals]`. */
function equalField(tokens: readonly QueryToken[]): string | undefined {
  const [first, operator] = tokens;
  if (isEquals(operator) && isField(first) && isLiteral(tokens.slice(2))) return first.text;
  const last = tokens.at(-1);
  if (isEquals(tokens.at(-2)) && isField(last) && isLiteral(tokens.slice(0, -2))) return last.text;
  return isWord(operator, 'in') && isField(first) && isList(tokens.slice(2)) ? first.text : undefined;
}

function isList(tokens: readonly QueryToken[]): boolean {
  const [open] = tokens;
  if (!isSymbol(open, '[') && !isSymbol(open, '(')) return false;
  const items = tokens.slice(1, -1);
  return items.length > 0 && items.every((item) => isSymbol(item, ',') || isSymbol(item, '-') || isLiteral([item]));
}

function isLiteral(tokens: readonly QueryToken[]): boolean {
  const [token, ...more] = isSymbol(tokens[0], '-') ? tokens.slice(1) : tokens;
  if (token === undefined || more.length > 0) return false;
  if (token.kind === 'name') return LITERAL_WORDS.has(token.text.toLowerCase());
  return token.kind === 'string' || token.kind === 'number';
}

function isEquals(token: QueryToken | undefined): boolean {
  return isSymbol(token, '=') || isSymbol(token, '==');
}

function isField(token: QueryToken | undefined): token is QueryToken {
  return token !== undefined && (token.kind === 'quoted' || isName(token));
}

function isName(token: QueryToken): boolean {
  return token.kind === 'name' && !NO_FIELD.has(token.text.toLowerCase());
}
