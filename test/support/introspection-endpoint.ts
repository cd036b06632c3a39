import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RESOURCE } from './matrix-app.js';

/** Answers a request in place of the server; false leaves it to the server. */
type Fault = (path: string, response: ServerResponse) => boolean;

/** One question about a token, as it arrived. */
export interface Question {
  readonly method: string;
  readonly form: Readonly<Record<string, string>>;
  readonly contentType: string;
}

const CLIENT_ID = 'mcp resource:server';
const CLIENT_SECRET = 'canary+secret/of:the%client&0123456789';
/** What the server asks after to see whether anybody answers. */
const PROBE = 'readiness-probe';

/** An OAuth authorization server on loopback that knows opaque tokens and says so to one client only (RFC 7662). */
export class IntrospectionEndpoint {
  /** What is said of a token; an unknown one is inactive. */
  readonly tokens = new Map<string, unknown>();
  readonly questions: Question[] = [];
  fault: Fault = () => false;
  readonly paths: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.paths.push(path);
      if (this.fault(path, response)) return;
      if (path === '/.well-known/oauth-authorization-server') {
        const metadata = { issuer: this.url, introspection_endpoint: `${this.url}/introspect` };
        return void response.end(JSON.stringify(metadata));
      }
      if (path === '/introspect') return void this.#answer(request, response);
      response.writeHead(404).end();
    });
  }

  static async start(): Promise<IntrospectionEndpoint> {
    const endpoint = new IntrospectionEndpoint();
    await new Promise<void>((resolve) => endpoint.#server.listen(0, '127.0.0.1', resolve));
    return endpoint;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings of a server that asks here. */
  get env(): Record<string, string> {
    return { OAUTH_ISSUER_URL: this.url, OAUTH_CLIENT_ID: CLIENT_ID, OAUTH_CLIENT_SECRET: CLIENT_SECRET };
  }

  /** The tokens asked after, in order, without the server's own probes. */
  get asked(): string[] {
    return this.questions.map(({ form }) => form.token ?? '').filter((token) => token !== PROBE);
  }

  /** Makes a token active; `claims` replace members of a perfect answer, undefined removes them. */
  activate(token: string, claims: Record<string, unknown> = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const perfect = { iss: this.url, sub: 'alice', aud: RESOURCE, client_id: 'app1', scope: 'cw:read' };
    this.tokens.set(token, { active: true, token_type: 'Bearer', exp: now + 600, ...perfect, ...claims });
    return token;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const form = Object.fromEntries(new URLSearchParams(body));
    const { method = '', headers } = request;
    this.questions.push({ method, form, contentType: headers['content-type'] ?? '' });
    if (headers.authorization !== expectedAuthorization()) return void response.writeHead(401).end();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(this.tokens.get(form.token ?? '') ?? { active: false }));
  }
}

/** RFC 6749 section 2.3.1: each part is form-encoded, then both are joined and encoded as in RFC 7617. */
function expectedAuthorization(): string {
  const parts = ['mcp+resource%3Aserver', 'canary%2Bsecret%2Fof%3Athe%25client%260123456789'];
  return `Basic ${Buffer.from(parts.join(':')).toString('base64')}`;
}
