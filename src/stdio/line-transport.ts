import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { type LineRefusal, MessageLines } from './message-lines.js';

/**
 * Messages as lines of two streams (the protocol's stdio transport). Unlike the SDK's own it survives a line that is too
 * long, and answers what is no message. The end of either stream is its end.
 */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Resolves when it is closed, by whomever. */
  readonly ended: Promise<void>;
  readonly #lines = new MessageLines();
  readonly #end: () => void;
  #closed = false;

  constructor(
    private readonly input: Readable,
    private readonly output: Writable,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  async start(): Promise<void> {
    const close = (): void => void this.close();
    this.input.on('data', this.#read).once('end', close).once('close', close).on('error', this.#fail);
    this.output.on('error', this.#fail);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#write(message);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.input.off('data', this.#read).pause();
    this.onclose?.();
    this.#end();
  }

  readonly #read = (chunk: Buffer): void => {
    for (const line of this.#lines.push(chunk)) {
      if ('message' in line) this.onmessage?.(line.message);
      else this.#write(line.refusal).catch(this.#fail);
    }
  };

  readonly #fail = (error: Error): void => {
    if (this.#closed) return;
    this.onerror?.(error);
    void this.close();
  };

  #write(message: JSONRPCMessage | LineRefusal): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The connection is closed'));
    return new Promise((resolve, reject) => {
      this.output.write(`${JSON.stringify(message)}\n`, (error) => (error == null ? resolve() : reject(error)));
    });
  }
}
