import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  CALL_TOOL,
  EdgeStack,
  HOST,
  LIST_TOOLS,
  METADATA_URL,
  ORIGIN,
  RESOURCE,
  type WireRequest,
} from '../support/edge-stack.js';
import { expectNoLeak } from '../support/no-leak.js';
import { type RawAnswer, rawExchange } from '../support/raw-http.js';

const METADATA = '/.well-known/oauth-protected-resource';

let edge: EdgeStack;
let token: string;

beforeAll(async () => {
  edge = await EdgeStack.start();
  token = await edge.stack.token('alice');
});
afterAll(() => edge.close());

describe('the metadata document', () => {
  it.each([METADATA, `${METADATA}/mcp`])('is at %s for everyone, without an auth event [MET-01]', async (target) => {
    const { answer, lines, counted } = await edge.observe({ method: 'GET', target });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(answer.body)).toMatchObject({
      resource: RESOURCE,
      authorization_servers: [edge.stack.issuer.issuer],
      bearer_methods_supported: ['header'],
    });
    expect([lines, counted]).toEqual([[], {}]);
    for (const inside of [String(edge.port), edge.stack.aws.url]) {
      expect(answer.body.replace(edge.stack.issuer.issuer, '')).not.toContain(inside);
    }
  });

  it('is where a 401 says, and its resource is the one that address was built from [MET-03]', async () => {
    const { headers } = await edge.send({ body: LIST_TOOLS });
    const named = new URL(/resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? '');
    expect(named.href).toBe(METADATA_URL);
    const { status, body } = await edge.send({ method: 'GET', target: named.pathname, host: named.host });
    expect(status).toBe(200);
    // RFC 9728 section 3.1: the well-known path stands between the host and the path of the resource.
    const { resource } = JSON.parse(body) as { resource: string };
    expect(resource).toBe(`${named.origin}${named.pathname.replace(METADATA, '')}`);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('answers %s with 405 and what is allowed [MET-06]', async (method) => {
    for (const target of [METADATA, `${METADATA}/mcp`]) {
      for (const headers of [[], [bearer(token)]]) {
        const answer = await edge.send({ method, target, headers, body: '{}' });
        expect([answer.status, answer.headers.allow]).toEqual([405, 'GET']);
      }
    }
  });
});

/** A refusal as every refusal must be: JSON of one of two shapes, stored by nobody, silent about what runs here. */
function expectDecent({ headers, body }: RawAnswer, what: string): void {
  expect(headers['content-type'], what).toMatch(/^application\/json/);
  expect(headers['cache-control'], what).toBe('no-store');
  expect(headers['x-content-type-options'], what).toBe('nosniff');
  expect(headers, what).not.toHaveProperty('x-powered-by');
  expect(headers, what).not.toHaveProperty('server');
  const parsed = JSON.parse(body) as { error: unknown };
  const text = expect.stringMatching(/\S/) as string;
  expect(parsed, what).toMatchObject(
    typeof parsed.error === 'string'
      ? { error: expect.stringMatching(/^[a-z_]+$/) as string, error_description: text }
      : { jsonrpc: '2.0', error: { code: expect.any(Number) as number, message: text } },
  );
  expect(body, what).not.toMatch(/<[a-z!]/i);
  expectNoLeak(
    { visible: `${JSON.stringify(headers)}\n${body}`, log: '', metrics: '' },
    {
      credentials: [token, edge.stack.apiKey],
      configured: [edge.stack.issuer.issuer, edge.stack.endpoint, edge.stack.aws.url],
    },
  );
}

const message = (method: unknown, params?: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

describe('every refusal', () => {
  const known = (request: WireRequest = {}): WireRequest => ({
    ...request,
    headers: [bearer(token), ...(request.headers ?? [])],
  });
  const call = (name: unknown, args: unknown = {}): WireRequest =>
    known({ target: '/mcp/tools/call', body: JSON.stringify({ name, arguments: args }) });
  const expired = (): Promise<string> => edge.stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -60 });
  const noRole = (): Promise<string> =>
    edge.stack.token('carol', { 'custom:role_arn': 'arn:aws:iam::333333333333:role/Other' });

  const CASES: [status: number, what: string, request: () => WireRequest | Promise<WireRequest>][] = [
    [400, 'two credentials', () => known({ headers: [bearer('x')] })],
    [400, 'a malformed target', () => known({ target: '/%' })],
    [400, 'a target that is not UTF-8', () => known({ target: '/mcp/%FF' })],
    [400, 'broken JSON', () => known({ body: '{"jsonrpc": ' })],
    [400, 'no body', () => known({ headers: [['Content-Type', 'application/json']] })],
    [400, 'a batch', () => known({ body: `[${LIST_TOOLS}]` })],
    [400, 'deep nesting', () => known({ body: `${'['.repeat(100)}${']'.repeat(100)}` })],
    [400, 'no JSON-RPC', () => known({ body: '{}' })],
    [400, 'a bare value', () => known({ body: '1' })],
    [400, 'a null message', () => known({ body: 'null' })],
    [400, 'an unknown protocol version', () => known({ headers: [['MCP-Protocol-Version', 'x']], body: LIST_TOOLS })],
    [400, 'a call without a name', () => call(undefined)],
    [400, 'arguments that are wrong', () => call('describe_log_groups', { max_items: 0 })],
    [400, 'a region that is none', () => call('describe_log_groups', { region: 'us-east-1.evil.com#' })],
    [400, 'a call of null', () => known({ target: '/mcp/tools/call', body: 'null' })],
    [401, 'no credential', () => ({})],
    [401, 'another scheme', () => ({ headers: [['Authorization', 'Basic eA==']] })],
    [401, 'a malformed credential', () => ({ headers: [['Authorization', 'Bearer a b']] })],
    [401, 'an unknown key', () => ({ headers: [bearer('x'.repeat(43))] })],
    [401, 'an expired token', async () => ({ headers: [bearer(await expired())] })],
    [401, 'a forged token', () => ({ headers: [bearer(`${token.slice(0, -8)}AAAAAAAA`)] })],
    [401, 'an unknown path, for strangers', () => ({ method: 'GET', target: '/<script>' })],
    [403, 'a foreign host', () => known({ host: 'evil.test', body: LIST_TOOLS })],
    [403, 'a foreign host elsewhere', () => ({ method: 'GET', target: '/nothing', host: 'evil.test' })],
    [403, 'a foreign origin', () => known({ headers: [['Origin', 'https://evil.test']], body: LIST_TOOLS })],
    [403, 'a foreign preflight', () => ({ method: 'OPTIONS', headers: [['Origin', 'https://evil.test']] })],
    [403, 'a caller without a role', async () => ({ ...call('get_active_alarms'), headers: [bearer(await noRole())] })],
    [404, 'an unknown path, for callers', () => known({ method: 'GET', target: '/<script>alert(1)</script>' })],
    [404, 'an unknown tool', () => call('no_such_tool')],
    [405, 'GET on the endpoint', () => known({ method: 'GET' })],
    [405, 'DELETE with a body', () => known({ method: 'DELETE', body: LIST_TOOLS })],
    [405, 'GET on the plain endpoint', () => known({ method: 'GET', target: '/mcp/tools/call' })],
    [405, 'POST on the metadata', () => ({ target: METADATA, body: '{}' })],
    [406, 'an answer form we do not have', () => known({ headers: [['Accept', 'text/html']], body: LIST_TOOLS })],
    [413, 'a body over 1 MB', () => known({ body: JSON.stringify('x'.repeat(1_048_576)) })],
    [413, 'a body over 1 MB on the plain endpoint', () => call('x'.repeat(1_048_576))],
    [415, 'plain text', () => known({ headers: [['Content-Type', 'text/plain']], body: LIST_TOOLS })],
    [415, 'a compressed body', () => known({ headers: [['Content-Encoding', 'gzip']], body: LIST_TOOLS })],
    [417, 'an expectation', () => known({ headers: [['Expect', 'a-miracle']], body: LIST_TOOLS })],
    [431, 'too many headers', () => known({ headers: Array.from({ length: 100 }, () => ['a', 'b'] as const) })],
    [502, 'AWS out of order', () => call('get_active_alarms')],
  ];

  it('is decent JSON [MET-04]', async () => {
    for (const [status, what, request] of CASES) {
      if (status === 502) edge.stack.aws.faults.add({ operation: 'cloudwatch:DescribeAlarms', kind: 'server-error' });
      const answer = await edge.send(await request());
      expect(answer.status, what).toBe(status);
      expectDecent(answer, what);
    }
    edge.stack.aws.faults.clear();
  });

  it.each([
    [400, 'no HTTP', 'hello\r\n\r\n'],
    [400, 'an unknown method', `FOO /mcp HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    [400, 'no Host', 'GET /mcp HTTP/1.1\r\n\r\n'],
    [400, 'a space before a colon', `POST /mcp HTTP/1.1\r\nHost: ${HOST}\r\nA : b\r\n\r\n`],
    [431, 'a huge header', `GET /mcp HTTP/1.1\r\nHost: ${HOST}\r\nA: ${'b'.repeat(17_000)}\r\n\r\n`],
  ])('with %i that the parser or the border gives is decent JSON too: %s [MET-04]', async (status, what, bytes) => {
    const answers = await rawExchange(edge.port, bytes);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.status).toBe(status);
    expectDecent(answers[0] as RawAnswer, what);
  });

  it('of the metrics port is decent JSON too [MET-04]', async () => {
    const url = edge.stack.app.metricsUrl;
    for (const [status, answer] of [
      [404, await fetch(url.replace('/metrics', '/'))],
      [405, await fetch(url, { method: 'POST' })],
    ] as const) {
      expect(answer.status).toBe(status);
      expectDecent(
        { status, headers: Object.fromEntries(answer.headers), body: await answer.text() },
        `the metrics port's ${status}`,
      );
    }
  });

  it('inside the protocol is a JSON-RPC error or a tool error, and no more [MET-04]', async () => {
    for (const body of [
      message('no/such/method'),
      message(7),
      message('tools/call', { name: 'no_such_tool', arguments: {} }),
      message('tools/call', { name: 'describe_log_groups', arguments: { max_items: 0 } }),
      message('tools/call', {}),
      message('tools/call', { name: 'describe_log_groups', arguments: [] }),
    ]) {
      const answer = await edge.send(known({ body }));
      expect(answer.headers['content-type'], body).toMatch(/^application\/json/);
      expect(answer.headers['cache-control'], body).toBe('no-store');
      const { error, result } = JSON.parse(answer.body) as { error?: object; result?: { isError?: boolean } };
      expect(error !== undefined || result?.isError === true, answer.body).toBe(true);
      expect(answer.body, body).not.toMatch(/<[a-z!]|\n\s+at |node_modules/i);
    }
  });

  it('to a browser of an allowed origin can be read by it [MET-04][COR-08]', async () => {
    const answer = await edge.send({ headers: [['Origin', ORIGIN]], body: CALL_TOOL });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
    expectDecent(answer, 'a 401 to an allowed origin');
  });
});

describe('refusals for a while', () => {
  it('are decent JSON with a time to come back [MET-04]', async () => {
    const nobody = 'http://127.0.0.1:9';
    const strict = await EdgeStack.start({
      RATE_LIMIT_PER_USER: '1',
      RATE_LIMIT_FAILED_AUTH: '1',
      OIDC_ISSUER: nobody,
    });
    try {
      const key = bearer(strict.stack.apiKey);
      const good = bearer(await strict.stack.token('alice', { iss: nobody }));
      await strict.send({ headers: [key], body: LIST_TOOLS });
      const answers = [
        await strict.send({ headers: [good], body: LIST_TOOLS }),
        await strict.send({ headers: [key], body: LIST_TOOLS }),
      ];
      await strict.send({ headers: [bearer('x'.repeat(43))], body: LIST_TOOLS });
      answers.push(await strict.send({ headers: [bearer('x'.repeat(43))], body: LIST_TOOLS }));
      expect(answers.map(({ status }) => status)).toEqual([503, 429, 429]);
      for (const answer of answers) {
        expectDecent(answer, `a ${answer.status}`);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(answer.headers).not.toHaveProperty('www-authenticate');
      }
    } finally {
      await strict.close();
    }
  });
});
