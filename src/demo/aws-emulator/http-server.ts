import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { CONNECTION_RESET, type CallHandler } from './call-handler.js';
import { type WireAnswer } from './wire.js';

/** A listening server. */
export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

const LARGEST_BODY = 4_194_304;
// Longer than clients keep idle sockets, so that no request meets a connection that is just being closed.
const KEEP_ALIVE_MS = 120_000;

/** Puts a call handler behind a port of 127.0.0.1; 0 takes any free one. */
export async function listen(handler: CallHandler, now: () => Date, port: number): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void readBody(request).then(
      (body) => respond(handler, now, request, response, body),
      () => request.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  handler: CallHandler,
  now: () => Date,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  const answer = await handler.answer({
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headers,
    body,
  });
  if (answer === CONNECTION_RESET) {
    request.socket.resetAndDestroy();
    return;
  }
  // From the emulator's clock: SDK clients correct their own by it.
  const headers = { ...answer.headers, date: now().toUTCString() };
  if (answer.frames !== undefined) return sendFrames(response, answer, answer.frames, headers);
  response.writeHead(answer.status, { ...headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

/** Streams until the source ends or the client hangs up; a fault of the source breaks the connection off. */
async function sendFrames(
  response: ServerResponse,
  { status, ended }: WireAnswer,
  frames: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (ended !== undefined) response.once('close', ended);
  response.writeHead(status, headers);
  await pipeline(frames, response).catch(() => response.destroy());
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST_BODY) reject(new RangeError('The request body is too large'));
      else chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('aborted')));
  });
}
