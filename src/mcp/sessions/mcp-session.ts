import type { HandleRequestOptions, McpServer, RequestId, ScopeChallengeHandler } from '@modelcontextprotocol/server';
import { HttpRefusal } from '../../errors.js';
import type { TableEntry } from './session-table.js';
import { SessionTransport } from './session-transport.store.js';

const INTERNAL_ERROR = -32_603;

/** One client's session: a protocol server that lives through its messages, in both directions. */
export class McpSession implements TableEntry {
  readonly #transport: SessionTransport;
  readonly #running = new Set<RequestId>();
  #stopListening?: () => void;

  private constructor(
    readonly id: string,
    readonly owner: string,
    public lastUsed: number,
    private readonly server: McpServer,
  ) {
    this.#transport = new SessionTransport({ sessionIdGenerator: () => id });
  }

  /** A session that waits for the `initialize` of its client. */
  static async open(
    { id, owner, now }: { readonly id: string; readonly owner: string; readonly now: number },
    server: McpServer,
    challenge: ScopeChallengeHandler,
  ): Promise<McpSession> {
    const session = new McpSession(id, owner, now, server);
    await server.connect(session.#transport);
    session.#transport.setScopeChallengeResolver(challenge);
    return session;
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  get listening(): boolean {
    return this.#stopListening !== undefined;
  }

  get inUse(): boolean {
    return this.busy || this.listening;
  }

  /** Takes a notification, an answer of the client, or a request that is no POST. */
  handle(request: Request, options: HandleRequestOptions = {}): Promise<Response> {
    return this.#transport.handleRequest(request, options);
  }

  /**
   * Takes a call, which runs until `write` has written its answer.
   * @throws HttpRefusal 400 when another one of this id runs: their answers could not be told apart
   */
  async answer(
    call: RequestId,
    request: Request,
    options: HandleRequestOptions,
    write: (answer: Response) => Promise<void>,
  ): Promise<void> {
    if (this.#running.has(call)) {
      throw new HttpRefusal(400, 'invalid_request', 'A request with this id is still being answered in this session.');
    }
    this.#running.add(call);
    try {
      await write(await this.#transport.handleCall(call, request, options));
    } finally {
      this.#running.delete(call);
    }
  }

  /** Aborts a call, if it runs, and ends its stream: with an error that tells the client why, or without an answer. */
  async cancel(call: RequestId, why?: string): Promise<void> {
    if (!this.#running.has(call)) return;
    this.#transport.onmessage?.({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: call },
    });
    if (why === undefined) this.#transport.closeSSEStream(call);
    // The protocol library answers no cancelled call, and remembers each until it is answered.
    const answer = { jsonrpc: '2.0' as const, id: call, error: { code: INTERNAL_ERROR, message: why ?? 'Cancelled.' } };
    await this.#transport.send(answer).catch(() => undefined);
  }

  /**
   * Notes that the client listens for messages of the server's own accord, in place of an earlier stream.
   * @returns what ends this stream; once it has ended it does nothing
   */
  listen(ended: () => void): () => void {
    this.stopListening();
    const stop = (): void => {
      if (this.#stopListening !== stop) return;
      this.#stopListening = undefined;
      this.#transport.closeStandaloneSSEStream();
      ended();
    };
    this.#stopListening = stop;
    return stop;
  }

  stopListening(): void {
    this.#stopListening?.();
  }

  /** Ends all streams and aborts what runs. */
  async close(): Promise<void> {
    this.stopListening();
    await this.server.close();
  }
}
