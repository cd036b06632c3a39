import { Failure } from './failure.js';

/** How many bytes of unfinished answers one request holds. */
export interface HeldBytes {
  /** @throws Failure when all requests together would hold more than the budget */
  add(bytes: number): void;
  clear(): void;
}

/** A bound on what all answers under way hold in memory together. */
export class ByteBudget {
  #held = 0;

  constructor(private readonly limit: number) {}

  open(): HeldBytes {
    let mine = 0;
    return {
      add: (bytes) => {
        mine += bytes;
        this.#held += bytes;
        if (this.#held <= this.limit) return;
        const words = 'Too much is being received at the same time. Try again when the other requests have ended.';
        throw new Failure('too_busy', words);
      },
      clear: () => {
        this.#held -= mine;
        mine = 0;
      },
    };
  }
}
