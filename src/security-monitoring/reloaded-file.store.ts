import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '../config/findings.js';
import type { ReloadedFileName } from './security-event.js';
import type { SecurityEventsService } from './security-events.service.js';

const POLL_MS = 10_000;

/** A file of the configuration that may change while the server runs. */
export interface ReloadedFile<T> {
  readonly variable: ReloadedFileName;
  /** What it held at start. */
  readonly first: T;
  /** Reads and judges it; does not throw. */
  readonly read: () => Reading<T>;
  /** Puts a new version into force; what it throws makes it a bad version. */
  readonly use?: (value: T) => void;
}

/**
 * What a file of the configuration holds now. It is read again every ten seconds and compared by content, since a
 * mounted file changes behind an unchanged name; a version with a mistake in it leaves the last good one in force, and
 * the log and a metric say so.
 */
export class ReloadedFileStore<T> {
  #value: T;
  /** What was last said to be wrong: the same thing is not said every ten seconds. */
  #problem?: string;
  #poll?: NodeJS.Timeout;

  constructor(
    private readonly file: ReloadedFile<T>,
    private readonly events: Pick<SecurityEventsService, 'record'>,
  ) {
    this.#value = file.first;
  }

  /** The last good version. */
  get value(): T {
    return this.#value;
  }

  /** Begins to look for new versions. */
  start(): void {
    this.#poll = setInterval(() => this.reload(), POLL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#poll);
  }

  /** Reads the file again now; never throws. */
  reload(): void {
    const reading = this.file.read();
    if ('problems' in reading) return this.#refuse(reading.problems.join('; '));
    const { value } = reading;
    if (this.#problem === undefined && isDeepStrictEqual(value, this.#value)) return;
    try {
      this.file.use?.(value);
    } catch {
      return this.#refuse(`${this.file.variable}: cannot be used`);
    }
    this.#value = value;
    this.#problem = undefined;
    this.events.record({ name: 'config-file.reload', file: this.file.variable, outcome: 'loaded' });
  }

  #refuse(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const file = this.file.variable;
    this.events.record({ name: 'config-file.reload', file, outcome: 'failed', detail: problem });
  }
}
