import { type ServiceName } from './services.js';

/** One call the emulator answered, or broke off. */
export interface CallRecord {
  readonly at: Date;
  readonly service: ServiceName;
  readonly operation: string;
  /** As the request claims it; absent for an unsigned call. */
  readonly accessKeyId?: string;
  /** Who the access key belongs to; for unsigned calls the session that was made. */
  readonly principalArn?: string;
  readonly accountId?: string;
  readonly region?: string;
  /** The signature was verified, or the token of an unsigned call. */
  readonly verified: boolean;
  /** When the connection of an answer that streams closed; absent while it is open. */
  readonly streamEndedAt?: Date;
  /** Error code on the wire, `ConnectionReset` for a broken connection. */
  readonly errorCode?: string;
  readonly userAgent: string;
  readonly requestId: string;
  /** Decoded request, without secrets. */
  readonly input: unknown;
}

export type CallListener = (call: CallRecord) => void;

/** Every call in the order it was answered. With `keep`, only about that many of the newest (between one and two times). */
export class CallLog {
  #calls: CallRecord[] = [];
  readonly #listeners = new Set<CallListener>();

  constructor(private readonly keep: number = Number.POSITIVE_INFINITY) {}

  record(call: CallRecord): void {
    this.#calls.push(call);
    if (this.#calls.length > 2 * this.keep) this.#calls = this.#calls.slice(-this.keep);
    for (const listener of this.#listeners) listener(call);
  }

  all(): readonly CallRecord[] {
    return [...this.#calls];
  }

  /** Calls of one operation by its API name, e.g. `StartQuery`. */
  of(operation: string): readonly CallRecord[] {
    return this.#calls.filter((call) => call.operation === operation);
  }

  clear(): void {
    this.#calls = [];
  }

  /** @returns a function that ends the listening */
  onCall(listener: CallListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
