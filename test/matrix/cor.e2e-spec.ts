import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigurationInvalid } from '../../src/errors.js';
import { MINIMAL_ENV } from '../support/border-app.js';
import { bearer, CALL_TOOL, EdgeStack, HOST, LIST_TOOLS, ORIGIN, type WireRequest } from '../support/edge-stack.js';

const FOREIGN = 'https://evil.test';

let edge: EdgeStack;
let token: string;

beforeAll(async () => {
  edge = await EdgeStack.start();
  token = await edge.stack.token('alice');
});
afterAll(() => edge.close());

const preflight = (origin: string, headers: string, target = '/mcp', method = 'POST'): WireRequest => ({
  method: 'OPTIONS',
  target,
  headers: [
    ['Origin', origin],
    ['Access-Control-Request-Method', method],
    ['Access-Control-Request-Headers', headers],
  ],
});

/** What the protocol and the documents need; a browser asks for them in lower case. */
const NEEDED =
  'authorization, content-type, x-correlation-id, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, last-event-id';

const listed = (value: string | undefined): string[] => (value ?? '').toLowerCase().split(/\s*,\s*/);

describe('the preflight of an allowed origin', () => {
  it.each(['/mcp', '/mcp/tools/call'])(
    'of %s is answered 204 with that origin, POST and the headers of the protocol, for strangers [COR-01][D5]',
    async (target) => {
      const { answer, lines, counted } = await edge.observe(preflight(ORIGIN, `${NEEDED}, mcp-param-region`, target));
      expect(answer.status).toBe(204);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'POST, OPTIONS',
      });
      expect(listed(answer.headers.vary)).toContain('origin');
      expect(listed(answer.headers['access-control-allow-headers'])).toEqual(
        expect.arrayContaining([...NEEDED.split(', '), 'mcp-param-region']),
      );
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
      expect([lines, counted]).toEqual([[], {}]);
    },
  );

  it('offers GET for the metadata documents [D5]', async () => {
    for (const path of ['', '/mcp']) {
      const target = `/.well-known/oauth-protected-resource${path}`;
      const { status, headers } = await edge.send(preflight(ORIGIN, 'mcp-protocol-version', target, 'GET'));
      expect([status, headers['access-control-allow-methods']]).toEqual([204, 'GET, OPTIONS']);
    }
  });

  it('allows no header and no method beyond those, whatever is asked for [D5]', async () => {
    const asked = preflight(
      ORIGIN,
      'x-user-email, x-forwarded-for, cookie, mcp-param-, mcp-param-a b, *',
      '/mcp',
      'PUT',
    );
    const { headers } = await edge.send(asked);
    expect(headers['access-control-allow-methods']).toBe('POST, OPTIONS');
    const allowed = listed(headers['access-control-allow-headers']);
    expect(allowed.filter((name) => !NEEDED.includes(name))).toEqual(['accept']);
  });
});

describe('the preflight of a foreign origin', () => {
  it('gets no CORS header, is counted, and learns of no other origin [COR-02]', async () => {
    const observed = await edge.observe(preflight(FOREIGN, NEEDED));
    for (const name of Object.keys(observed.answer.headers)) expect(name).not.toMatch(/^access-control-/);
    edge.expectFailure(observed, 'origin_denied');
  });
});

describe('a request of a foreign origin', () => {
  it.each([FOREIGN, 'null'])('is refused although its token is good: %s [COR-03][COR-05]', async (origin) => {
    const before = await edge.executions();
    const observed = await edge.observe({ headers: [bearer(token), ['Origin', origin]], body: CALL_TOOL });
    expect(observed.answer.status).toBe(403);
    expect(JSON.parse(observed.answer.body)).toEqual({
      jsonrpc: '2.0',
      error: { code: -32600, message: expect.any(String) as string },
    });
    for (const name of Object.keys(observed.answer.headers)) expect(name).not.toMatch(/^(access-control-|www-)/);
    edge.expectFailure(observed, 'origin_denied', [token]);
    expect(observed.lines[0]?.auth?.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(await edge.executions()).toBe(before);
  });

  it('is logged with its origin, made harmless, its address and the time [D5]', async () => {
    const { lines } = await edge.observe({ headers: [['Origin', `${FOREIGN}\xe2\x80\xae`]], body: CALL_TOOL });
    expect(lines).toMatchObject([
      {
        event: { name: 'auth.failure' },
        auth: { reason: 'origin_denied' },
        client: { ip: '127.0.0.1' },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        detail: `origin ${FOREIGN}\xe2\ufffd\xae`,
      },
    ]);
  });

  it('is refused in the form of a form, with and without a token [COR-10]', async () => {
    const before = await edge.executions();
    const form: WireRequest = {
      headers: [
        ['Origin', FOREIGN],
        ['Content-Type', 'text/plain'],
      ],
      body: CALL_TOOL,
    };
    expect((await edge.send(form)).status).toBe(403);
    expect((await edge.send({ ...form, headers: [...(form.headers ?? []), bearer(token)] })).status).toBe(403);
    // A browser that leaves Origin out, or an origin that may call, does not get further with such a body.
    for (const origin of [[], [['Origin', ORIGIN]]] satisfies WireRequest['headers'][]) {
      const plain: WireRequest = { headers: [...origin, ['Content-Type', 'text/plain']], body: CALL_TOOL };
      expect((await edge.send(plain)).status).toBe(401);
      expect((await edge.send({ ...plain, headers: [...(plain.headers ?? []), bearer(token)] })).status).toBe(415);
    }
    expect(await edge.executions()).toBe(before);
  });
});

describe('a refusal to an allowed origin', () => {
  it.each([
    [401, () => ({ body: LIST_TOOLS })],
    [401, () => ({ headers: [bearer('x'.repeat(43))], body: LIST_TOOLS })],
    [400, () => ({ headers: [bearer(token), bearer(token)], body: LIST_TOOLS })],
    [404, () => ({ method: 'GET', target: '/nothing', headers: [bearer(token)] })],
    [405, () => ({ method: 'GET', headers: [bearer(token)] })],
    [415, () => ({ headers: [bearer(token), ['Content-Type', 'text/plain'] as const], body: LIST_TOOLS })],
    [400, () => ({ headers: [bearer(token)], body: '{' })],
  ] satisfies [number, () => WireRequest][])('can be read by it: %i [COR-08]', async (status, request) => {
    const wire: WireRequest = request();
    const answer = await edge.send({ ...wire, headers: [...(wire.headers ?? []), ['Origin', ORIGIN]] });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(listed(answer.headers.vary)).toContain('origin');
    const exposed = listed(answer.headers['access-control-expose-headers']);
    expect(exposed).toEqual(expect.arrayContaining(['www-authenticate', 'mcp-session-id', 'retry-after']));
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('clients without an Origin', () => {
  it('are served as before, and are told nothing of origins [D5]', async () => {
    const answer = await edge.send({ headers: [bearer(token)], body: LIST_TOOLS });
    expect(answer.status).toBe(200);
    for (const name of Object.keys(answer.headers)) expect(name).not.toMatch(/^access-control-/);
  });
});

describe('the configuration of origins', () => {
  it.each([
    '*',
    'https://*.corp.test',
    'https://app.corp.test,*',
    '/https:\\/\\/.*\\.corp\\.test/',
    'https://app\\.corp\\.test',
    'https://(app|web).corp.test',
    'https://app.corp.test$',
    '^https://app.corp.test',
    'https://app.corp.test/',
    'https://app.corp.test/path',
    'https://app.corp.test?x',
    'https://user@app.corp.test',
    'https://APP.corp.test',
    'https://app.corp.test:443',
    'app.corp.test',
    'null',
    'file://',
    'https://app.corp.test,,https://b.corp.test',
  ])('stops the start at %s [COR-07][D5]', (value) => {
    const start = (): unknown => loadAppConfig({ ...MINIMAL_ENV, CORS_ALLOWED_ORIGINS: value });
    expect(start).toThrow(ConfigurationInvalid);
    expect(start).toThrow(/CORS_ALLOWED_ORIGINS: .*CORS_ALLOWED_ORIGINS=https:\/\/chat\.example\.com/);
  });

  it('takes exact ones, several, and none by default [D5]', () => {
    const of = (value?: string): readonly string[] =>
      loadAppConfig({ ...MINIMAL_ENV, CORS_ALLOWED_ORIGINS: value }).http.corsAllowedOrigins;
    expect(of('https://app.corp.test, http://localhost:5173,http://[::1]:8080')).toEqual([
      'https://app.corp.test',
      'http://localhost:5173',
      'http://[::1]:8080',
    ]);
    expect(of()).toEqual([]);
  });

  it('by default allows nobody, not even the page at its own address [D5]', async () => {
    const bare = await EdgeStack.start({ CORS_ALLOWED_ORIGINS: undefined });
    try {
      for (const origin of [ORIGIN, `https://${HOST}`]) {
        const { status, headers } = await bare.send({ headers: [['Origin', origin]], body: LIST_TOOLS });
        expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
      }
    } finally {
      await bare.close();
    }
  });
});
