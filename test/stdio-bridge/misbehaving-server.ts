import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificate.js';

export interface Received {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export type Behaviour = (message: Received, response: ServerResponse, request: IncomingMessage) => void;

/** An HTTP server on loopback that answers each message as a test wants, and keeps what it was sent. */
export class MisbehavingServer {
  readonly received: { readonly message: Received; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  private constructor(
    public behave: Behaviour,
    private readonly certificate?: Certificate,
  ) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response);
    this.#server = certificate === undefined ? createServer(listener) : createTlsServer({ ...certificate }, listener);
    this.#server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(behave: Behaviour, certificate?: Certificate): Promise<MisbehavingServer> {
    const server = new MisbehavingServer(behave, certificate);
    await server.listen();
    return server;
  }

  /** Listens, on the port it had before if it had one. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Ends as a killed process does: every connection breaks. */
  kill(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.resetAndDestroy();
    });
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `${this.certificate === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  get authorizations(): (string | undefined)[] {
    return this.received.map(({ headers }) => headers.authorization);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const message = text === '' ? {} : (JSON.parse(text) as Received);
    this.received.push({ message, headers: request.headers });
    this.behave(message, response, request);
  }
}

/** A JSON body. */
export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A good answer to a message. */
export const obey: Behaviour = ({ id, method }, response) => {
  if (id === undefined) response.writeHead(202).end();
  else json(response, { jsonrpc: '2.0', id, result: { method } });
};

/** Server-sent events, one a message. */
export function events(response: ServerResponse, ...messages: readonly object[]): ServerResponse {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  for (const message of messages) response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  return response;
}

const SECRET_BODY = 'upstream-body-that-must-stay-inside';

/** The ways of a server or of what stands before it to fail, by name. */
export const FAULTS: Readonly<Record<string, Behaviour>> = {
  '401': (_, response) =>
    json(response, { error: SECRET_BODY }, 401, { 'WWW-Authenticate': `Bearer realm="${SECRET_BODY}"` }),
  '403': (_, response) => json(response, { error: SECRET_BODY }, 403),
  '429': (_, response) => json(response, { error: SECRET_BODY }, 429, { 'Retry-After': '17' }),
  '500': (_, response) =>
    response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`Error: ${SECRET_BODY}\n at x.js`),
  HTML: (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<html>${SECRET_BODY}</html>`),
  empty: (_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(),
  stalled: (_, response) => response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders(),
  RST: (_, response) => response.socket?.resetAndDestroy(),
  'half JSON': ({ id }, response) =>
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"${SECRET_BODY}`),
  'half stream': ({ id }, response) =>
    response
      .writeHead(200, { 'Content-Type': 'text/event-stream' })
      .end(`data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},"res`),
  '202 to a request': (_, response) => response.writeHead(202).end(),
};

/** In every body of a fault: must never come out of the bridge. */
export const UPSTREAM_TEXT = SECRET_BODY;
