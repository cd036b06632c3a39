import { Controller, Get, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, wireBytes, type WireRequest } from '../support/edge-stack.js';
import { type RawAnswer, rawExchange } from '../support/raw-http.js';
import { type Stack, startStack } from '../support/stack.js';

@Controller()
class FaultyController {
  @Get('mcp/faulty')
  fail(): never {
    throw new Error('canary: nobody foresaw this');
  }
}

@Module({ controllers: [FaultyController] })
class FaultyModule {}

/** As much of a layer of Express as names a route. */
interface Layer {
  readonly route?: { readonly path: string };
}

let stack: Stack;
let port: number;
let metricsPort: number;

beforeAll(async () => {
  stack = await startStack({ modules: [FaultyModule], env: { CORS_ALLOWED_ORIGINS: 'https://app.corp.test' } });
  port = Number(new URL(stack.endpoint).port);
  metricsPort = Number(new URL(stack.app.metricsUrl).port);
});
afterAll(() => stack.close());

/** One request of a kind of its own, with the credential of a caller unless it is anonymous. */
interface Probe extends WireRequest {
  readonly status: number;
  readonly anonymous?: boolean;
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const CALL = JSON.stringify({ name: 'list_accounts', arguments: {} });
const ACCEPT = ['Accept', 'application/json, text/event-stream'] as const;

const PROBES: Readonly<Record<string, Probe>> = {
  'the root as JSON': { method: 'GET', target: '/', anonymous: true, status: 200 },
  'the root as a page': {
    method: 'GET',
    target: '/',
    headers: [['Accept', 'text/html']],
    anonymous: true,
    status: 200,
  },
  health: { method: 'GET', target: '/health', anonymous: true, status: 200 },
  liveness: { method: 'GET', target: '/health/live', anonymous: true, status: 200 },
  readiness: { method: 'GET', target: '/health/ready', anonymous: true, status: 200 },
  'the metadata': { method: 'GET', target: '/.well-known/oauth-protected-resource', anonymous: true, status: 200 },
  'the metadata of /mcp': {
    method: 'GET',
    target: '/.well-known/oauth-protected-resource/mcp',
    anonymous: true,
    status: 200,
  },
  'a message of the protocol': { target: '/mcp', headers: [ACCEPT], body: LIST, status: 200 },
  'a notification': {
    target: '/mcp',
    headers: [ACCEPT],
    body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    status: 202,
  },
  'a plain tool call': { target: '/mcp/tools/call', body: CALL, status: 200 },
  'a preflight': {
    method: 'OPTIONS',
    target: '/mcp',
    headers: [
      ['Origin', 'https://app.corp.test'],
      ['Access-Control-Request-Method', 'POST'],
    ],
    anonymous: true,
    status: 204,
  },
  'no credential': { target: '/mcp', body: LIST, anonymous: true, status: 401 },
  'no credential, unknown path': { method: 'GET', target: '/nowhere', anonymous: true, status: 401 },
  'two credentials': { target: '/mcp', headers: [bearer('x'.repeat(40))], body: LIST, status: 400 },
  'an unknown path': { method: 'GET', target: '/nowhere', status: 404 },
  'another method': { method: 'PUT', target: '/mcp', body: LIST, status: 405 },
  'a stream of nothing': { method: 'GET', target: '/mcp', headers: [ACCEPT], status: 405 },
  'the end of a session': { method: 'DELETE', target: '/mcp', status: 405 },
  'another method of a plain call': { method: 'GET', target: '/mcp/tools/call', status: 405 },
  'what is no JSON': { target: '/mcp', headers: [ACCEPT], body: '{', status: 400 },
  'another type': { target: '/mcp', headers: [ACCEPT, ['Content-Type', 'text/plain']], body: LIST, status: 415 },
  'too much': { target: '/mcp', headers: [ACCEPT], body: `"${'x'.repeat(1_100_000)}"`, status: 413 },
  'a foreign host': { method: 'GET', target: '/', host: 'evil.test', anonymous: true, status: 403 },
  'a foreign origin': { target: '/mcp', headers: [['Origin', 'https://evil.test']], body: LIST, status: 403 },
  'a target that is no path': { method: 'GET', target: 'http://evil.test/mcp', status: 400 },
  'a malformed escape': { method: 'GET', target: '/%E0%A4%A', status: 400 },
  'an unknown expectation': { target: '/mcp', headers: [['Expect', 'a-miracle']], body: LIST, status: 417 },
  'huge headers': { method: 'GET', target: '/', headers: [['X-Huge', 'x'.repeat(20_000)]], status: 431 },
  'no HTTP': { method: 'G T', target: '/', status: 400 },
  'a fault of ours': { method: 'GET', target: '/mcp/faulty', status: 500 },
};

const METRICS_PROBES: Readonly<Record<string, Probe>> = {
  'the metrics': { method: 'GET', target: '/metrics', status: 200 },
  'another path': { method: 'GET', target: '/', status: 404 },
  'another method': { method: 'POST', target: '/metrics', status: 405 },
  'a target that is no path': { method: 'GET', target: 'http://evil.test/metrics', status: 400 },
  'huge headers': { method: 'GET', target: '/metrics', headers: [['X-Huge', 'x'.repeat(20_000)]], status: 431 },
  'no HTTP': { method: 'G T', target: '/', status: 400 },
};

async function send(to: number, { anonymous = false, status: _status, ...request }: Probe): Promise<RawAnswer> {
  const credential = anonymous ? [] : [bearer(stack.apiKey)];
  const headers = [...credential, ...(request.headers ?? []), ['Connection', 'close'] as const];
  const [answer] = await rawExchange(to, wireBytes({ host: '127.0.0.1', ...request, headers }));
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

function expectSafe({ headers, body }: RawAnswer): void {
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': expect.stringMatching(/(^|, )no-store(,|$)/) as string,
    'content-security-policy': expect.stringMatching(/^default-src 'none'(;|$)/) as string,
  });
  expect(headers['content-security-policy']).toMatch(/(^|;)\s*frame-ancestors 'none'(;|$)/);
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers).not.toHaveProperty('server');
  expect(headers).not.toHaveProperty('etag');
  expect(body).not.toMatch(/canary|node_modules|\n\s+at /);
}

describe('every answer', () => {
  it.each(Object.entries(PROBES))('to %s has the headers that protect it [CFG-05]', async (_name, probe) => {
    const answer = await send(port, probe);
    expect(answer.status).toBe(probe.status);
    expectSafe(answer);
  });

  it.each(Object.entries(METRICS_PROBES))('of the metrics port to %s has them too [CFG-05]', async (_name, probe) => {
    const answer = await send(metricsPort, probe);
    expect(answer.status).toBe(probe.status);
    expectSafe(answer);
  });

  it('is looked at: no route of the server is left out [CFG-05]', () => {
    const { router } = stack.app.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    const paths = router.stack.flatMap(({ route }) => route?.path ?? []).filter((path) => !path.includes('*'));
    const probed = new Set(Object.values(PROBES).map(({ target }) => target));
    expect(paths.length).toBeGreaterThan(6);
    expect(paths.filter((path) => !probed.has(path))).toEqual([]);
  });
});

describe('a page', () => {
  it('may use its own style and nothing else: no script, no frame, no form [CFG-05]', async () => {
    const { headers } = await send(port, PROBES['the root as a page'] as Probe);
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/style-src 'sha256-/);
    expect(policy).not.toMatch(/unsafe|script-src|\*|https?:/);
  });
});

describe('an answer to who comes by https', () => {
  it('tells browsers to stay with it, and only then', async () => {
    const secure = await startStack({ env: { PUBLIC_URL: 'https://mcp.test' } });
    const headersOf = async (of: Stack, host: string): Promise<RawAnswer['headers']> => {
      const request = { method: 'GET', target: '/', host, headers: [['Connection', 'close'] as const] };
      const [answer] = await rawExchange(Number(new URL(of.app.url).port), wireBytes(request));
      return answer?.headers ?? {};
    };
    expect(await headersOf(secure, 'mcp.test')).toMatchObject({
      'strict-transport-security': expect.stringMatching(/^max-age=31536000/) as string,
    });
    expect(await headersOf(stack, '127.0.0.1')).not.toHaveProperty('strict-transport-security');
    await secure.close();
  });
});
