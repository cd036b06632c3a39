import { expect } from 'vitest';
import { expectNoLeak } from './no-leak.js';
import { RawClient, type RawAnswer } from './raw-http.js';
import { eventually, type Stack, startStack } from './stack.js';

export const HOST = 'mcp.test';
export const RESOURCE = `https://${HOST}/mcp`;
export const METADATA_URL = `https://${HOST}/.well-known/oauth-protected-resource/mcp`;
export const ORIGIN = 'https://app.corp.test';

export const LIST_TOOLS = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
export const CALL_TOOL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'describe_log_groups', arguments: {} },
});

/** A request as it goes over the wire; nothing is added but what is left out. */
export interface WireRequest {
  readonly method?: string;
  readonly target?: string;
  /** Name and value of each line, in order. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Absent: the name the server is known by, unless the headers have a Host or `hostless` says there is to be none. */
  readonly host?: string;
  readonly hostless?: boolean;
  /** With `Content-Type: application/json` unless the headers name a type. */
  readonly body?: string;
}

interface AuditLine {
  readonly event?: { readonly name?: string };
  readonly request_id?: string;
  readonly correlation_id?: string;
  readonly trace_id?: string;
  readonly client?: { readonly ip?: string };
  readonly auth?: { readonly reason?: string; readonly fingerprint?: string };
  readonly principal?: { readonly issuer?: string; readonly subject?: string };
  readonly claimed_user?: string;
  readonly ignored_identity_header?: boolean;
  readonly detail?: string;
  readonly time?: string;
}

/** The answer to one request and everything the server wrote on its account. */
export interface Observed {
  readonly answer: RawAnswer;
  readonly lines: readonly AuditLine[];
  /** Metric series that went up, by how much; without durations. */
  readonly counted: Readonly<Record<string, number>>;
  readonly log: string;
}

/** The whole server known as https://mcp.test between a real issuer and AWS, asked over raw sockets. */
export class EdgeStack {
  readonly port: number;
  readonly #client: RawClient;

  private constructor(readonly stack: Stack) {
    this.port = Number(new URL(stack.endpoint).port);
    this.#client = new RawClient(this.port);
  }

  /** Starts it and waits for the issuer's keys, whose arrival is recorded like everything else. */
  static async start(env: Readonly<Record<string, string | undefined>> = {}): Promise<EdgeStack> {
    const stack = await startStack({
      env: { PUBLIC_URL: `https://${HOST}`, CORS_ALLOWED_ORIGINS: ORIGIN, AWS_REGION: 'us-east-1', ...env },
    });
    await eventually(() => expect(stack.log.text).toContain('issuer.keys'));
    return new EdgeStack(stack);
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.stack.close();
  }

  /** Sends one request; a request that the server only closes on is an error. */
  async send(request: WireRequest): Promise<RawAnswer> {
    const answer = await this.#client.send(wireBytes(request));
    if (answer === undefined) throw new Error('the server closed the connection without an answer');
    return answer;
  }

  /** Sends one request and gathers all that it made the server write. One at a time. */
  async observe(request: WireRequest): Promise<Observed> {
    const logged = this.stack.log.text.length;
    const before = await this.#series();
    const answer = await this.send(request);
    const after = await this.#series();
    const log = this.stack.log.text.slice(logged);
    const lines = log.split('\n').filter((line) => line !== '');
    return { answer, lines: lines.map((line) => JSON.parse(line) as AuditLine), counted: rise(before, after), log };
  }

  /** Tool executions so far, whatever their end. */
  async executions(): Promise<number> {
    const series = await this.#series();
    return [...series].reduce((sum, [name, value]) => sum + (name.startsWith('mcp_tool_calls_total') ? value : 0), 0);
  }

  /**
   * Expects one `auth.failure` with the reason, complete, one counter up by one, and nothing of what was presented or
   * configured in what the client or the operator sees.
   */
  expectFailure({ answer, lines, counted, log }: Observed, reason: string, presented: readonly string[] = []): void {
    const events = lines.filter((line) => line.event?.name?.startsWith('auth.'));
    expect(events).toMatchObject([
      {
        event: { name: 'auth.failure' },
        auth: { reason },
        request_id: answer.headers['x-request-id'],
        client: { ip: '127.0.0.1' },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      },
    ]);
    expect(Object.entries(counted)).toEqual([
      [expect.stringMatching(`^mcp_auth_failures_total\\{method="[a-z-]+",reason="${reason}"\\}$`), 1],
    ]);
    const { issuer, apiKey } = this.stack;
    expectNoLeak(
      { visible: `${JSON.stringify(answer.headers)}\n${answer.body}`, log, metrics: Object.keys(counted).join('\n') },
      { credentials: [...presented, apiKey], configured: [issuer.issuer, this.stack.endpoint, ORIGIN] },
    );
  }

  async #series(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(this.stack.app.metricsUrl)).text();
    const lines = text.split('\n').filter((line) => /^(?!mcp_request_duration)\w/.test(line));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  }
}

/** The bytes of a request, one per character, with a right Content-Length. */
export function wireBytes(request: WireRequest): string {
  const { method = 'POST', target = '/mcp', host = HOST, hostless = false, headers = [], body } = request;
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const given = hostless || named.has('host');
  const lines: (readonly [string, string])[] = given ? [...headers] : [['Host', host], ...headers];
  if (body !== undefined) {
    if (!named.has('content-type')) lines.push(['Content-Type', 'application/json']);
    lines.push(['Content-Length', String(Buffer.byteLength(body))]);
  }
  const head = [`${method} ${target} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return `${head}\r\n\r\n${onTheWire(body ?? '')}`;
}

/** The bytes of text in UTF-8, one per character, as they go over the wire. */
export const onTheWire = (text: string): string => Buffer.from(text).toString('latin1');

/** A header line with a bearer credential. */
export const bearer = (credential: string): readonly [string, string] => ['Authorization', `Bearer ${credential}`];

function rise(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const changes = [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}
