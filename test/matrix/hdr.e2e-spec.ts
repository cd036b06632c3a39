import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  CALL_TOOL,
  EdgeStack,
  HOST,
  LIST_TOOLS,
  METADATA_URL,
  ORIGIN,
  type WireRequest,
  wireBytes,
} from '../support/edge-stack.js';
import { rawExchange } from '../support/raw-http.js';

let edge: EdgeStack;
let token: string;

beforeAll(async () => {
  edge = await EdgeStack.start({ ALLOWED_HOSTS: `${HOST},mcp-internal.test` });
  token = await edge.stack.token('alice');
});
afterAll(() => edge.close());

const CHALLENGE = `Bearer realm="cloudwatch-mcp", resource_metadata="${METADATA_URL}"`;

/** The answer to a request that presented no usable credential. */
async function expectMissing(request: WireRequest, ...presented: readonly string[]): Promise<void> {
  const observed = await edge.observe(request);
  const { status, headers, body } = observed.answer;
  expect([status, headers['www-authenticate'], headers['cache-control']]).toEqual([401, CHALLENGE, 'no-store']);
  if (request.method !== 'HEAD') {
    expect(JSON.parse(body)).toEqual({ error: 'unauthorized', error_description: expect.any(String) as string });
  }
  edge.expectFailure(observed, 'missing', presented);
}

describe('the Authorization header', () => {
  it.each([
    ['good and bad', 'good', 'bad'],
    ['bad and good', 'bad', 'good'],
    ['good and good', 'good', 'good'],
  ])('answers 400 when there are two lines: %s [HDR-01]', async (_, ...pair) => {
    const bad = 'x'.repeat(43);
    const lines = pair.map((kind) => bearer(kind === 'good' ? token : bad));
    const observed = await edge.observe({ headers: lines, body: CALL_TOOL });
    expect(observed.answer.status).toBe(400);
    expect(observed.answer.headers['www-authenticate']).toMatch(
      /^Bearer realm="cloudwatch-mcp", error="invalid_request"/,
    );
    edge.expectFailure(observed, 'multiple_credentials', [token, bad]);
  });

  it.each(['bearer', 'BEARER', 'BeArEr'])('takes the scheme as %s [HDR-02]', async (scheme) => {
    const observed = await edge.observe({ headers: [['Authorization', `${scheme} ${token}`]], body: LIST_TOOLS });
    expect(observed.answer.status).toBe(200);
    expect(observed.counted).toEqual({ 'mcp_auth_success_total{method="jwt"}': 1 });
  });

  it.each(['Basic', 'JWT', 'DPoP', 'Digest', ''])('does not understand the scheme "%s" [HDR-04]', async (scheme) => {
    const value = `${scheme} ${token}`.trim();
    await expectMissing({ headers: [['Authorization', value]], body: LIST_TOOLS }, token);
  });

  it('is asked for, with the address of the metadata and no error, when it is absent [HDR-05]', async () => {
    await expectMissing({ body: LIST_TOOLS });
  });

  it.each([
    ['a form body', { headers: [['Content-Type', 'application/x-www-form-urlencoded']], body: 'access_token=' }],
    ['a cookie', { headers: [['Cookie', 'access_token=']] }],
    ['the query', { target: '/mcp?access_token=' }],
    ['another header', { headers: [['X-Api-Key', '']] }],
  ] satisfies [string, WireRequest][])('is the only place a token counts in, not %s [HDR-06]', async (_, request) => {
    const { headers = [], target, body } = request as WireRequest;
    const filled = (text: string): string => (/[=]$|^$/.test(text) ? `${text}${token}` : text);
    await expectMissing(
      {
        headers: headers.map(([name, value]) => [name, name === 'Content-Type' ? value : filled(value)] as const),
        ...(target !== undefined && { target: filled(target) }),
        body: body === undefined ? LIST_TOOLS : filled(body),
      },
      token,
    );
  });

  it('counts for nothing next to a form that is no JSON [HDR-06]', async () => {
    const answer = await edge.send({
      headers: [bearer(token), ['Content-Type', 'application/x-www-form-urlencoded']],
      body: `access_token=${token}`,
    });
    expect(answer.status).toBe(415);
  });

  it.each([
    ['without a scheme', 'a'.repeat(15_900)],
    ['as a bearer token', `Bearer ${'a'.repeat(15_900)}`],
    ['of spaces', `Bearer${' '.repeat(15_900)}x`],
  ])('costs at most 2 s of CPU for 200 requests with 15,900 characters %s [JWT-28]', async (_, value) => {
    const begun = process.cpuUsage();
    for (let sent = 0; sent < 200; sent += 1) {
      const { status } = await edge.send({ headers: [['Authorization', value]], body: LIST_TOOLS });
      expect(status).toBe(401);
    }
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

const HEAD = `POST /mcp HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\n`;
/** What a proxy that reads the first request otherwise would forward as the body of that, and we would execute. */
const smuggled = (): string => wireBytes({ headers: [bearer(token)], body: CALL_TOOL });

describe('a request that two parsers may read differently', () => {
  it.each([
    ['obsolete line folding', 'X-A: b\r\n c\r\n', ''],
    ['a folded Authorization', 'Authorization:\r\n Bearer x\r\n', ''],
    ['a bare line feed', 'X-A: b\nX-B: c\r\n', ''],
    ['a bare carriage return', 'X-A: b\rX-B: c\r\n', ''],
    ['a space before the colon', 'Content-Length : 5\r\n', ''],
    ['a header without a colon', 'Content-Length\r\n', ''],
    ['NUL in a value', 'X-A: b\0c\r\n', ''],
    ['NUL in a name', 'X-\0A: b\r\n', ''],
    ['Content-Length and Transfer-Encoding', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['Transfer-Encoding and Content-Length', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '0\r\n\r\n'],
    ['two different Content-Lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n', '{}   '],
    ['two equal Content-Lengths', 'Content-Length: 2\r\nContent-Length: 2\r\n', '{}'],
    ['a list of Content-Lengths', 'Content-Length: 2, 2\r\n', '{}'],
    ['a signed Content-Length', 'Content-Length: +2\r\n', '{}'],
    ['a hexadecimal Content-Length', 'Content-Length: 0x2\r\n', '{}'],
    ['a Transfer-Encoding that does not end in chunked', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
  ])('answers %s with 400, closes, and runs neither it nor what follows [HDR-08]', async (_, lines, body) => {
    const logged = edge.stack.log.text.length;
    const before = await edge.executions();
    const head = `${HEAD}Authorization: Bearer ${token}\r\n${lines}\r\n`;
    const answers = await rawExchange(edge.port, `${head}${body}${smuggled()}`);
    expect(answers).toMatchObject([{ status: 400, headers: { connection: 'close', 'cache-control': 'no-store' } }]);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: 'invalid_request' });
    expect(await edge.executions()).toBe(before);
    expect(edge.stack.log.text.slice(logged)).not.toContain('auth.');
  });

  it.each([
    ['no hexadecimal size', 'chunked', 'zz\r\n{}\r\n0\r\n\r\n'],
    ['a chunk longer than its size', 'chunked', '1\r\n{}\r\n0\r\n\r\n'],
    ['a bare line feed after the size', 'chunked', '2\n{}\r\n0\r\n\r\n'],
    ['an oversized size', 'chunked', `${'f'.repeat(17)}\r\n{}\r\n0\r\n\r\n`],
    ['an encoding nobody knows', 'xchunked', '2\r\n{}\r\n0\r\n\r\n'],
  ])('answers a body in chunks with %s with 400, closes, and runs no tool [HDR-08]', async (_, encoding, body) => {
    const logged = edge.stack.log.text.length;
    const before = await edge.executions();
    const head = `${HEAD}Authorization: Bearer ${token}\r\nTransfer-Encoding: ${encoding}\r\n\r\n`;
    for (const chunks of [[`${head}${body}${smuggled()}`], [head, `${body}${smuggled()}`]]) {
      const answers = await rawExchange(edge.port, ...chunks);
      expect(answers).toMatchObject([{ status: 400, headers: { connection: 'close' } }]);
    }
    expect(await edge.executions()).toBe(before);
    expect(edge.stack.log.text.slice(logged)).not.toContain('"level":"error"');
  });

  it.each([
    ['two Host lines', [`Host: ${HOST}`, 'Host: evil.test']],
    ['no Host line', []],
  ])('answers %s with 400 in JSON and closes [HDR-08]', async (_, hosts) => {
    const before = await edge.executions();
    const length = `Content-Length: ${CALL_TOOL.length}`;
    const head = ['POST /mcp HTTP/1.1', ...hosts, `Authorization: Bearer ${token}`, length].join('\r\n');
    const answers = await rawExchange(edge.port, `${head}\r\n\r\n${CALL_TOOL}`);
    expect(answers).toMatchObject([{ status: 400, headers: { connection: 'close', 'cache-control': 'no-store' } }]);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: 'invalid_request' });
    expect(await edge.executions()).toBe(before);
  });
});

describe('the address in a challenge', () => {
  it.each([
    ['another allowed Host', { host: 'mcp-internal.test' }],
    ['another allowed Host with a port', { host: 'mcp-internal.test:8080' }],
    ['X-Forwarded-Host', { headers: [['X-Forwarded-Host', 'evil.test']] }],
    ['Forwarded', { headers: [['Forwarded', 'host=evil.test;proto=http']] }],
    ['a target in absolute form', { target: `http://${HOST}/mcp` }],
  ] satisfies [string, WireRequest][])('is the configured one under %s [HDR-09]', async (_, request) => {
    await expectMissing({ ...request, body: LIST_TOOLS });
  });
});

describe('hostile headers', () => {
  it.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', '__defineGetter__'])(
    'named %s are as any other [HDR-11]',
    async (name) => {
      await expectMissing({
        headers: [
          [name, 'x'],
          [name, 'y'],
        ],
        body: LIST_TOOLS,
      });
      const known = await edge.send({ headers: [[name, 'x'], [name, 'y'], bearer(token)], body: LIST_TOOLS });
      expect(known.status).toBe(200);
    },
  );

  it.each([
    ['2,000 lines', [...Array(2000).keys()].map((index) => `X-${index}: a\r\n`).join('')],
    ['2,000 short lines', 'a:\r\n'.repeat(2000)],
    ['101 lines, the last with a second credential', `${'a: b\r\n'.repeat(98)}Authorization: Bearer x\r\n`],
    ['one of 17 KB', `X-A: ${'a'.repeat(17_000)}\r\n`],
    ['a target of 17 KB', ''],
  ])('of %s are refused with 431, and the next socket is served [HDR-12]', async (kind, lines) => {
    const head = kind.startsWith('a target') ? HEAD.replace('/mcp', `/mcp?${'a'.repeat(17_000)}`) : HEAD;
    const answers = await rawExchange(
      edge.port,
      `${head}Authorization: Bearer ${token}\r\n${lines}Content-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(answers).toMatchObject([{ status: 431, headers: { 'cache-control': 'no-store' } }]);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: 'invalid_request' });
    expect((await edge.send({ headers: [bearer(token)], body: LIST_TOOLS })).status).toBe(200);
  });

  it.each(['ELB-HealthChecker/2.0', 'kube-probe/1.30', 'Route53-Health-Check'])(
    'of the prober %s open nothing [HDR-16]',
    async (agent) => {
      await expectMissing({ headers: [['User-Agent', agent]], body: LIST_TOOLS });
      await expectMissing({ method: 'GET', headers: [['User-Agent', agent]] });
    },
  );
});

describe('methods on /mcp', () => {
  const OTHERS = METHODS.filter((method) => method !== 'POST' && method !== 'CONNECT');

  it('are all refused without a token, and but POST with one, as 405 [HDR-14]', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE']) expect(OTHERS).toContain(method);
    for (const method of OTHERS) {
      for (const target of ['/mcp', '/mcp/', '/mcp/tools/call']) {
        const stranger = await edge.send({ method, target });
        expect([method, target, stranger.status]).toEqual([method, target, 401]);
        const caller = await edge.send({ method, target, headers: [bearer(token)] });
        expect([method, caller.status, caller.headers.allow]).toEqual([method, 405, 'POST']);
      }
    }
  });

  it('are told apart from a preflight by its headers [HDR-14]', async () => {
    const statuses = [];
    for (const headers of [
      [],
      [['Origin', ORIGIN]],
      [['Access-Control-Request-Method', 'POST']],
    ] satisfies WireRequest['headers'][]) {
      statuses.push((await edge.send({ method: 'OPTIONS', headers })).status);
    }
    expect(statuses).toEqual([401, 401, 401]);
  });

  it('that are unknown are answered 400, and CONNECT is closed [HDR-14]', async () => {
    const unknown = await rawExchange(edge.port, wireBytes({ method: 'FOO', headers: [bearer(token)] }));
    expect(unknown).toMatchObject([{ status: 400, headers: { connection: 'close' } }]);
    const tunnel = wireBytes({ method: 'CONNECT', target: `${HOST}:443`, headers: [bearer(token)] });
    expect(await rawExchange(edge.port, tunnel)).toEqual([]);
  });

  it('of a stranger run into no handler that would answer HEAD as GET [HDR-14]', async () => {
    const observed = await edge.observe({ method: 'HEAD' });
    expect([observed.answer.status, observed.answer.body]).toEqual([401, '']);
    edge.expectFailure(observed, 'missing');
  });
});
