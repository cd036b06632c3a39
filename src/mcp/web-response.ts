import type { ServerResponse } from 'node:http';

/** A stream says something every 15 s: a connection on which nothing moves for so long has nobody who reads. */
const STALL_MS = 45_000;

/**
 * Writes a web `Response` to Node. Headers of a stream leave at once, before the first event: clients and load
 * balancers time out on headers, not on bodies. A client that does not read is let go of.
 */
export async function writeWebResponse(
  response: Response,
  target: ServerResponse,
  stallMs: number = STALL_MS,
): Promise<void> {
  target.setTimeout(stallMs, () => target.destroy());
  target.statusCode = response.status;
  response.headers.forEach((value, name) => {
    // How long a connection lasts is between the client and the server in front of it.
    if (name !== 'connection' && name !== 'cache-control') target.setHeader(name, value);
  });
  // SECURITY: one user's answer is kept by nobody; what a stream needs of the header stays.
  if (response.headers.get('cache-control') !== null) target.setHeader('Cache-Control', 'no-store, no-transform');
  if (response.body === null) {
    target.end();
    return;
  }
  if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    target.end(Buffer.from(await response.arrayBuffer()));
    return;
  }
  target.flushHeaders();
  const reader = response.body.getReader();
  target.once('close', () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done || target.destroyed) break;
    if (!target.write(value)) await drained(target);
  }
  target.end();
}

function drained(target: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      target.off('drain', settle).off('close', settle);
      resolve();
    };
    target.on('drain', settle).on('close', settle);
  });
}
