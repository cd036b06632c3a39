import type { Writable } from 'node:stream';

/** What JSON leaves as it is though a terminal, or a reader that looks for other line ends, would take it for more. */
const ESCAPED = /[\u007f-\u009f\u2028\u2029]/g;

/** A message as one line of standard output. */
export function toLine(message: object): string {
  return `${JSON.stringify(message).replace(ESCAPED, escaped)}\n`;
}

/** Standard output: JSON-RPC messages, one a line, and nothing else. */
export class ClientOutput {
  constructor(private readonly stream: Writable) {}

  /** Resolves when the line has been taken, so that a slow client slows down the server. */
  write(line: string): Promise<void> {
    return new Promise((resolve) => {
      this.stream.write(line, () => resolve());
    });
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
