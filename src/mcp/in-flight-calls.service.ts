import { Injectable } from '@nestjs/common';

/**
 * The running calls of clients that cancel by a second request (specification revisions before 2026-07-28). Calls are
 * named by the client's own sealed session id together with its request id: every client counts its ids from 0.
 */
@Injectable()
export class InFlightCallsService {
  private readonly calls = new Map<string, AbortController>();

  add(sessionId: string, requestId: unknown, controller: AbortController): () => void {
    const key = JSON.stringify([sessionId, requestId]);
    this.calls.set(key, controller);
    return () => {
      if (this.calls.get(key) === controller) this.calls.delete(key);
    };
  }

  /** Aborts the call if it runs on this replica. */
  cancel(sessionId: string, requestId: unknown): void {
    this.calls.get(JSON.stringify([sessionId, requestId]))?.abort();
  }

  get size(): number {
    return this.calls.size;
  }
}
