import { Agent, request } from 'node:http';
import { expect } from 'vitest';
import { expectNoLeak } from './no-leak.js';
import { eventually, type Stack, type StackOptions, startStack } from './stack.js';

/** The protocol with a handshake (until 2025-11-25), and the one in which every message names its version. */
export type Era = 'older' | 'modern';
export const ERAS: readonly Era[] = ['older', 'modern'];
export const MODERN_VERSION = '2026-07-28';

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A request without its credential; a header that is undefined is not sent. */
export interface Message {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface LogLine {
  readonly level?: string;
  readonly event?: { readonly name?: string };
  readonly auth?: { readonly reason?: string };
  readonly tool?: { readonly name?: string; readonly reason?: string };
  readonly request_id?: string;
  readonly err?: { readonly stack?: string };
}

/** One answer and everything the server wrote on its account. */
export interface Observation extends ProbeAnswer {
  readonly lines: readonly LogLine[];
  /** Counters of refusals that went up, by how much. */
  readonly counted: Readonly<Record<string, number>>;
  readonly log: string;
  readonly metrics: string;
}

/** What a JSON-RPC answer may hold. */
export interface RpcAnswer {
  readonly jsonrpc?: string;
  readonly id?: number | string | null;
  readonly result?: {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text?: string }[];
    readonly structuredContent?: Readonly<Record<string, unknown>>;
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** A request of either era, in full: what a client of that era sends. */
export function messageOf(era: Era, method: string, params: object = {}, id: number | string | null = 1): Message {
  const { name } = params as { name?: unknown };
  const modern = {
    'mcp-protocol-version': MODERN_VERSION,
    'mcp-method': method,
    'mcp-name': typeof name === 'string' ? headerValue(name) : undefined,
  };
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'modern' && modern),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      ...(id !== null && { id }),
      method,
      params: { ...params, ...(era === 'modern' && { _meta: ENVELOPE }) },
    }),
  };
}

/** A call of a tool. */
export function toolCallOf(era: Era, name: string, args: unknown = {}, id: number | string = 1): Message {
  return messageOf(era, 'tools/call', { name, arguments: args }, id);
}

/** The same message with some headers changed; undefined leaves one out. */
export function withHeaders(message: Message, headers: NonNullable<Message['headers']>): Message {
  return { ...message, headers: { ...message.headers, ...headers } };
}

/** The JSON-RPC message of an answer, in whichever form it came. */
export function rpcOf({ text, headers }: ProbeAnswer): RpcAnswer {
  const isStream = String(headers['content-type']).startsWith('text/event-stream');
  const json = isStream ? (text.split('\n').findLast((line) => line.startsWith('data: {')) ?? '').slice(6) : text;
  return JSON.parse(json) as RpcAnswer;
}

/** Other than visible ASCII is sent as the specification says (2026-07-28, HTTP headers that repeat the body). */
function headerValue(name: string): string {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(name)
    ? name
    : `=?base64?${Buffer.from(name).toString('base64')}?=`;
}

/** The whole server, with what it writes about one message at a time in view. */
export class ProtocolProbe {
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(
    readonly stack: Stack,
    readonly token: string,
  ) {}

  /** Starts it and waits for the issuer's keys, whose arrival is recorded like everything else. */
  static async start(env: StackOptions['env'] = {}): Promise<ProtocolProbe> {
    const stack = await startStack({ env: { ...env } });
    await eventually(() => expect(stack.log.text).toContain('issuer.keys'));
    return new ProtocolProbe(stack, await stack.token('alice'));
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.stack.close();
  }

  /** Sends a message with somebody's token; null for none. Resolves with the whole answer. */
  send({ method = 'POST', path = '', headers = {}, body }: Message, token: string | null = this.token) {
    const given = Object.entries(headers).filter(([, value]) => value !== undefined);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    return new Promise<ProbeAnswer>((resolve, reject) => {
      const outgoing = request(
        `${this.stack.endpoint}${path}`,
        { method, agent: this.#agent, headers: { ...authorization, ...Object.fromEntries(given) } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
          response.on('error', reject);
        },
      );
      outgoing.on('error', reject).end(body);
    });
  }

  /** Sends one message and gathers what the server wrote about it. One at a time. */
  async observe(message: Message, token: string | null = this.token): Promise<Observation> {
    const logged = this.stack.log.text.length;
    const before = await this.#series();
    const answer = await this.send(message, token);
    const after = await this.#series();
    const log = this.stack.log.text.slice(logged);
    const lines = log.split('\n').filter((line) => line !== '');
    const counts = [...after].filter(([name, value]) => refuses(name) && value !== (before.get(name) ?? 0));
    return {
      ...answer,
      log,
      metrics: [...after.keys()].join('\n'),
      lines: lines.map((line) => JSON.parse(line) as LogLine),
      counted: Object.fromEntries(counts.map(([name, value]) => [name, value - (before.get(name) ?? 0)])),
    };
  }

  /** Expects one `tool.denied` with the reason and one counter up by one, or neither; and no leak. */
  expectDenied(observed: Observation, reason?: string): void {
    const events = observed.lines.filter(({ event }) => /^tool\.|^auth\.failure/.test(event?.name ?? ''));
    const wanted = { event: { name: 'tool.denied' }, tool: { reason }, request_id: observed.headers['x-request-id'] };
    expect(events).toMatchObject(reason === undefined ? [] : [wanted]);
    expect(events).toHaveLength(reason === undefined ? 0 : 1);
    expect(observed.counted).toEqual(reason === undefined ? {} : { [`mcp_tool_denied_total{reason="${reason}"}`]: 1 });
    this.expectNoLeak(observed);
  }

  /** Expects a challenge that asks for a credential, before anything of the message was looked at. */
  expectChallenged(observed: Observation): void {
    expect(observed.status).toBe(401);
    expect(observed.headers['www-authenticate']).toMatch(/^Bearer realm="cloudwatch-mcp", resource_metadata="[^"]+"/);
    expect(observed.headers['www-authenticate']).not.toContain('error=');
    expect(observed.counted).toEqual({ 'mcp_auth_failures_total{method="unknown",reason="missing"}': 1 });
    this.expectNoLeak(observed);
  }

  expectNoLeak({ headers, text, log, metrics }: Observation): void {
    const { issuer, apiKey, aws } = this.stack;
    const visible = `${JSON.stringify(headers)}\n${text}`;
    expectNoLeak(
      { visible, log, metrics },
      { credentials: [this.token, apiKey], configured: [issuer.issuer, aws.url] },
    );
  }

  async #series(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(this.stack.app.metricsUrl)).text();
    const lines = text.split('\n').filter((line) => /^\w/.test(line));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  }
}

function refuses(series: string): boolean {
  return /^mcp_(?:auth_failures|tool_denied)_total/.test(series);
}
