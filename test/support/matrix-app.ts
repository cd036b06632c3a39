import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Type } from '@nestjs/common';
import { expect } from 'vitest';
import { type AppConfig, loadAppConfig } from '../../src/config/app-config.js';
import { type RunningApp, startApp } from '../../src/start-app.js';
import { expectNoLeak, type Written } from './no-leak.js';
import { LogLines } from './stack.js';

export const RESOURCE = 'https://mcp.test/mcp';
export const METADATA_URL = 'https://mcp.test/.well-known/oauth-protected-resource/mcp';
const STATE_SECRET = 'state-secret-for-tests-state-secret-for-tests';

const SETTINGS = {
  PUBLIC_URL: 'https://mcp.test',
  CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
  CLOUDWATCH_MCP_PORT: '0',
  METRICS_PORT: '0',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  STATE_SECRET,
  RATE_LIMIT_PER_USER: '1000000',
  RATE_LIMIT_FAILED_AUTH: '1000000',
};

const LIST_TOOLS = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

/** One line of the log that records a security event. */
export interface AuditLine {
  readonly event?: { readonly name?: string };
  readonly level?: string;
  readonly request_id?: string;
  readonly client?: { readonly ip?: string };
  readonly auth?: { readonly method?: string; readonly reason?: string; readonly fingerprint?: string };
  readonly principal?: Readonly<Record<string, unknown>>;
  readonly issuer?: { readonly outcome?: string };
  readonly detail?: string;
}

/** The answer to one request and everything the server wrote on its account. */
export interface Judgement {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly lines: readonly AuditLine[];
  /** Metric series that changed, by how much. */
  readonly counted: Readonly<Record<string, number>>;
  readonly written: Written;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface RequestOptions {
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole server with its log and metrics in view, known to clients as https://mcp.test. */
export class MatrixApp {
  readonly log = new LogLines();
  /** Everything presented so far; none of it may turn up later either. */
  readonly #presented = new Set<string>();
  readonly #agent = new Agent({ keepAlive: true });
  #running!: RunningApp;
  readonly #configured: readonly string[];

  private constructor(readonly config: AppConfig) {
    const { issuers, introspection } = config.auth;
    const { issuer, clientId, clientSecret } = introspection ?? {};
    this.#configured = [
      STATE_SECRET,
      ...[issuer, clientId, clientSecret].filter((value) => value !== undefined),
      ...issuers.flatMap((each) => [each.issuer, ...each.audiences, ...each.allowedClients]),
    ].filter((value) => value.length > 4);
  }

  /** Starts it with the given variables. */
  static async start(env: Readonly<Record<string, string>>): Promise<MatrixApp> {
    const app = new MatrixApp(loadAppConfig({ ...SETTINGS, ...env }));
    app.#running = await startApp(app.config, { logDestination: app.log });
    return app;
  }

  get url(): string {
    return this.#running.url;
  }

  /** One of the application's singletons. */
  service<T>(type: Type<T>): T {
    return this.#running.app.get(type, { strict: false });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#running.close();
    expectNoLeak(
      { visible: '', log: this.log.text, metrics: '' },
      { credentials: [...this.#presented], configured: [] },
    );
  }

  /** Sends the text as `Authorization`; the log and the metrics are not looked at. */
  send(
    authorization: string | undefined,
    { path = '/mcp', body = LIST_TOOLS, headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.url}${path}`,
        {
          method: 'POST',
          agent: this.#agent,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            ...(authorization !== undefined && { authorization }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
          response.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`);
  }

  /** Sends one request and gathers all that it made the server write. One at a time. */
  async judge(authorization: string | undefined, options: RequestOptions = {}): Promise<Judgement> {
    if (authorization !== undefined) this.#presented.add(authorization.replace(/^bearer /i, ''));
    const logged = this.log.text.length;
    const before = await this.series();
    const answer = await this.send(authorization, options);
    const after = await this.series();
    const log = this.log.text.slice(logged);
    return {
      ...answer,
      lines: log
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditLine),
      counted: difference(before, after),
      written: {
        visible: `${JSON.stringify(answer.headers)}\n${answer.text}`,
        log,
        metrics: [...after.keys()].join('\n'),
      },
    };
  }

  present(token: string, options: RequestOptions = {}): Promise<Judgement> {
    return this.judge(`Bearer ${token}`, options);
  }

  /** Every metric series and its value. */
  async series(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(this.#running.metricsUrl)).text();
    return new Map(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  }

  /** Log lines of one event since the start. */
  events(name: string): AuditLine[] {
    return (this.log.lines() as AuditLine[]).filter((line) => line.event?.name === name);
  }

  /** The set N for one answer. */
  expectNoLeak({ written }: Judgement, token: string): void {
    expectNoLeak(written, { credentials: [token], configured: this.#configured });
  }

  /**
   * The answer to a credential that was judged and found wanting: 401 `invalid_token` in every detail, one audit event
   * with one of the reasons, one counter up by one, nothing leaked.
   */
  expectRefused(judged: Judgement, token: string, ...reasons: readonly string[]): void {
    const { error_description: description } = JSON.parse(judged.text) as { error_description: string };
    expect(judged.status).toBe(401);
    expect(JSON.parse(judged.text)).toEqual({ error: 'invalid_token', error_description: description });
    expect(judged.headers['www-authenticate']).toBe(
      `Bearer realm="cloudwatch-mcp", error="invalid_token", error_description="${description}", resource_metadata="${METADATA_URL}"`,
    );
    expect(judged.headers['cache-control']).toBe('no-store');
    expect(judged.headers['content-type']).toMatch(/^application\/json/);
    expectOneFailure(judged, token, reasons);
    this.expectNoLeak(judged, token);
  }

  /** The answer when the identity provider is to blame: 503, a time to come back, no challenge. */
  expectUnavailable(judged: Judgement, token: string, reason = 'idp_unavailable'): void {
    expect(judged.status).toBe(503);
    expect(Number(judged.headers['retry-after'])).toBeGreaterThan(0);
    expect(judged.headers['www-authenticate']).toBeUndefined();
    expect(judged.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(judged.text)).toMatchObject({ error: 'idp_unavailable' });
    expectOneFailure(judged, token, [reason]);
    this.expectNoLeak(judged, token);
  }

  /** The normal result and one event that says so. */
  expectAccepted(judged: Judgement, method = 'jwt'): void {
    expect(judged.status).toBe(200);
    expect(JSON.parse(judged.text)).toMatchObject({ id: 1, result: { tools: expect.any(Array) } });
    expect(authLines(judged).map((line) => line.event?.name)).toEqual(['auth.success']);
    expect(authCounts(judged)).toEqual({ [`mcp_auth_success_total{method="${method}"}`]: 1 });
  }
}

/** `L(reason)`: one audit event, one counter, nothing else. Fetching keys is counted apart. */
function expectOneFailure(judged: Judgement, token: string, reasons: readonly string[]): void {
  const [line, ...others] = authLines(judged);
  expect(others).toEqual([]);
  expect(line?.event?.name).toBe('auth.failure');
  expect(reasons).toContain(line?.auth?.reason);
  expect(line?.request_id).toBe(judged.headers['x-request-id']);
  expect(line?.client?.ip).toBe('127.0.0.1');
  const { method, reason, fingerprint } = line?.auth ?? {};
  // What is too long or has characters no credential has is not hashed.
  if (method !== 'unknown') expect(fingerprint).toBe(fingerprintOf(token));
  expect(authCounts(judged)).toEqual({ [`mcp_auth_failures_total{method="${method}",reason="${reason}"}`]: 1 });
}

const authLines = ({ lines }: Judgement): AuditLine[] => lines.filter((line) => line.event?.name?.startsWith('auth.'));

/** Changed series without key fetches and introspections, which belong to the issuer, and without durations. */
function authCounts({ counted }: Judgement): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counted).filter(
      ([name]) => !/^mcp_(issuer_keys_total|introspections_total|request_duration)/.test(name),
    ),
  );
}

function fingerprintOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}

function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...after].flatMap(([name, value]) => {
      const change = value - (before.get(name) ?? 0);
      return change === 0 ? [] : [[name, change]];
    }),
  );
}
