import { type Accumulator, AGGREGATE_FUNCTIONS } from './aggregates.js';
import { aggregateKey, compile, type Evaluator } from './evaluator.js';
import { type Command, type Expression, leaves } from './query.js';
import { ComputedRow, RecordRow, type Row } from './row.js';
import { formatValue, Timestamp, toNumber, type Value } from './value.js';

type Aggregate = Expression & { kind: 'aggregate' };

interface Slot {
  readonly key: string;
  readonly argument: Evaluator;
  readonly create: () => Accumulator;
}

interface Group {
  readonly values: readonly Value[];
  readonly accumulators: readonly Accumulator[];
}

/** The table of one `stats` command: takes rows in any number of portions and keeps only what it sums up. */
export class StatsTable {
  readonly #slots: readonly Slot[];
  readonly #keys: readonly Evaluator[];
  readonly #groups = new Map<string, Group>();

  constructor(private readonly command: Command & { kind: 'stats' }) {
    this.#slots = command.aggregates
      .flatMap(({ expression }) => leaves(expression))
      .filter((leaf) => leaf.kind === 'aggregate')
      .map(slotOf);
    this.#keys = command.groups.map(({ expression }) => compile(expression));
  }

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const { accumulators } = this.#groupOf(row);
      const at = row instanceof RecordRow ? row.event.timestamp : toNumber(row.get('@timestamp'));
      for (const [index, { argument }] of this.#slots.entries()) accumulators[index]?.add(argument(row), at);
    }
  }

  /** One row for each combination of the group values, in the order in which they first appeared. */
  rows(): Row[] {
    const columns = this.command.aggregates.map(({ name, expression }) => ({ name, evaluate: compile(expression) }));
    return [...this.#groups.values()].map(({ values, accumulators }) => {
      const results = new ComputedRow(this.#slots.map(({ key }, index) => [key, accumulators[index]?.result()]));
      return new ComputedRow([
        ...this.command.groups.map(({ name }, index) => [name, values[index]] as const),
        ...columns.map(({ name, evaluate }) => [name, evaluate(results)] as const),
      ]);
    });
  }

  #groupOf(row: Row): Group {
    const values = this.#keys.map((evaluate) => evaluate(row));
    const key = values.map(keyOf).join('\u0001');
    const known = this.#groups.get(key);
    if (known) return known;
    const group = { values, accumulators: this.#slots.map(({ create }) => create()) };
    this.#groups.set(key, group);
    return group;
  }
}

/** Tells group values apart as their printed form does, without the cost of printing times. */
function keyOf(value: Value): string {
  if (value === undefined) return '\u0000';
  return value instanceof Timestamp ? `\u0002${value.ms}` : formatValue(value);
}

function slotOf(aggregate: Aggregate): Slot {
  const [argument, parameter] = aggregate.args;
  const aggregateFunction = AGGREGATE_FUNCTIONS.get(aggregate.name);
  if (!aggregateFunction) throw new Error(`The parser let the aggregate ${aggregate.name} through.`);
  const constant = parameter?.kind === 'literal' ? toNumber(parameter.value) : undefined;
  return {
    key: aggregateKey(aggregate),
    argument: argument ? compile(argument) : () => 1,
    create: () => aggregateFunction.create(constant),
  };
}
