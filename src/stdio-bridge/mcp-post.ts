import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { discard, readMessages, readRefusal } from './answer-reader.js';
import { ByteBudget } from './byte-budget.js';
import type { EndpointClient } from './endpoint-client.js';
import { notMcp, type Place, statusFailure } from './failure-words.js';
import { type Id, isResponse, type JsonObject } from './json-rpc.js';
import type { KeySource } from './key-source.js';

/** All answers under way together. */
const ANSWER_BUDGET_BYTES = 16_000_000;

export interface Post {
  readonly text: string;
  /** Of the request in `text`; undefined when it wants no answer. */
  readonly id: Id | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** One message of the server with the head it came under. */
export interface Answered {
  readonly message: JsonObject;
  readonly headers: IncomingHttpHeaders;
}

/** Posts one message once and gives what is answered. */
export type Poster = (post: Post) => AsyncGenerator<Answered>;

export interface PosterParts {
  readonly client: EndpointClient;
  readonly path: string;
  readonly place: Place;
  readonly key: KeySource;
  readonly now: () => number;
}

/** A poster to the endpoint; whatever goes wrong is thrown as a Failure, or as the reason its signal was aborted with. */
export function createPoster({ client, path, place, key, now }: PosterParts): Poster {
  const budget = new ByteBudget(ANSWER_BUDGET_BYTES);

  const sendWith = (presented: string | undefined, { text, headers, signal }: Post): Promise<IncomingMessage> =>
    client.send({
      method: 'POST',
      path,
      headers: {
        ...headers,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(presented !== undefined && { Authorization: `Bearer ${presented}` }),
      },
      body: text,
      signal,
    });

  /** A refused key is exchanged for a newer one once: what is refused for its key was not carried out. */
  const send = async (post: Post): Promise<IncomingMessage> => {
    const presented = await key.current();
    const response = await sendWith(presented, post);
    if (response.statusCode !== 401 || !(await key.hasNewer(presented))) return response;
    discard(response);
    return sendWith(await key.current(), post);
  };

  async function* messagesOf(response: IncomingMessage, id: Id | undefined): AsyncGenerator<JsonObject> {
    const { statusCode: status = 0, headers } = response;
    const ok = status >= 200 && status < 300;
    if (ok && id !== undefined && status !== 202 && status !== 204) return yield* readMessages(response, budget);
    // The protocol's own refusals: headers or a revision the server does not take, a method it does not have.
    if (status === 400 || status === 404) {
      const refusal = await readRefusal(response);
      if (refusal !== undefined && id !== undefined && refusal['id'] === id && isResponse(refusal))
        return yield refusal;
    } else {
      discard(response);
    }
    if (!ok) throw statusFailure(status, headers, place, now());
    if (id !== undefined) throw notMcp(`The server took the request and gave no answer (${status})`, status);
  }

  return async function* post(message) {
    try {
      const response = await send(message);
      for await (const answer of messagesOf(response, message.id)) yield { message: answer, headers: response.headers };
    } catch (error) {
      throw client.failureOf(error, message.signal);
    }
  };
}
