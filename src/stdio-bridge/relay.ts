import { type ClientOutput, toLine } from './client-output.js';
import type { Delivery } from './delivery.js';
import { Failure } from './failure.js';
import { notMcp, timeoutFailure } from './failure-words.js';
import type { Journal } from './journal.js';
import {
  failureAnswer,
  isResponse,
  type JsonObject,
  type Message,
  type Notification,
  readLine,
  type Reply,
  type Request,
  tooLongAnswer,
} from './json-rpc.js';
import type { Line } from './line-framing.js';
import { modernHeaders } from './request-headers.js';
import { type Running, RunningRequests } from './running-requests.js';

/** What may still come behind an answer is read so long, to tell of it and to keep the connection. */
const AFTER_ANSWER_MS = 1000;
/** What the client's requests under way may hold; then it has to wait. */
const MAX_HELD_BYTES = 32_000_000;

export interface RelayParts {
  readonly delivery: Delivery;
  readonly output: ClientOutput;
  readonly journal: Journal;
  readonly timeoutMs: number;
  /** The longest line of the client, in bytes. */
  readonly maxLineBytes: number;
}

/**
 * Carries messages between a client at standard input and the server. Every request is answered exactly once, with the
 * server's answer or with the failure in words; one the client cancelled is not answered.
 */
export class Relay {
  readonly #running = new RunningRequests();
  readonly #aborts = new Set<AbortController>();
  readonly #work = new Set<Promise<void>>();
  #heldBytes = 0;

  constructor(private readonly parts: RelayParts) {}

  /** Takes one line of the client. Resolves when the next may come. */
  async accept(line: Line): Promise<void> {
    if (line !== 'too-long' && line.toString('latin1').trim() === '') return;
    const message = line === 'too-long' ? [tooLongAnswer(this.parts.maxLineBytes)] : readLine(line);
    if ('kind' in message) this.#begin(message);
    else for (const answer of message) await this.parts.output.write(toLine(answer));
    while (this.#heldBytes > MAX_HELD_BYTES) await Promise.race(this.#work);
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  /** Ends everything that runs; what still waits for an answer is answered with the reason. */
  async stop(reason: Failure): Promise<void> {
    for (const abort of this.#aborts) abort.abort(reason);
    await this.idle();
  }

  #begin(message: Message): void {
    if (message.kind === 'request') this.#beginRequest(message);
    else if (message.kind === 'notification' && message.method === 'notifications/cancelled') this.#cancel(message);
    else this.#deliver(message);
  }

  #beginRequest(request: Request): void {
    const running = this.#running.begin(request.id, modernHeaders(request) !== undefined);
    if (running === undefined) {
      this.parts.journal.warn(`dropped a request with the id of one that still runs: ${JSON.stringify(request.id)}`);
      return;
    }
    this.#track(request, running.abort, () => this.#serve(request, running));
  }

  /** Since 2026-07-28 closing the response is all there is to cancelling over HTTP; before, the server is told too. */
  #cancel(notification: Notification): void {
    const running = this.#running.cancel(notification.params['requestId']);
    const modern = running?.modern === true || modernHeaders(notification) !== undefined;
    if (!modern) this.#deliver(notification);
  }

  /** Sends what has no answer. That it did not arrive is told, and nobody waits for it. */
  #deliver(message: Notification | Reply): void {
    const abort = new AbortController();
    this.#track(message, abort, async () => {
      const ignored = (): Promise<void> => Promise.resolve();
      await this.parts.delivery
        .send(message, abort.signal, ignored)
        .catch((error: unknown) => this.parts.journal.warn(asFailure(error).message));
    });
  }

  #track(message: Message, abort: AbortController, run: () => Promise<void>): void {
    const { timeoutMs } = this.parts;
    const timer = setTimeout(() => abort.abort(timeoutFailure(timeoutMs / 1000)), timeoutMs);
    this.#heldBytes += message.text.length;
    this.#aborts.add(abort);
    const work = run().finally(() => {
      clearTimeout(timer);
      this.#heldBytes -= message.text.length;
      this.#aborts.delete(abort);
      this.#work.delete(work);
    });
    this.#work.add(work);
  }

  async #serve(request: Request, running: Running): Promise<void> {
    const { delivery, output, journal } = this.parts;
    const started = performance.now();
    let answered = false;
    try {
      await delivery.send(request, running.abort.signal, async ({ message }) => {
        if (answered || !isFor(request, message)) {
          journal.warn('dropped a message of the server that answers no open request');
          return;
        }
        const line = toLine(message);
        if (isResponse(message)) {
          answered = true;
          setTimeout(() => running.abort.abort(), AFTER_ANSWER_MS).unref();
          if (!this.#running.settle(running)) return;
        }
        await output.write(line);
      });
      if (!answered) throw notMcp('The server ended its answer without a result');
      journal.debug(`${request.method}: ${Math.round(performance.now() - started)} ms`);
    } catch (error) {
      if (!this.#running.settle(running)) return;
      const failure = asFailure(error);
      journal.warn(failure.message);
      await output.write(toLine(failureAnswer(request.id, failure)));
    }
  }
}

/** Whether a message of the server may go to the client: the answer to this request, or something that is no answer. */
function isFor(request: Request, message: JsonObject): boolean {
  if (message['jsonrpc'] !== '2.0') return false;
  return isResponse(message) ? message['id'] === request.id : typeof message['method'] === 'string';
}

function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : notMcp('The answer of the server could not be read');
}
