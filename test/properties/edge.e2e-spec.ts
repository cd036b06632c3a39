import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  CALL_TOOL,
  EdgeStack,
  LIST_TOOLS,
  ORIGIN,
  type WireRequest,
  wireBytes,
} from '../support/edge-stack.js';
import { type RawAnswer, RawClient } from '../support/raw-http.js';
import { nearOrigins } from './near-origins.js';
import { type Credentials, decoys, OPEN_PATHS, strangersRequest } from './strangers-request.js';

/** Generated requests for each property. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);
const TIMEOUT_MS = 10_000 + RUNS * 20;
const ALLOWED = [ORIGIN, 'http://localhost:5173'];

let edge: EdgeStack;
let client: RawClient;
let credentials: Credentials;
/** What an open path says to everyone, by path. */
const documents = new Map<string, string>();

beforeAll(async () => {
  edge = await EdgeStack.start({ CORS_ALLOWED_ORIGINS: ALLOWED.join(','), LOG_LEVEL: 'INFO' });
  client = new RawClient(edge.port);
  const { issuer, apiKey } = edge.stack;
  const other = await issuer.mintToken({ sub: 'alice' }, { audience: 'https://other.test' });
  credentials = {
    token: await edge.stack.token('alice'),
    apiKey,
    stale: [other, await issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -60 })],
  };
  for (const target of OPEN_PATHS) documents.set(target, (await edge.send({ method: 'GET', target })).body);
});

afterAll(async () => {
  client.close();
  await edge.close();
});

const send = (request: WireRequest): Promise<RawAnswer | undefined> => client.send(wireBytes(request));

/** The path a request asks for, as the most lenient reader of it would see it. */
const pathOf = (target: string): string =>
  (target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/)[0] ?? '').toLowerCase().replace(/(?<=.)\/$/, '') || '/';

/** Whether a 2xx is one of the few answers everybody may have. */
function isOpen({ method, target = '', headers = [] }: WireRequest, { status, body }: RawAnswer): boolean {
  const named = (name: string): string[] =>
    headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  if (method === 'OPTIONS' && status === 204) {
    const origins = named('origin');
    return origins.length === 1 && origins[0] === ORIGIN && named('access-control-request-method').length === 1;
  }
  const document = documents.get(pathOf(target));
  if (document === undefined || status !== 200) return false;
  return method === 'HEAD' ? body === '' : method === 'GET' && body === document;
}

describe('Property 20: no protected path answers without a valid credential', () => {
  it(
    `holds for ${RUNS} requests, whatever their method, path, headers and credentials [A16][A11]`,
    async () => {
      const before = await edge.executions();
      const logged = edge.stack.log.text.length;
      const statuses = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(strangersRequest(credentials), async (request) => {
          const answer = await send(request);
          if (answer === undefined) return;
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (answer.status >= 400 && answer.status < 500) return;
          expect(isOpen(request, answer), `${answer.status} ${answer.body.slice(0, 200)}`).toBe(true);
        }),
        { numRuns: RUNS },
      );
      expect(await edge.executions()).toBe(before);
      expect(edge.stack.log.text.slice(logged).includes('auth.success')).toBe(false);
      // The requests must come as far as the guard for this to mean anything.
      expect(statuses.get(401) ?? 0).toBeGreaterThan(RUNS / 3);
      expect(statuses.get(200) ?? 0).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it('is no accident: the same headers with a valid credential are answered [A16]', async () => {
    await fc.assert(
      fc.asyncProperty(decoys, fc.constantFrom('token', 'apiKey'), async (headers, kind) => {
        const answer = await send({ headers: [...headers, bearer(credentials[kind])], body: LIST_TOOLS });
        expect(answer?.status).toBe(200);
      }),
      { numRuns: 200 },
    );
  });
});

describe('Property 21: no origin outside the allow-list is ever allowed', () => {
  const origins = (): fc.Arbitrary<readonly string[]> =>
    fc
      .oneof(
        { weight: 5, arbitrary: nearOrigins(ALLOWED).map((origin) => [origin]) },
        fc.array(fc.oneof(fc.constantFrom(...ALLOWED), nearOrigins(ALLOWED)), { minLength: 2, maxLength: 3 }),
      )
      .filter((lines) => lines.length > 1 || !ALLOWED.includes((lines[0] ?? '').replace(/^[ \t]+|[ \t]+$/g, '')));

  const requests = (): fc.Arbitrary<WireRequest> =>
    fc
      .record({
        origins: origins(),
        name: fc.constantFrom('Origin', 'origin', 'ORIGIN'),
        kind: fc.constantFrom('preflight', 'call', 'get'),
        target: fc.constantFrom('/mcp', '/mcp/tools/call', '/health', '/.well-known/oauth-protected-resource'),
        known: fc.boolean(),
        decoys,
      })
      .map(({ origins: lines, name, kind, target, known, decoys: others }) => ({
        method: { preflight: 'OPTIONS', call: 'POST', get: 'GET' }[kind],
        target,
        headers: [
          ...others,
          ...lines.map((line) => [name, line] as const),
          ...(known ? [bearer(credentials.apiKey)] : []),
          ...(kind === 'preflight' ? [['Access-Control-Request-Method', 'POST'] as const] : []),
        ],
        ...(kind === 'call' && { body: CALL_TOOL }),
      }));

  it(
    `holds for ${RUNS} requests with origins near an allowed one, and several at once [A16][COR-05]`,
    async () => {
      const before = await edge.executions();
      const statuses = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(requests(), async (request) => {
          const answer = await send(request);
          if (answer === undefined) return;
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          // 400: the parser refuses control characters in a header.
          expect([400, 403]).toContain(answer.status);
          for (const header of Object.keys(answer.headers)) expect(header).not.toMatch(/^access-control-/);
        }),
        { numRuns: RUNS },
      );
      expect(await edge.executions()).toBe(before);
      expect(statuses.get(403) ?? 0).toBeGreaterThan(RUNS / 2);
    },
    TIMEOUT_MS,
  );

  it('is no accident: the allowed ones are answered, as they are written [A16]', async () => {
    for (const origin of ALLOWED) {
      const headers = [['Origin', origin] as const];
      const called = await send({ headers: [...headers, bearer(credentials.apiKey)], body: LIST_TOOLS });
      const asked = await send({ method: 'OPTIONS', headers: [...headers, ['Access-Control-Request-Method', 'POST']] });
      for (const answer of [called, asked]) expect(answer?.headers['access-control-allow-origin']).toBe(origin);
      expect([called?.status, asked?.status]).toEqual([200, 204]);
    }
  });
});
