import { isSymbol, isWord, type QueryToken, splitTopLevel } from './query-tokens.js';

/** One step of a query in the languages that chain steps with `|`. */
export interface QueryCommand {
  /** Lower case; empty where no word begins the step. */
  readonly name: string;
  /** All that follows the name. */
  readonly rest: readonly QueryToken[];
}

/** A column as a command names it: `expression`, or `expression as alias`. */
export interface QueryColumn {
  readonly expression: readonly QueryToken[];
  readonly alias?: string;
}

/** The steps of a query. */
export function commandsOf(tokens: readonly QueryToken[]): readonly QueryCommand[] {
  return splitTopLevel(tokens, '|')
    .filter((part) => part.length > 0)
    .map((part) => {
      const [first] = part;
      return first?.kind === 'name'
        ? { name: first.text.toLowerCase(), rest: part.slice(1) }
        : { name: '', rest: part };
    });
}

/** The columns of a comma-separated list. */
export function columnsOf(tokens: readonly QueryToken[]): readonly QueryColumn[] {
  return splitTopLevel(tokens, ',')
    .filter((part) => part.length > 0)
    .map((part) => {
      const alias = part.at(-1);
      const named = isWord(part.at(-2), 'as') && (alias?.kind === 'name' || alias?.kind === 'quoted');
      return named ? { expression: part.slice(0, -2), alias: alias?.text } : { expression: part };
    });
}

/** What `stats` computes, and by what. */
export function statsOf({ rest }: QueryCommand): {
  readonly aggregates: readonly QueryColumn[];
  readonly groups: readonly QueryColumn[];
} {
  const by = indexOfTopLevelBy(rest);
  return {
    aggregates: columnsOf(by < 0 ? rest : rest.slice(0, by)),
    groups: by < 0 ? [] : columnsOf(rest.slice(by + 1)),
  };
}

/** The name of the column an expression becomes: its alias, the field, or the text itself. */
export function columnName({ expression, alias }: QueryColumn, query: string): string {
  const [first] = expression;
  const last = expression.at(-1);
  if (alias !== undefined || first === undefined || last === undefined) return alias ?? '';
  return expression.length === 1 ? first.text : query.slice(first.start, last.end);
}

function indexOfTopLevelBy(tokens: readonly QueryToken[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (isSymbol(token, '(')) depth += 1;
    if (isSymbol(token, ')')) depth -= 1;
    return depth <= 0 && isWord(token, 'by');
  });
}
