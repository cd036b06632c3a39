import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectNet, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Failure } from './failure.js';
import { connectFailure } from './failure-words.js';

/** For everything until the first byte of HTTP can be sent: name, TCP, proxy, TLS. */
const CONNECT_PATIENCE_MS = 10_000;

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly verifyTls: boolean;
  readonly proxy: URL | undefined;
}

/**
 * A connection that is ready for a request, encrypted when the endpoint is, in ten seconds at most.
 * @throws Failure, after which the server has seen nothing of the request
 */
export async function openConnection(to: Destination): Promise<Socket> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), CONNECT_PATIENCE_MS);
  try {
    const socket = await (to.proxy === undefined
      ? openTcp(to.host, to.port, deadline.signal)
      : openTunnel(to.proxy, to, deadline.signal));
    return to.secure ? await secure(socket, to, deadline.signal) : socket;
  } catch (error) {
    throw error instanceof Failure ? error : connectFailure(codeOf(error), to.host, to.port);
  } finally {
    clearTimeout(timer);
  }
}

/** A TCP connection. */
export function openTcp(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connectNet({ host, port, noDelay: true });
  return ready(socket, 'connect', host, signal);
}

/**
 * TLS on a connection. The certificate is checked unless the developer said otherwise, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function secure(socket: Socket, { host, verifyTls }: Destination, signal: AbortSignal): Promise<TLSSocket> {
  const tls = connectTls({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    rejectUnauthorized: verifyTls,
    ALPNProtocols: ['http/1.1'],
  });
  return ready(tls, 'secureConnect', host, signal);
}

/** A connection through an HTTP proxy (RFC 9110 section 9.3.6); a user and password in its URL are presented to it. */
export function openTunnel(proxy: URL, { host, port }: Destination, signal: AbortSignal): Promise<Socket> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const connect = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const options = {
    host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(proxy.port !== '' && { port: proxy.port }),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...proxyAuthorization(proxy) },
    agent: false,
    rejectUnauthorized: true,
    signal,
  };
  return new Promise((resolve, reject) => {
    connect(options)
      .once('connect', ({ statusCode = 0 }, socket: Socket) => {
        if (statusCode >= 200 && statusCode < 300) return resolve(socket);
        socket.destroy();
        reject(proxyRefusal(proxy, statusCode));
      })
      .once('response', (response) => {
        response.destroy();
        reject(proxyRefusal(proxy, response.statusCode ?? 0));
      })
      .once('error', (error) => reject(signal.aborted ? tooSlow(proxy.host) : proxyUnreachable(proxy, codeOf(error))))
      .end();
  });
}

/** The code of an error of Node; a fixed word when it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

function ready<S extends Socket>(socket: S, event: string, host: string, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      socket.destroy();
      reject(tooSlow(host));
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once(event, () => {
      signal.removeEventListener('abort', giveUp);
      // The listener for errors stays: one may come before the next owner of the socket listens.
      resolve(socket);
    });
  });
}

function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function proxyRefusal({ host }: URL, status: number): Failure {
  const words =
    status === 407
      ? `The proxy ${host} wants a user and password (407). Set HTTPS_PROXY=http://user:password@${host}.`
      : `The proxy ${host} does not connect to the server (${status}). Check HTTPS_PROXY and NO_PROXY, or ask whoever runs the proxy.`;
  return new Failure('proxy', words, { status });
}

function proxyUnreachable({ host }: URL, code: string): Failure {
  const words = `The proxy ${host} cannot be used (${code}). Check HTTPS_PROXY and NO_PROXY.`;
  return new Failure('proxy', words, { repeat: 'safe' });
}

function tooSlow(host: string): Failure {
  return new Failure(
    'connect_timeout',
    `${host} did not accept a connection within ${CONNECT_PATIENCE_MS / 1000} seconds. ` +
      'Check firewall and VPN; behind a proxy, set HTTPS_PROXY.',
  );
}
