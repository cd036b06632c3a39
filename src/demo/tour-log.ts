import { inspect, isDeepStrictEqual } from 'node:util';
import { shorten, type Terminal } from './terminal.js';

/** A step that did not show what it should. */
export class ExpectationFailed extends Error {
  constructor(
    readonly subject: string,
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`${subject}: expected ${expected}, got ${actual}`);
    this.name = 'ExpectationFailed';
  }
}

/** @throws ExpectationFailed unless both are deeply equal */
export function expectEqual(subject: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) throw new ExpectationFailed(subject, show(expected), show(actual));
}

/** @throws ExpectationFailed unless the condition holds; `expected` says it in words */
export function expectThat(condition: boolean, subject: string, expected: string, actual: unknown): asserts condition {
  if (!condition) throw new ExpectationFailed(subject, expected, show(actual));
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 4, breakLength: Infinity });
}

/** What a step shows in one line, with details below it, and what later steps need of it. */
export interface Shown<T> {
  readonly gist: string;
  readonly details?: readonly string[];
  readonly value: T;
}

const TITLE_WIDTH = 34;
/** Mark, margins and time beside title and gist. */
const OTHER_WIDTH = 20;
const NARROWEST_GIST = 50;

/** Runs and prints the steps of the tour and remembers whether each did what it should. */
export class TourLog {
  passed = 0;
  failed = 0;

  constructor(private readonly terminal: Terminal) {}

  chapter(title: string): void {
    this.terminal.line();
    this.terminal.line(this.terminal.style('bold', title));
  }

  /** The step's value, or undefined when it failed, after printing what was expected and what came. */
  async step<T>(title: string, run: () => Promise<Shown<T>>): Promise<T | undefined> {
    const started = performance.now();
    try {
      const { gist, details = [], value } = await run();
      this.passed += 1;
      this.print('green', this.terminal.styled ? '✓' : 'ok    ', title, shorten(gist, this.gistWidth()), started);
      for (const detail of details) this.terminal.line(this.terminal.style('dim', `        ${detail}`));
      return value;
    } catch (error) {
      this.failed += 1;
      this.printFailure(title, error, started);
      return undefined;
    }
  }

  private gistWidth(): number {
    return Math.max(NARROWEST_GIST, this.terminal.width - TITLE_WIDTH - OTHER_WIDTH);
  }

  private printFailure(title: string, error: unknown, started: number): void {
    const mark = this.terminal.styled ? '✗' : 'FAILED';
    if (!(error instanceof ExpectationFailed)) {
      this.print('red', mark, title, error instanceof Error ? error.message : show(error), started);
      return;
    }
    this.print('red', mark, title, error.subject, started);
    this.terminal.line(`        expected  ${error.expected}`);
    this.terminal.line(`        actual    ${shorten(error.actual, 600)}`);
  }

  private print(style: 'green' | 'red', mark: string, title: string, gist: string, started: number): void {
    const ms = this.terminal.style('dim', `${Math.round(performance.now() - started)} ms`);
    this.terminal.line(`  ${this.terminal.style(style, mark)} ${title.padEnd(TITLE_WIDTH)} ${gist}  ${ms}`);
  }
}
