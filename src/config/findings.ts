/** What reading the configuration brought to light. */
export interface Findings {
  /** Each stops the start: a sentence that begins with its variable and names the fix. */
  readonly problems: string[];
  /** Settings that work but that an operator should know of. */
  readonly warnings: string[];
}

/** What reading a file again brought: what it holds, or what is wrong with it, each in a sentence that begins with its variable. */
export type Reading<T> = { readonly value: T } | { readonly problems: readonly string[] };
