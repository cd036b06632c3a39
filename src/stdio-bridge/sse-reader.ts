export interface Events {
  /** The data of each event that is complete now. */
  readonly data: readonly string[];
  /** Whether one was longer than the limit; the stream is of no use any more. */
  readonly tooLong: boolean;
}

/**
 * Reads server-sent events (WHATWG HTML section 9.2) of type `message`. However the bytes are divided into chunks the
 * events are the same; lines end in LF or CRLF. Of an event longer than `limit` characters no more than that and one chunk is held.
 */
export class SseReader {
  readonly #decoder = new TextDecoder();
  /** The line that has no end yet. */
  #line: string[] = [];
  #data: string[] = [];
  #size = 0;
  #type = '';

  constructor(private readonly limit: number) {}

  push(chunk: Uint8Array): Events {
    const [first = '', ...rest] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    this.#line.push(first);
    this.#size += first.length;
    if (rest.length === 0) return { data: [], tooLong: this.#size > this.limit };
    const last = rest.pop() ?? '';
    const data: string[] = [];
    for (const line of [this.#line.join(''), ...rest]) {
      const event = this.#readLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (event !== undefined) data.push(event);
    }
    this.#line = [last];
    this.#size = last.length + this.#data.reduce((sum, { length }) => sum + length, 0);
    return { data, tooLong: this.#size > this.limit };
  }

  #readLine(line: string): string | undefined {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#type = value;
    return undefined;
  }

  #dispatch(): string | undefined {
    const data = this.#data.join('\n');
    const wanted = this.#type === '' || this.#type === 'message';
    this.#data = [];
    this.#type = '';
    return wanted && data !== '' ? data : undefined;
  }
}
