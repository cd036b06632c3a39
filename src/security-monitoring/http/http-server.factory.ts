import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import { secureContextOf, type TlsPair } from '../../config/tls-pair.js';
import { MAX_HEADER_LINES } from './request-id.middleware.js';
import { originForm } from './request-target.js';

/** Time-outs in ms. They bound the receiving of a request, not the answering: a stream may last. */
export interface ServerTimeouts {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** How often the two above are looked at; Node's default of 30 s would stretch them to twice and more. */
  readonly connectionsCheckingInterval: number;
  /** Above the 60 s after which load balancers drop an idle connection, so that never we drop it under a request. */
  readonly keepAliveTimeout: number;
}

const TIMEOUTS: ServerTimeouts = {
  headersTimeout: 15_000,
  // Looked at once a second: no request lasts 30 s.
  requestTimeout: 28_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};

/** A bound on memory, far above what a balancer opens: whoever comes beyond it is turned away, whoever it is. */
const MAX_CONNECTIONS = 10_000;

/** Until then a connection is encrypted or gone: Node's default is two minutes. */
const HANDSHAKE_MS = 10_000;

/** Express behind a Node server whose limits are ours. */
export class HardenedExpressAdapter extends ExpressAdapter {
  constructor(private readonly tls?: TlsPair) {
    super();
  }

  override initHttpServer(): void {
    this.setHttpServer(createHttpServer(this.getInstance<Express>(), TIMEOUTS, this.tls));
  }
}

/** An HTTP server, given a certificate an HTTPS server, that gives slow, huge and malformed requests up early and answers them in JSON. */
export function createHttpServer(
  listener: RequestListener,
  timeouts: ServerTimeouts = TIMEOUTS,
  tls?: TlsPair,
): Server {
  const served = withPlainTarget(listener);
  // Node would answer a missing Host with an empty 400; the Host check behind answers it as every other refusal.
  const options = { ...timeouts, maxHeaderSize: 16_384, requireHostHeader: false };
  const server =
    tls === undefined
      ? createServer(options, served)
      : createTlsServer({ ...options, ...secureContextOf(tls), handshakeTimeout: HANDSHAKE_MS }, served);
  // One more than allowed is kept, so that too many are seen and refused rather than cut.
  server.maxHeadersCount = MAX_HEADER_LINES + 1;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', answerClientError);
  // Who reads the body asks for it: nobody is told to send one before it is known who they are.
  server.on('checkContinue', served);
  server.on('checkExpectation', (_request, response) => refuse(response, 417, 'Expect may be 100-continue only.'));
  return server;
}

/** Hands a request on with its target as a path, so that everything behind reads one and the same. */
function withPlainTarget(listener: RequestListener): RequestListener {
  return (request, response) => {
    const target = originForm(request.url ?? '', request.headers.host);
    if (target === undefined) return refuse(response, 400, 'The request target is no path, or contradicts Host.');
    request.url = target;
    // After an upgrade that nobody took up, Node's parser leaves what follows on the connection unanswered.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    return listener(request, response);
  };
}

/** What every answer has that no part of the application has a hand in: nothing is stored, sniffed, run or framed. */
export const BARE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
} as const;

/** An answer that no part of the application has a hand in. */
function bareRefusal(text: string): { headers: Record<string, string | number>; body: string } {
  const body = JSON.stringify({ error: 'invalid_request', error_description: text });
  const headers = {
    ...BARE_HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  return { headers, body };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  const { headers, body } = bareRefusal(text);
  response.writeHead(status, headers).end(body);
}

const NOT_HTTP = ['400 Bad Request', 'The request is not well-formed HTTP.'] as const;

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: string, text: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request headers are larger than 16 KB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
};

/** Who is gone, and who never got as far as HTTP: no answer could be read. */
const NOTHING_TO_ANSWER = /^(ECONNRESET|EPROTO|ERR_SSL_|ERR_TLS_)/;

/** The message being answered on a socket; Node's own handler looks at the same member. */
type HttpSocket = Duplex & { _httpMessage?: { _headerSent: boolean } };

function answerClientError(error: NodeJS.ErrnoException, socket: HttpSocket): void {
  const midAnswer = socket._httpMessage?._headerSent === true;
  if (!socket.writable || midAnswer || NOTHING_TO_ANSWER.test(error.code ?? '')) return void socket.destroy();
  const [status, text] = CLIENT_ERRORS[error.code ?? ''] ?? NOT_HTTP;
  const { headers, body } = bareRefusal(text);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n'));
}
