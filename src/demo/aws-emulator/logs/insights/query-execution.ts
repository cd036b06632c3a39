import { compile } from './evaluator.js';
import { patternRows } from './pattern.js';
import type { Command, Query } from './query.js';
import { isRowCommand, rowTransform } from './record-commands.js';
import { type ResultField, rowPrinter } from './result-columns.js';
import { dedupRows, sortRows } from './row-order.js';
import type { RecordRow, Row } from './row.js';
import { StatsTable } from './stats.js';

/**
 * Runs a query over records that arrive in portions, newest first. What looks at one record at a time happens at once,
 * and so does the first aggregation; a long range hence needs no more memory than its result.
 */
export class QueryExecution {
  #matched = 0;
  readonly #transforms: readonly ((rows: readonly Row[]) => readonly Row[])[];
  readonly #stats: StatsTable | undefined;
  readonly #rest: readonly Command[];
  /** Rows beyond this number cannot appear in the result. */
  readonly #needed: number;
  readonly #rows: Row[] = [];

  constructor(
    private readonly query: Query,
    private readonly limit: number,
  ) {
    const perRow = query.commands.slice(0, leading(query.commands, isRowCommand));
    this.#transforms = perRow.filter(isRowCommand).map(rowTransform);
    const whole = query.commands.slice(perRow.length);
    // Records arrive in this order anyway; dropping the command lets a limit behind it work at once.
    const [next, ...later] = whole.slice(leading(whole, isNewestFirst));
    this.#stats = next?.kind === 'stats' ? new StatsTable(next) : undefined;
    this.#rest = next === undefined ? [] : this.#stats ? later : [next, ...later];
    this.#needed = next === undefined ? limit : next.kind === 'limit' ? next.count : Infinity;
  }

  /** Records that passed the filters before anything was aggregated or cut off. */
  get recordsMatched(): number {
    return this.#matched;
  }

  add(records: readonly RecordRow[]): void {
    const rows = this.#transforms.reduce<readonly Row[]>((table, transform) => transform(table), records);
    this.#matched += rows.length;
    if (this.#stats) return this.#stats.add(rows);
    const room = this.#needed - this.#rows.length;
    for (const row of room >= rows.length ? rows : rows.slice(0, Math.max(0, room))) this.#rows.push(row);
  }

  /** The result of all records added. */
  results(): ResultField[][] {
    const rows = this.#rest.reduce(transform, this.#stats?.rows() ?? this.#rows);
    return rows.slice(0, this.limit).map(rowPrinter(this.query.commands));
  }
}

function leading(commands: readonly Command[], test: (command: Command) => boolean): number {
  const end = commands.findIndex((command) => !test(command));
  return end < 0 ? commands.length : end;
}

function isNewestFirst(command: Command): boolean {
  if (command.kind !== 'sort' || command.keys.length !== 1) return false;
  return command.keys.every(
    ({ expression, descending }) => descending && expression.kind === 'field' && expression.name === '@timestamp',
  );
}

function transform(rows: readonly Row[], command: Command): readonly Row[] {
  switch (command.kind) {
    case 'stats': {
      const table = new StatsTable(command);
      table.add(rows);
      return table.rows();
    }
    case 'sort':
      return sortRows(rows, command.keys);
    case 'limit':
      return rows.slice(0, command.count);
    case 'dedup':
      return dedupRows(rows, command.keys);
    case 'pattern':
      return patternRows(rows, compile(command.operand));
    default:
      return rowTransform(command)(rows);
  }
}
