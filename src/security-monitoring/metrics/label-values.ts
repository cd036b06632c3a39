/**
 * The values of one label, at most so many; whatever comes after them is `other`. A series is never made from free text
 * without an end.
 */
export class LabelValues {
  readonly #known = new Set<string>();

  constructor(private readonly most: number) {}

  /** The value itself while there is room, else `other`. */
  bounded(value: string): string {
    if (this.#known.size < this.most) this.#known.add(value);
    return this.#known.has(value) ? value : 'other';
  }
}
