/** Whoever waits longest comes next, one of each owner in turn, so that one owner's crowd holds up nobody else. */
export class FairQueue<T> {
  /** The owner whose turn is next comes first. */
  readonly #owners = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(owner: string, item: T): void {
    const own = this.#owners.get(owner);
    if (own === undefined) this.#owners.set(owner, [item]);
    else own.push(item);
    this.#size += 1;
  }

  /** Takes the next item out; undefined when nothing waits. */
  shift(): T | undefined {
    const [next] = this.#owners;
    if (next === undefined) return undefined;
    const [owner, own] = next;
    const item = own.shift();
    this.#owners.delete(owner);
    if (own.length > 0) this.#owners.set(owner, own);
    this.#size -= 1;
    return item;
  }

  /** Takes one item out wherever it stands. */
  remove(owner: string, item: T): void {
    const own = this.#owners.get(owner) ?? [];
    const at = own.indexOf(item);
    if (at < 0) return;
    own.splice(at, 1);
    if (own.length === 0) this.#owners.delete(owner);
    this.#size -= 1;
  }

  /** How many would come before a further item of this owner. */
  aheadOf(owner: string): number {
    const own = this.#owners.get(owner)?.length ?? 0;
    let ahead = 0;
    // Whose turn comes before this owner's gets one more in.
    let rounds = own + 1;
    for (const [other, { length }] of this.#owners) {
      if (other === owner) rounds = own;
      ahead += Math.min(length, rounds);
    }
    return ahead;
  }
}
