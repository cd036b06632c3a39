import { type Members, members, text } from '../reading/json.js';

/** MCP Apps, revision 2026-01-26. */
const PROTOCOL_VERSION = '2026-01-26';
const METHOD_NOT_FOUND = -32601;
const INITIALIZE_ID = 1;

/** What the host tells the page. */
export interface HostEvents {
  /** What is new of theme, time zone, style and size. */
  context(changes: Members): void;
  result(result: unknown): void;
  /** The call has no result, for this reason. */
  without(reason: string): void;
}

/** The page's side of its conversation with the client that shows it: JSON-RPC by messages between windows. */
export class Host {
  #height = 0;
  #introduced = false;

  constructor(private readonly on: HostEvents) {}

  /** Introduces the page. */
  connect(): void {
    window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
      // SECURITY: any window may send messages; the one that shows the page is its parent.
      if (source === window.parent && source !== window) this.#receive(members(data));
    });
    const appInfo = { name: 'cloudwatch-mcp-server-chart', version: '1.0.0' };
    const appCapabilities = { availableDisplayModes: ['inline', 'fullscreen'] };
    const params = { appInfo, appCapabilities, protocolVersion: PROTOCOL_VERSION };
    this.#send({ id: INITIALIZE_ID, method: 'ui/initialize', params });
  }

  /** Asks for as much room as the page takes. */
  resized(height: number): void {
    if (height === this.#height) return;
    this.#height = height;
    this.#tellHeight();
  }

  #receive({ id, method, params, result, error }: Members): void {
    if (typeof method !== 'string') return id === INITIALIZE_ID ? this.#initialized(result, error) : undefined;
    if (id !== undefined) return this.#answer(id, method);
    if (method === 'ui/notifications/tool-result') this.on.result(params);
    else if (method === 'ui/notifications/tool-cancelled') this.on.without(text(members(params)['reason'], 500));
    else if (method === 'ui/notifications/host-context-changed') this.on.context(members(params));
  }

  #initialized(result: unknown, error: unknown): void {
    if (error !== undefined) return this.on.without('The client refused to show a chart.');
    this.on.context(members(members(result)['hostContext']));
    this.#send({ method: 'ui/notifications/initialized', params: {} });
    this.#introduced = true;
    this.#tellHeight();
  }

  #tellHeight(): void {
    if (!this.#introduced || this.#height === 0) return;
    this.#send({ method: 'ui/notifications/size-changed', params: { height: this.#height } });
  }

  #answer(id: unknown, method: string): void {
    // Nothing is kept: the page may go at any time.
    if (method === 'ui/resource-teardown' || method === 'ping') return this.#send({ id, result: {} });
    this.#send({ id, error: { code: METHOD_NOT_FOUND, message: 'Method not found' } });
  }

  #send(message: object): void {
    // The host's origin is unknown, and no message holds anything of the data.
    window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }
}
