/** What a query does with a field, the strongest first: only equality lets an index spare bytes. */
export type FieldUse = 'filter_equality' | 'filter_non_equality' | 'display';

const STRENGTH: Readonly<Record<FieldUse, number>> = { filter_equality: 2, filter_non_equality: 1, display: 0 };
/** What AWS can index (PutIndexPolicy): at most 100 characters. Anything odd is no field but a text misread as one. */
const FIELD = /^[\p{L}_$@][\p{L}\p{N}_.$@:/ -]{0,99}$/u;

/** The fields of one query, each with its strongest use; names the query itself makes are not fields. */
export class FieldUses {
  readonly #uses = new Map<string, FieldUse>();
  readonly #made = new Set<string>();

  /** @param words of the language, in lower case, that are no fields anywhere */
  constructor(private readonly words: ReadonlySet<string> = new Set()) {}

  /** Counts a use, unless the query made the name or it cannot be a field. */
  add(name: string, use: FieldUse): void {
    if (this.#made.has(name) || this.words.has(name.toLowerCase()) || !FIELD.test(name)) return;
    const known = this.#uses.get(name);
    if (known === undefined || STRENGTH[use] > STRENGTH[known]) this.#uses.set(name, use);
  }

  /** From here on the name stands for what the query made. */
  make(name: string): void {
    this.#made.add(name);
  }

  get all(): ReadonlyMap<string, FieldUse> {
    return this.#uses;
  }
}
