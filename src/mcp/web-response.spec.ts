import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { writeWebResponse } from './web-response.js';

const STALL_MS = 400;
const PIECE = new Uint8Array(64 * 1024);
const STREAM = { headers: { 'content-type': 'text/event-stream' } };

let server: Server;
let written: Promise<void>;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers with the response, and resolves with what a client gets that has not begun to read. */
async function answer(response: () => Response): Promise<IncomingMessage> {
  server = createServer((_request, target) => {
    written = writeWebResponse(response(), target, STALL_MS);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1' }, resolve).on('error', reject);
  });
}

function endless(): Response {
  return new Response(new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(PIECE) }), STREAM);
}

function ended(message: IncomingMessage): Promise<'whole' | 'cut'> {
  return new Promise((resolve) => {
    message.on('end', () => resolve('whole')).on('error', () => resolve('cut'));
  });
}

describe('writeWebResponse', () => {
  it('sends the head of a stream before its first event', async () => {
    let first: (() => void) | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        first = () => {
          controller.enqueue(PIECE);
          controller.close();
        };
      },
    });
    const message = await answer(() => new Response(body, STREAM));
    expect(message.headers['content-type']).toBe('text/event-stream');
    first?.();
    expect(await ended(message.resume())).toBe('whole');
  });

  it('lets go of a client that does not read a stream', async () => {
    await answer(endless);
    const begun = Date.now();
    await written;
    expect(Date.now() - begun).toBeLessThan(STALL_MS + BUSY_MS);
  });

  it('lets go of a client that does not read an answer', async () => {
    const message = await answer(() => new Response(new Uint8Array(64_000_000)));
    await new Promise((resolve) => server.getConnections((_, count) => resolve(expect(count).toBe(1))));
    await new Promise((resolve) => setTimeout(resolve, STALL_MS * 3));
    expect(await ended(message.resume())).toBe('cut');
  });

  it('bears with a client that reads slowly', async () => {
    let pieces = 200;
    const message = await answer(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull: (controller) => (pieces-- > 0 ? controller.enqueue(PIECE) : controller.close()),
          }),
          STREAM,
        ),
    );
    const reading = ended(message);
    let read = 0;
    message.on('data', (data: Buffer) => {
      read += data.length;
      message.pause();
      setTimeout(() => message.resume(), 5);
    });
    expect(await reading).toBe('whole');
    expect(read).toBe(200 * PIECE.length);
  });
});
