import { setTimeout as delay } from 'node:timers/promises';
import { Failure, pauseBeforeRepeat } from './failure.js';
import { Handshake } from './handshake.js';
import type { Message, Notification, Request } from './json-rpc.js';
import type { Answered, Poster } from './mcp-post.js';
import { modernHeaders } from './request-headers.js';

const RENEWAL_PATIENCE_MS = 30_000;
const INITIALIZED: Notification = {
  kind: 'notification',
  method: 'notifications/initialized',
  params: {},
  text: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
};

/** Brings messages to the server with the headers of their era, again where that does no harm. */
export class Delivery {
  readonly #handshake = new Handshake();

  constructor(private readonly post: Poster) {}

  /**
   * Sends a message and hands over what the server answers, as it comes.
   * @throws Failure, or what `signal` was aborted with
   */
  async send(message: Message, signal: AbortSignal, take: (answered: Answered) => Promise<void>): Promise<void> {
    if (modernHeaders(message) === undefined && !isInitialize(message)) await this.#handshake.settled;
    const sending = this.#send(message, signal, take);
    // Its failure is the sender's; whoever waits for the handshake only wants to know that it is over.
    if (isInitialize(message)) this.#handshake.begin(sending.catch(() => undefined));
    return sending;
  }

  async #send(message: Message, signal: AbortSignal, take: (answered: Answered) => Promise<void>): Promise<void> {
    const modern = modernHeaders(message);
    let taken = false;
    for (let tries = 1; ; tries += 1) {
      const sessionId = modern === undefined && !isInitialize(message) ? this.#handshake.sessionId : undefined;
      const headers = modern ?? (isInitialize(message) ? {} : this.#handshake.headers());
      const id = message.kind === 'request' ? message.id : undefined;
      try {
        for await (const answered of this.post({ text: message.text, id, headers, signal })) {
          taken = true;
          if (isInitialize(message)) this.#handshake.learn(message, answered.message, answered.headers);
          await take(answered);
        }
        return;
      } catch (error) {
        if (taken || signal.aborted || !(error instanceof Failure)) throw error;
        if (sessionId !== undefined && error.status === 404 && tries === 1 && (await this.#renew(sessionId))) continue;
        const pause = pauseBeforeRepeat(error, message.kind === 'reply' ? '' : message.method, tries);
        if (pause === undefined) throw error;
        // Whoever aborts meanwhile is heard by the next try.
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The server does not know the session any more, as after a restart: it has done nothing with the message. */
  #renew(sessionId: string): Promise<boolean> {
    return this.#handshake.renew(sessionId, async (initialize) => {
      const signal = AbortSignal.timeout(RENEWAL_PATIENCE_MS);
      await this.#send(initialize, signal, () => Promise.resolve());
      await this.#send(INITIALIZED, signal, () => Promise.resolve());
    });
  }
}

function isInitialize(message: Message): message is Request {
  return message.kind === 'request' && message.method === 'initialize' && modernHeaders(message) === undefined;
}
