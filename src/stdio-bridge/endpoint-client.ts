import { Agent, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { codeOf, type Destination, openConnection } from './connection.js';
import type { Endpoint } from './endpoint-url.js';
import { Failure } from './failure.js';
import { lostFailure, type Place } from './failure-words.js';
import { PROGRAM, VERSION } from './version.js';

/** More requests at once wait for a connection. */
const MAX_CONNECTIONS = 64;

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

type SocketCallback = (error: Error | null, socket: Duplex) => void;

/** Connections to the one endpoint, kept for the next request. */
class EndpointAgent extends Agent {
  constructor(private readonly destination: Destination) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  }

  override createConnection(_options: unknown, done?: SocketCallback): undefined {
    void this.open((error, socket) => done?.(error, socket));
    return undefined;
  }

  private async open(done: SocketCallback): Promise<void> {
    const opened = await openConnection(this.destination).catch((error: Error) => error);
    if (opened instanceof Error) done(opened, undefined as unknown as Duplex);
    else done(null, opened);
  }
}

/** Sends single HTTP requests to the endpoint. It follows no redirect: the key goes nowhere else. */
export class EndpointClient {
  readonly #agent: EndpointAgent;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly place: Place,
    connection: Pick<Destination, 'verifyTls' | 'proxy'>,
  ) {
    const { host, port, secure } = endpoint;
    this.#agent = new EndpointAgent({ host, port, secure, ...connection });
  }

  /**
   * The head of the answer, its body still to be read.
   * @throws Failure; when `signal` aborts, the reason it was aborted with
   */
  send({ method, path, headers, body, signal }: Outgoing): Promise<IncomingMessage> {
    const { host, port, authority } = this.endpoint;
    return new Promise((resolve, reject) => {
      const outgoing = request({ agent: this.#agent, host, port, method, path, setHost: false, signal });
      outgoing.setHeader('Host', authority);
      outgoing.setHeader('User-Agent', `${PROGRAM}/${VERSION}`);
      for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
      if (method === 'POST') outgoing.setHeader('Content-Length', Buffer.byteLength(body));
      outgoing.once('response', resolve);
      // More than one may come: the first decides.
      outgoing.on('error', (error) => reject(this.failureOf(error, signal)));
      outgoing.end(body);
    });
  }

  /** What an error of a request or of its body means. */
  failureOf(error: unknown, signal: AbortSignal): Error {
    if (signal.aborted && signal.reason instanceof Error) return signal.reason;
    return error instanceof Failure ? error : lostFailure(codeOf(error), this.place);
  }

  close(): void {
    this.#agent.destroy();
  }
}
