import { z } from 'zod';
import { Module } from '@nestjs/common';
import type { McpServer, ServerCapabilities } from '@modelcontextprotocol/server';
import { type MethodFamily, ProvidesMethods, type Serving } from '../../src/mcp/method-family.js';

const NO_PARAMS = { params: z.looseObject({}).optional() };

/** Methods of tests: what only a session makes possible, and what it must keep apart. */
@ProvidesMethods()
export class SessionProbeMethods implements MethodFamily {
  capabilities(): ServerCapabilities {
    return { logging: {} };
  }

  register(server: McpServer, serving: Serving): void {
    if (serving.wanted !== undefined) return;
    server.server.setRequestHandler('test/who', NO_PARAMS, (_params, context) => {
      const { subject, groups } = serving.requestOf(context).principal;
      return { subject, groups: [...groups] };
    });
    server.server.setRequestHandler('test/ask', NO_PARAMS, async (_params, { mcpReq }) => {
      const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
      return { ...(await mcpReq.elicitInput({ message: 'Your name?', requestedSchema }, { signal: mcpReq.signal })) };
    });
    server.server.setRequestHandler('test/tell', NO_PARAMS, async () => {
      await server.server.notification({ method: 'notifications/message', params: { level: 'info', data: 'told' } });
      return {};
    });
  }
}

@Module({ providers: [SessionProbeMethods] })
export class SessionProbeModule {}

/** One JSON-RPC message of the server. */
export interface ServerMessage {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A session as a client of the older era holds it, one HTTP request at a time. */
export class SessionClient {
  #nextId = 1;

  private constructor(
    private readonly endpoint: string,
    public token: string,
    readonly id: string,
  ) {}

  /** Opens a session; without one the id is empty. */
  static async open(endpoint: string, token: string): Promise<SessionClient> {
    const response = await openingOf(endpoint, token);
    await response.text();
    return new SessionClient(endpoint, token, response.headers.get('mcp-session-id') ?? '');
  }

  /** The same session in the hands of another. */
  heldBy(token: string, id = this.id): SessionClient {
    return new SessionClient(this.endpoint, token, id);
  }

  get nextId(): number {
    return this.#nextId;
  }

  request(init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${this.token}`);
    if (this.id !== '') headers.set('mcp-session-id', this.id);
    return fetch(this.endpoint, { ...init, headers });
  }

  send(message: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return this.request({
      method: 'POST',
      headers: { ...FORMS, 'mcp-protocol-version': '2025-11-25', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      signal: signal ?? null,
    });
  }

  /** Sends a request. */
  start(method: string, params: object = {}, signal?: AbortSignal): Promise<Response> {
    return this.send({ id: this.#nextId++, method, params }, {}, signal);
  }

  /** Sends a request and reads its answer. */
  async call(method: string, params: object = {}): Promise<ServerMessage | undefined> {
    return (await messagesOf(await this.start(method, params))).at(-1);
  }

  listen(): Promise<Response> {
    return this.request({ method: 'GET', headers: { accept: 'text/event-stream' } });
  }

  delete(): Promise<Response> {
    return this.request({ method: 'DELETE' });
  }
}

const FORMS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** The answer to an `initialize`. */
export function openingOf(endpoint: string, token: string, headers: Record<string, string> = {}): Promise<Response> {
  const capabilities = { elicitation: {} };
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'e2e', version: '1' } };
  return fetch(endpoint, {
    method: 'POST',
    headers: { ...FORMS, authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  });
}

/** The messages of a stream or of a JSON body, once it has ended. */
export async function messagesOf(response: Response): Promise<ServerMessage[]> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').includes('event-stream'))
    return [JSON.parse(text) as ServerMessage];
  return dataOf(text);
}

/** The messages of a stream, as they come. */
export async function* streamed(response: Response): AsyncGenerator<ServerMessage> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    yield* events.flatMap(dataOf);
  }
}

function dataOf(text: string): ServerMessage[] {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => JSON.parse(line.slice(6)) as ServerMessage);
}

/** A call of a tool whose query runs so many seconds. */
export const queryTaking = (seconds: number): object => ({
  name: 'execute_log_insights_query',
  arguments: {
    log_group_names: ['/shop/checkout'],
    start_time: 'now-1h',
    end_time: 'now',
    query_string: `fields @message | limit 1 # takes ${seconds}s`,
    max_timeout: 60,
  },
});
