import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import type { Browse } from '../support/sign-in-client.js';
import { signInAs } from './chromium.js';

/** Where an application on the user's machine waits for its user to come back (RFC 8252 section 7.3). */
export class DesktopApp {
  #answer: URLSearchParams | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  static async start(): Promise<DesktopApp> {
    const app = new DesktopApp();
    await new Promise<void>((resolve) => app.#server.listen(0, '127.0.0.1', resolve));
    return app;
  }

  get redirectUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/callback`;
  }

  /** The user signs in with the browser; what it brought back is the answer. */
  browse(user: string, browser: Browser): Browse {
    return async (authorizationUrl) => {
      this.#answer = undefined;
      await signInAs(user, browser, authorizationUrl);
      return this.#received();
    };
  }

  #received(): URLSearchParams {
    if (!this.#answer?.has('code')) throw new Error(`The provider refused: ${this.#answer?.toString() ?? 'no answer'}`);
    return this.#answer;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.redirectUrl);
    if (url.pathname === '/callback') this.#answer = url.searchParams;
    response
      .setHeader('content-type', 'text/html')
      .end('<!doctype html><title>Signed in</title>You may close this tab.');
  }
}
