import { compile } from './evaluator.js';
import { PATTERN_COLUMNS } from './pattern.js';
import type { Column, Command } from './query.js';
import type { Row } from './row.js';
import { formatValue } from './value.js';

/** One cell of a result row, as GetQueryResults gives it. */
export interface ResultField {
  readonly field: string;
  readonly value: string;
}

const DEFAULT_COLUMNS = ['@timestamp', '@message'];

/** True while every row of the result is a log event, hence has a pointer. */
export function rowsAreRecords(commands: readonly Command[]): boolean {
  return !commands.some(({ kind }) => kind === 'stats' || kind === 'pattern');
}

/** Makes result rows: the columns of the last `display`, else all that the commands named; empty cells are left out. */
export function rowPrinter(commands: readonly Command[]): (row: Row) => ResultField[] {
  const columns = resultColumns(commands).map(({ name, expression }) => ({ name, evaluate: compile(expression) }));
  if (rowsAreRecords(commands)) columns.push({ name: '@ptr', evaluate: (row) => row.get('@ptr') });
  return (row) =>
    columns.flatMap(({ name, evaluate }) => {
      const value = evaluate(row);
      return value === undefined ? [] : [{ field: name, value: formatValue(value) }];
    });
}

function resultColumns(commands: readonly Command[]): readonly Column[] {
  let names: readonly string[] = [];
  let display: readonly Column[] | undefined;
  for (const command of commands) {
    if (command.kind === 'display') display = command.columns;
    if (command.kind === 'stats' || command.kind === 'pattern') display = undefined;
    names = namedColumns(command, names);
  }
  return display ?? (names.length > 0 ? names : DEFAULT_COLUMNS).map(fieldColumn);
}

function namedColumns(command: Command, before: readonly string[]): readonly string[] {
  switch (command.kind) {
    case 'fields':
      return [...new Set([...before, ...command.columns.map(({ name }) => name)])];
    case 'parse':
      return [...new Set([...before, ...command.names])];
    case 'stats':
      return [...command.groups, ...command.aggregates].map(({ name }) => name);
    case 'pattern':
      return PATTERN_COLUMNS;
    default:
      return before;
  }
}

function fieldColumn(name: string): Column {
  return { name, expression: { kind: 'field', name } };
}
