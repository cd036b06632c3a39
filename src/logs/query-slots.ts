/** What a running query takes one of: its caller's slots, and its account and region's. */
export interface SlotKeys {
  readonly user: string;
  readonly place: string;
}

export interface SlotLimits {
  readonly perUser: number;
  readonly perPlace: number;
}

interface Waiter {
  readonly keys: SlotKeys;
  readonly grant: () => void;
}

/**
 * Counted slots with a queue: first come, first served among those that have room, so that who waits for a full
 * account holds up nobody in another.
 */
export class QuerySlots {
  readonly #users = new Map<string, number>();
  readonly #places = new Map<string, number>();
  #waiters: readonly Waiter[] = [];

  constructor(private readonly limits: SlotLimits) {}

  /** Which of the two has no room, the caller's own first. */
  full({ user, place }: SlotKeys): keyof SlotKeys | undefined {
    if ((this.#users.get(user) ?? 0) >= this.limits.perUser) return 'user';
    return (this.#places.get(place) ?? 0) >= this.limits.perPlace ? 'place' : undefined;
  }

  take({ user, place }: SlotKeys): void {
    add(this.#users, user, 1);
    add(this.#places, place, 1);
  }

  /** Gives back one or both parts of a slot and lets those in who waited for it. */
  free({ user, place }: Partial<SlotKeys>): void {
    if (user !== undefined) add(this.#users, user, -1);
    if (place !== undefined) add(this.#places, place, -1);
    this.#admit();
  }

  /** Takes a slot as soon as there is one and calls `grant`; the answer ends the waiting. */
  enqueue(keys: SlotKeys, grant: () => void): () => void {
    const waiter = { keys, grant };
    this.#waiters = [...this.#waiters, waiter];
    this.#admit();
    return () => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
    };
  }

  /** How many calls of a caller wait. */
  waitingOf(user: string): number {
    return this.#waiters.filter((waiter) => waiter.keys.user === user).length;
  }

  /** Callers, accounts and waiting calls remembered: none once nothing runs. */
  get size(): number {
    return this.#users.size + this.#places.size + this.#waiters.length;
  }

  #admit(): void {
    const admitted: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (this.full(waiter.keys) !== undefined) continue;
      this.take(waiter.keys);
      admitted.push(waiter);
    }
    if (admitted.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !admitted.includes(waiter));
    for (const { grant } of admitted) grant();
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
