import { createServer, request as forward } from 'node:http';
import { listen } from '../../src/security-monitoring/http/listen.js';

/** What stands between a client that cannot sign in and the server. */
export interface TokenProxy {
  /** Of the MCP endpoint, as the client calls it. */
  readonly endpoint: string;
  readonly origin: string;
  /** Where requests go, and the token they get; nothing is forwarded before. */
  forwardTo(target: string, token: string): void;
  close(): void;
}

/** Adds a bearer token to every request and changes nothing else: Host and Origin arrive as the client sent them. */
export async function startTokenProxy(): Promise<TokenProxy> {
  let upstream: { readonly target: string; readonly token: string } | undefined;
  const server = createServer((incoming, outgoing) => {
    if (upstream === undefined) return outgoing.writeHead(503).end();
    const headers = [...incoming.rawHeaders, 'Authorization', `Bearer ${upstream.token}`];
    const url = new URL(incoming.url ?? '/', upstream.target);
    const onward = forward(url, { method: incoming.method, headers, setHost: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.on('error', () => outgoing.destroy()).pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    return incoming.pipe(onward);
  });
  const origin = await listen(server, { host: '127.0.0.1', port: 0, variable: 'none' });
  return {
    endpoint: `${origin}/mcp`,
    origin,
    forwardTo: (target, token) => (upstream = { target, token }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
