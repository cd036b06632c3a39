import { printable } from './printable.js';
import { PROGRAM } from './version.js';

const SAME_LINE_MS = 30_000;
const REMEMBERED = 50;

/** What can be told on standard error. Clients show it to their users, so in normal operation it stays silent. */
export class Journal {
  readonly #told = new Map<string, number>();

  constructor(
    private readonly write: (line: string) => void,
    private readonly debugging: boolean,
    private readonly now: () => number,
  ) {}

  /** Tells something once; the same words are not told again for half a minute. */
  warn(words: string): void {
    const at = this.now();
    const before = this.#told.get(words);
    if (before !== undefined && at - before < SAME_LINE_MS) return;
    if (this.#told.size >= REMEMBERED) this.#told.clear();
    this.#told.set(words, at);
    this.write(`${PROGRAM}: ${printable(words, 600)}\n`);
  }

  /** One line a message, for who asked for it; never arguments, answers or headers. */
  debug(words: string): void {
    if (this.debugging) this.write(`${PROGRAM}: ${printable(words)}\n`);
  }
}
