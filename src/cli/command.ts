/** One command of the built server. */
export interface Command {
  /** Behind the program's name, e.g. `api-key --label NAME`. */
  readonly usage: string;
  readonly summary: string;
  /** @throws UsageMistake */
  run(args: readonly string[]): Promise<void>;
}

/** The command was called wrongly; the message is one line for whoever called it. */
export class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}
