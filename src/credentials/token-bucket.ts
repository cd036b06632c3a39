const SLOT_MS = 50;
/** A token comes back when its slot and the 21 after it are over: 1.05 to 1.1 seconds after it was taken. */
const SLOTS_OUT = 22;
const RECOVERY_MS = 60_000;
/** Calls that were under way together and were all throttled count once. */
const SLOWED_ONCE_MS = 1_000;

/**
 * A bucket of one second's calls: all can be taken at once, and in no second are more taken than `perSecond`, which is
 * rounded down and at least 1. Times are milliseconds of one clock that never goes back.
 */
export class TokenBucket {
  #slots: { readonly slot: number; taken: number }[] = [];
  #out = 0;
  #slowedTo = 1;
  #slowedAt = -Infinity;

  constructor(private readonly perSecond: number) {}

  /** Takes a token if there is one. */
  take(now: number): boolean {
    this.#giveBack(now);
    if (this.#out >= this.limit(now)) return false;
    const slot = Math.floor(now / SLOT_MS);
    const last = this.#slots.at(-1);
    if (last?.slot === slot) last.taken += 1;
    else this.#slots.push({ slot, taken: 1 });
    this.#out += 1;
    return true;
  }

  /** Milliseconds until there is a token; 0 when there is one now. */
  readyIn(now: number): number {
    this.#giveBack(now);
    let missing = this.#out - this.limit(now) + 1;
    if (missing <= 0) return 0;
    const enough = this.#slots.find(({ taken }) => (missing -= taken) <= 0);
    return enough === undefined ? 0 : (enough.slot + SLOTS_OUT) * SLOT_MS - now;
  }

  /** Halves the rate; it comes back evenly within a minute. */
  slowDown(now: number): void {
    if (now - this.#slowedAt < SLOWED_ONCE_MS) return;
    this.#slowedTo = this.#share(now) / 2;
    this.#slowedAt = now;
  }

  /** Tokens of one second. */
  limit(now: number): number {
    return Math.max(1, Math.floor(this.perSecond * this.#share(now)));
  }

  #share(now: number): number {
    const recovered = Math.min(1, (now - this.#slowedAt) / RECOVERY_MS);
    return this.#slowedTo + (1 - this.#slowedTo) * recovered;
  }

  #giveBack(now: number): void {
    const back = Math.floor(now / SLOT_MS) - SLOTS_OUT;
    while (this.#slots[0] !== undefined && this.#slots[0].slot <= back) this.#out -= this.#slots.shift()?.taken ?? 0;
  }
}
