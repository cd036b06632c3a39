import type { IncomingMessage } from 'node:http';

const BOTH_FORMS = 'application/json, text/event-stream';

/** A request as the protocol library takes it, without its body and without the caller's credential. */
export function toWebRequest(request: IncomingMessage, url: string, signal?: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // SECURITY: the caller's credential ends at the guard.
    if (typeof value === 'string' && name !== 'authorization') headers.set(name, value);
  }
  headers.set('accept', BOTH_FORMS);
  headers.delete('content-length');
  return new Request(url, { method: request.method ?? 'POST', headers, signal: signal ?? null });
}
