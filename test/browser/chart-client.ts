import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { build } from 'vite';

const HOST = fileURLToPath(new URL('chart-host/host.ts', import.meta.url));
const HOST_STYLE =
  'body { margin: 0; background: Canvas } iframe { display: block; width: 100%; height: 60px; border: 0 }';

/** What hosts let a page do that declares no origins (MCP Apps: Host Behavior). */
const HOST_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'; frame-src 'none'; base-uri 'self'; object-src 'none'";

/** The page as a client shows it. */
export interface View {
  readonly page: Page;
  readonly frame: Frame;
  /** Everything the browser complained of, and every request beside those for the two pages themselves. */
  readonly complaints: string[];
  /** Asks something of the client: an expression with `client`, and `given`. */
  ask<T>(expression: string, given?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** A client with the extension's own host code, in a page of one origin; what it shows comes from another. */
export class ChartClient {
  readonly #servers: Server[] = [];

  private constructor(
    private readonly script: string,
    private readonly html: string,
  ) {}

  static async start(html: string): Promise<ChartClient> {
    const built = await build({
      configFile: false,
      envDir: false,
      logLevel: 'silent',
      build: { write: false, lib: { entry: HOST, formats: ['iife'], name: 'host' } },
    });
    const [chunk] = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
    if (chunk?.type !== 'chunk') throw new Error('The host has no script');
    return new ChartClient(chunk.code, html);
  }

  async open(browser: Browser, context: object, options: BrowserContextOptions = {}): Promise<View> {
    const page = await (await browser.newContext(options)).newPage();
    const complaints: string[] = [];
    const host = await this.#serve(
      `<!doctype html><link rel=icon href=data:,><title>Host</title><style>${HOST_STYLE}</style><body><script>${this.script}</script>`,
    );
    const view = await this.#serve(this.html, HOST_POLICY);
    // The extension's own host code tells every message it handles.
    page.on('console', (message) => message.type() === 'debug' || complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (![host, view, 'data:,'].includes(request.url())) complaints.push(request.url());
    });
    await page.goto(host);
    const ask = <T>(expression: string, given?: unknown): Promise<T> =>
      page.evaluate<T>(`(async (given) => ${expression})(${JSON.stringify(given ?? null).replaceAll('<', '\\u003c')})`);
    await ask('client.open(given.view, given.context)', { view, context });
    const frame = page.frames().find((one) => one.url() === view);
    if (frame === undefined) throw new Error('The client shows no page');
    return { page, frame, complaints, ask, close: () => page.context().close() };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #serve(html: string, policy?: string): Promise<string> {
    const server = createServer((_request, response) => {
      if (policy !== undefined) response.setHeader('Content-Security-Policy', policy);
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(html);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
}
