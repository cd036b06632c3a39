import { columnsOf, commandsOf, type QueryCommand, statsOf } from '../query-language/query-pipeline.js';
import { isSymbol, isWord, type QueryToken, splitTopLevel } from '../query-language/query-tokens.js';
import { FieldUses } from './field-uses.js';
import { addColumns, addCondition, fieldsIn } from './query-expressions.js';

/** After these, names are columns of the result and no longer fields of the log. */
const ENDS = new Set(['stats', 'pattern', 'diff', 'anomaly', 'join', 'top', 'rare', 'patterns']);

/** Fields of a query in Insights QL or PPL, whose steps are chained with `|`. */
export function pipelineFields(tokens: readonly QueryToken[]): FieldUses {
  const uses = new FieldUses();
  for (const command of commandsOf(tokens)) {
    addCommand(uses, command);
    if (ENDS.has(command.name)) break;
  }
  return uses;
}

function addCommand(uses: FieldUses, { name, rest }: QueryCommand): void {
  switch (name) {
    case 'filter':
    case 'filterindex':
    case 'where':
      return addCondition(uses, rest);
    case 'fields':
    case 'display':
      return addColumns(uses, columnsOf(rest));
    case 'stats':
    case 'eventstats': {
      const { aggregates, groups } = statsOf({ name, rest });
      return addColumns(uses, [...aggregates, ...groups]);
    }
    case 'eval':
      return addAssignments(uses, rest);
    case 'rename':
      return addColumns(uses, columnsOf(rest));
    case 'parse':
    case 'grok':
      return addParse(uses, rest);
    case 'unnest':
      return addMaking(uses, rest, 'into');
    case 'search':
      return addCondition(uses, withoutSource(rest));
    case 'sort':
    case 'dedup':
    case 'pattern':
    case 'patterns':
    case 'top':
    case 'rare':
      return fieldsIn(rest).forEach((field) => uses.add(field, 'display'));
    default:
      return undefined;
  }
}

/** `eval a = expression, b = expression` */
function addAssignments(uses: FieldUses, rest: readonly QueryToken[]): void {
  for (const part of splitTopLevel(rest, ',')) {
    const [name, equals, ...expression] = part;
    fieldsIn(isSymbol(equals, '=') ? expression : part).forEach((field) => uses.add(field, 'display'));
    if (isSymbol(equals, '=') && name !== undefined) uses.make(name.text);
  }
}

/** `parse field "glob" as a, b`, `parse field /(?<a>..)/`; in PPL the expression is a text. */
function addParse(uses: FieldUses, rest: readonly QueryToken[]): void {
  for (const token of rest) {
    if (token.kind !== 'regex' && token.kind !== 'string') continue;
    for (const [, name = ''] of token.text.matchAll(/\(\?P?<([A-Za-z_]\w*)>|%\{\w+:\w+\}/g)) uses.make(name);
    for (const [, name = ''] of token.text.matchAll(/%\{\w+:(\w+)/g)) uses.make(name);
  }
  addMaking(uses, rest, 'as');
}

/** `... field ... word name, name`: reads what stands before the word and makes what stands behind it. */
function addMaking(uses: FieldUses, rest: readonly QueryToken[], word: string): void {
  const at = rest.findIndex((token) => isWord(token, word));
  const read = at < 0 ? rest : rest.slice(0, at);
  fieldsIn(read).forEach((field) => uses.add(field, 'display'));
  if (at < 0) return;
  for (const token of rest.slice(at + 1)) if (token.kind === 'name' || token.kind === 'quoted') uses.make(token.text);
}

/** `search source = x a = 1` */
function withoutSource(rest: readonly QueryToken[]): readonly QueryToken[] {
  return isWord(rest[0], 'source') && isSymbol(rest[1], '=') ? rest.slice(3) : rest;
}
