import type { Id } from './json-rpc.js';

export interface Running {
  readonly id: Id;
  /** Whether the request is of the era in which closing the response cancels it. */
  readonly modern: boolean;
  readonly abort: AbortController;
}

/** Which requests of the client still wait for their answer. Each gets one, or none when the client cancelled it. */
export class RunningRequests {
  readonly #byId = new Map<Id, Running>();

  /** Begins a request; undefined when one with this id still runs. `1` and `"1"` are different ids. */
  begin(id: Id, modern: boolean): Running | undefined {
    if (this.#byId.has(id)) return undefined;
    const running = { id, modern, abort: new AbortController() };
    this.#byId.set(id, running);
    return running;
  }

  /** Whether the request may be answered now: true once, and not after it was cancelled. */
  settle(running: Running): boolean {
    return this.#byId.get(running.id) === running && this.#byId.delete(running.id);
  }

  /** Ends a request its client no longer waits for. */
  cancel(id: unknown): Running | undefined {
    const running = this.#byId.get(id as Id);
    if (running === undefined) return undefined;
    this.#byId.delete(running.id);
    running.abort.abort();
    return running;
  }
}
