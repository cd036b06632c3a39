import { compile } from './evaluator.js';
import type { Column, Command } from './query.js';
import type { Row } from './row.js';
import { isTrue, toText } from './value.js';

/** Commands that look at one row at a time. */
export type RowCommand = Extract<Command, { kind: 'fields' | 'display' | 'filter' | 'parse' }>;

export function isRowCommand(command: Command): command is RowCommand {
  return ['fields', 'display', 'filter', 'parse'].includes(command.kind);
}

/** Compiles a command into what it does to a table's rows. */
export function rowTransform(command: RowCommand): (rows: readonly Row[]) => readonly Row[] {
  switch (command.kind) {
    case 'filter': {
      const condition = compile(command.condition);
      return (rows) => rows.filter((row) => isTrue(condition(row)));
    }
    case 'fields':
      return computeColumns(command.columns);
    case 'parse':
      return extractFields(command);
    case 'display':
      return (rows) => rows;
  }
}

/** A plain field needs no computing; an alias of one does. */
function computeColumns(columns: readonly Column[]): (rows: readonly Row[]) => readonly Row[] {
  const computed = columns
    .filter(({ name, expression }) => expression.kind !== 'field' || expression.name !== name)
    .map(({ name, expression }) => ({ name, evaluate: compile(expression) }));
  return (rows) => {
    for (const row of rows) {
      for (const { name, evaluate } of computed) row.set(name, evaluate(row));
    }
    return rows;
  };
}

function extractFields(command: RowCommand & { kind: 'parse' }): (rows: readonly Row[]) => readonly Row[] {
  const operand = compile(command.operand);
  return (rows) => {
    for (const row of rows) {
      const match = command.pattern.exec(toText(operand(row)) ?? '');
      if (!match) continue;
      for (const [index, name] of command.names.entries()) row.set(name, match.groups?.[name] ?? match[index + 1]);
    }
    return rows;
  };
}
