const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A line without its end, or the fact that one was too long to be kept. */
export type Line = Buffer | 'too-long';

/**
 * Cuts a stream of bytes into lines. However the bytes are divided into chunks the lines are the same; of a line longer
 * than `limit` bytes no more than that is ever held.
 */
export class LineFramer {
  #parts: Buffer[] = [];
  #size = 0;

  constructor(private readonly limit: number) {}

  /** The lines that end in this chunk. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** What was left without an end. */
  end(): Line[] {
    return this.#size === 0 ? [] : [this.#take()];
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.limit) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): Line {
    const tooLong = this.#size > this.limit;
    const line = this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    if (tooLong) return 'too-long';
    return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
  }
}
