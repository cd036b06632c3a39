import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** Answers one path in place of the issuer; false leaves it to the issuer. */
export type Fault = (path: string, response: ServerResponse) => boolean;

/** The fault at the address of the keys only. */
export function atKeys(fault: Fault): Fault {
  return (path, response) => path === '/keys' && fault(path, response);
}

/** Answers everything with a status and headers. */
export function answers(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return (_path, response) => Boolean(response.writeHead(status, headers).end());
}

/** Takes the connection and never answers. */
export const stalls: Fault = () => true;

/** Answers with as many megabytes as the other side will take, in no hurry to know their number beforehand. */
export function floods(megabytes: number): Fault {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  return (_path, response) => {
    let left = megabytes * 16;
    const write = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        if (!response.write(chunk)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
    return true;
  };
}

/** An OpenID issuer on loopback that publishes keys and signs anything it is told to. */
export class LocalIssuer {
  readonly paths: string[] = [];
  published: JWK[] = [];
  fault: Fault = () => false;
  readonly #private = new Map<string, CryptoKey>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.paths.push(path);
      if (this.fault(path, response)) return;
      if (path === '/.well-known/openid-configuration') {
        return void response.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
      }
      if (path === '/keys') return void response.end(JSON.stringify({ keys: this.published }));
      response.writeHead(404).end();
    });
  }

  /** Listens on a free port and publishes one RS256 key named `k1`. */
  static async start(): Promise<LocalIssuer> {
    const issuer = new LocalIssuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    await issuer.addKey('k1', 'RS256');
    return issuer;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often the keys were asked for. */
  get keyFetches(): number {
    return this.paths.filter((path) => path === '/keys').length;
  }

  /** Answers the keys after a pause. */
  delayKeys(milliseconds: number): void {
    this.fault = atKeys((_path, response) => {
      setTimeout(() => response.end(JSON.stringify({ keys: this.published })), milliseconds);
      return true;
    });
  }

  /** Ends every fault. */
  heal(): void {
    this.fault = () => false;
  }

  /** Makes a key pair and publishes its public half with the given members changed. */
  async addKey(kid: string, alg: string, change: Partial<JWK> = {}): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    this.#private.set(kid, privateKey);
    this.published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig', ...change });
  }

  /** A token signed by `kid`; `header` and `claims` replace members of a perfect one, undefined removes them. */
  async sign(
    claims: Record<string, unknown> = {},
    { kid = 'k1', header = {} }: { kid?: string; header?: Record<string, unknown> } = {},
  ): Promise<string> {
    const key = this.#private.get(kid);
    if (key === undefined) throw new Error(`no key ${kid}`);
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, sub: 'alice', iat: now, exp: now + 600, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(key);
  }
}
