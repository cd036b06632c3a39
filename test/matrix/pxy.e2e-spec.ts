import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  CALL_TOOL,
  EdgeStack,
  HOST,
  LIST_TOOLS,
  METADATA_URL,
  type Observed,
  ORIGIN,
  RESOURCE,
  type WireRequest,
  wireBytes,
} from '../support/edge-stack.js';
import { RawClient, rawExchange } from '../support/raw-http.js';
import { rows } from '../support/rows.js';

/** Requests whose ids are compared. */
const RECORDS = rows(10_000, 2_000);

const VICTIM = 'alice@example.com';

/** Reached directly: no proxy is trusted. */
let direct: EdgeStack;
/** Behind a balancer on this machine. */
let balanced: EdgeStack;
let attacker: string;

beforeAll(async () => {
  [direct, balanced] = await Promise.all([
    EdgeStack.start(),
    EdgeStack.start({ TRUSTED_PROXIES: '127.0.0.0/8', RATE_LIMIT_FAILED_AUTH: '3' }),
  ]);
  attacker = await direct.stack.token('bob');
});
afterAll(() => Promise.all([direct.close(), balanced.close()]));

const forwarded = (addresses: string): readonly [string, string] => ['X-Forwarded-For', addresses];
const ipsIn = ({ lines }: Observed): unknown[] => lines.map(({ client }) => client?.ip).filter(Boolean);

describe('the address of the client', () => {
  it('is the entry that the balancer appended, in audit records [PXY-01]', async () => {
    const headers = [forwarded('1.2.3.4, 203.0.113.9')];
    const good = await balanced.observe({ headers: [...headers, bearer(balanced.stack.apiKey)], body: LIST_TOOLS });
    expect([good.answer.status, ipsIn(good)]).toEqual([200, ['203.0.113.9']]);
    const bad = await balanced.observe({ headers, body: LIST_TOOLS });
    expect([bad.answer.status, ipsIn(bad)]).toEqual([401, ['203.0.113.9']]);
  });

  it('is that for the limit on failures too, whatever the client wrote to its left [PXY-01]', async () => {
    const attempt = async (addresses: string): Promise<number> => {
      const headers = [forwarded(addresses), bearer('x'.repeat(43))];
      return (await balanced.send({ headers, body: LIST_TOOLS })).status;
    };
    const statuses = [];
    for (const invented of ['8.8.8.1', '8.8.8.2', '8.8.8.3', '8.8.8.4', '8.8.8.5']) {
      statuses.push(await attempt(`${invented}, 203.0.113.77`));
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(await attempt('203.0.113.77, 203.0.113.78')).toBe(401);
  });

  it('labels no metric [PXY-01]', async () => {
    const metrics = await (await fetch(balanced.stack.app.metricsUrl)).text();
    expect(metrics).not.toMatch(/203\.0\.113|1\.2\.3\.4|8\.8\.8/);
  });

  it.each([
    'X-Forwarded-For: 1.2.3.4',
    'X-Forwarded-For: 1.2.3.4, 127.0.0.1',
    'X-Real-IP: 1.2.3.4',
    'Forwarded: for=1.2.3.4',
    'X-Client-IP: 1.2.3.4',
    'True-Client-IP: 1.2.3.4',
  ])('is the peer of the socket when no proxy is trusted: %s [PXY-03]', async (line) => {
    const [name = '', value = ''] = line.split(': ');
    for (const credential of [[], [bearer(attacker)]]) {
      const observed = await direct.observe({ headers: [[name, value], ...credential], body: LIST_TOOLS });
      expect(ipsIn(observed)).toEqual(['127.0.0.1']);
      expect(observed.log).not.toContain('1.2.3.4');
    }
  });
});

describe('X-User-Email', () => {
  const claimed: readonly [string, string] = ['X-User-Email', VICTIM];

  it('never outranks the token: audit, AWS session and limits are those of its subject [PXY-04][A15]', async () => {
    direct.stack.aws.calls.clear();
    const observed = await direct.observe({ headers: [bearer(attacker), claimed], body: CALL_TOOL });
    expect(observed.answer.status).toBe(200);
    const success = observed.lines.find(({ event }) => event?.name === 'auth.success');
    expect(success).toMatchObject({ principal: { subject: 'bob' }, ignored_identity_header: true });
    expect(success).not.toHaveProperty('claimed_user');
    for (const { principal } of observed.lines) expect(principal?.subject ?? 'bob').toBe('bob');
    expect(observed.log).not.toContain(VICTIM);
    const sessions = direct.stack.aws.calls.of('AssumeRole').map(({ input }) => input);
    expect(sessions).toMatchObject([{ RoleSessionName: expect.stringMatching(/^bob-/) as string }]);
    expect(JSON.stringify(sessions)).not.toMatch(/alice/);
    for (const { principalArn } of direct.stack.aws.calls.of('DescribeLogGroups')) {
      expect(principalArn).toMatch(/^arn:aws:sts::222222222222:assumed-role\/CloudWatchReader\/bob-/);
    }
  });

  it('is not spoken of when it is absent [PXY-04]', async () => {
    const { log } = await direct.observe({ headers: [bearer(attacker)], body: LIST_TOOLS });
    expect(log).not.toMatch(/ignored_identity_header|claimed_user/);
  });

  it('of an API-key caller is shown as what it is, a claim, and used for nothing [PXY-06][A15]', async () => {
    direct.stack.aws.calls.clear();
    const observed = await direct.observe({ headers: [bearer(direct.stack.apiKey), claimed], body: CALL_TOOL });
    expect(observed.answer.status).toBe(200);
    const success = observed.lines.find(({ event }) => event?.name === 'auth.success');
    expect(success).toMatchObject({ claimed_user: VICTIM, principal: { issuer: 'apikey' } });
    expect(success).not.toHaveProperty('ignored_identity_header');
    for (const line of observed.lines) expect(JSON.stringify(line.principal ?? {})).not.toContain('alice');
    expect(JSON.stringify(direct.stack.aws.calls.all())).not.toMatch(/alice/);
  });

  it.each([
    ['a forged line', 'a@corp.test"},"event":{"name":"auth.success"}', 'a@corp.test"},"event":{"name":"auth.success"}'],
    ['control characters', 'a\tb\xc2\x85c\xe2\x80\xaed', 'a\ufffdb\xc2\ufffdc\xe2\ufffd\xaed'],
    ['more than an address can be long', 'x'.repeat(300), `${'x'.repeat(254)}…`],
  ])('is made harmless for the record: %s [PXY-06]', async (_, value, recorded) => {
    const { lines } = await direct.observe({
      headers: [bearer(direct.stack.apiKey), ['X-User-Email', value]],
      body: LIST_TOOLS,
    });
    expect(lines.map(({ event, claimed_user: user }) => [event?.name, user])).toEqual([['auth.success', recorded]]);
  });

  it('buys no budget of its own [PXY-06]', async () => {
    const limited = await EdgeStack.start({ RATE_LIMIT_PER_USER: '3' });
    try {
      const statuses = [];
      for (const user of ['a', 'b', 'c', 'd']) {
        const headers = [bearer(limited.stack.apiKey), ['X-User-Email', `${user}@corp.test`] as const];
        statuses.push((await limited.send({ headers, body: LIST_TOOLS })).status);
      }
      expect(statuses).toEqual([200, 200, 200, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('X-Forwarded-Proto, -Host and -Port', () => {
  const SPOOFED: [string, string][] = [
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Host', 'evil.test'],
    ['X-Forwarded-Port', '1'],
    ['Forwarded', 'proto=http;host=evil.test'],
    ['X-Original-URL', '/health'],
    ['X-Rewrite-URL', '/health'],
    ['X-HTTP-Method-Override', 'OPTIONS'],
  ];
  const REQUESTS: [string, WireRequest][] = [
    ['the metadata', { method: 'GET', target: '/.well-known/oauth-protected-resource/mcp' }],
    ['a challenge', { body: LIST_TOOLS }],
    ['the root', { method: 'GET', target: '/' }],
    ['an allowed origin', { headers: [['Origin', ORIGIN]], body: LIST_TOOLS }],
    ['a foreign origin', { headers: [['Origin', 'http://evil.test']], body: LIST_TOOLS }],
    ['a foreign host', { host: 'evil.test', body: LIST_TOOLS }],
  ];

  it.each(REQUESTS)('change nothing about %s, behind a trusted proxy or not [PXY-07]', async (_, request) => {
    for (const edge of [direct, balanced]) {
      const plain = stable(await edge.send(request));
      for (const line of SPOOFED) {
        const spoofed = await edge.send({ ...request, headers: [...(request.headers ?? []), line] });
        expect(stable(spoofed), line.join(': ')).toEqual(plain);
      }
      expect(plain.headers).not.toHaveProperty('set-cookie');
      expect(plain.headers).not.toHaveProperty('location');
      expect(plain.headers['strict-transport-security']).toMatch(/^max-age=31536000/);
      expect(JSON.stringify(plain)).not.toContain('evil.test');
    }
  });

  it('leave the resource and its metadata where the configuration puts them [PXY-07]', async () => {
    const { body } = await direct.send({ ...REQUESTS[0]?.[1], headers: SPOOFED });
    expect(JSON.parse(body)).toMatchObject({ resource: RESOURCE });
    const { headers } = await direct.send({ headers: SPOOFED, body: LIST_TOOLS });
    expect(headers['www-authenticate']).toContain(`resource_metadata="${METADATA_URL}"`);
  });

  function stable({ status, headers, body }: Observed['answer']): Observed['answer'] {
    const { date: _d, 'x-request-id': _r, 'x-correlation-id': _c, ...others } = headers;
    return { status, headers: others, body };
  }
});

describe('request ids', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

  it.each([
    ['X-Request-Id', 'chosen-by-client', { correlation_id: 'chosen-by-client' }],
    ['X-Correlation-ID', 'ticket-4711', { correlation_id: 'ticket-4711' }],
    ['traceparent', `00-${TRACE}-00f067aa0ba902b7-01`, { trace_id: TRACE }],
  ])('are made here; a valid %s is kept beside them [PXY-09][D7]', async (name, value, kept) => {
    const { answer, lines } = await direct.observe({ headers: [[name, value]], body: LIST_TOOLS });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(lines).toMatchObject([{ request_id: answer.headers['x-request-id'], ...kept }]);
  });

  it.each([
    ['X-Request-Id', 'x'.repeat(10_240)],
    ['X-Request-Id', 'a b'],
    ['X-Request-Id', 'a"}{"event":1'],
    ['X-Correlation-ID', 'x'.repeat(10_240)],
    ['X-Correlation-ID', '<script>'],
    ['traceparent', `00-${TRACE}-00f067aa0ba902b7-01-x`],
    ['traceparent', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['traceparent', 'x'.repeat(10_240)],
  ])('drop a malformed %s: %s [PXY-09]', async (name, value) => {
    const { answer, lines, log } = await direct.observe({ headers: [[name, value]], body: LIST_TOOLS });
    const id = answer.headers['x-request-id'];
    expect(answer.headers['x-correlation-id']).toBe(id);
    expect(lines).toMatchObject([{ request_id: id, correlation_id: id }]);
    expect(lines[0]).not.toHaveProperty('trace_id');
    expect(log).not.toContain(value.slice(0, 20));
  });

  it('let no line be forged by a line break: the parser refuses it or reads another header [PXY-09]', async () => {
    const logged = direct.stack.log.text.length;
    for (const lineBreak of ['\r', '\n', '\r\n ']) {
      const bytes = wireBytes({ headers: [['X-Request-Id', `a${lineBreak}{"event":{"name":"auth.success"}}`]] });
      expect(await rawExchange(direct.port, bytes)).toMatchObject([{ status: 400 }]);
    }
    expect(direct.stack.log.text.slice(logged)).toBe('');
  });

  it(`are unique over ${RECORDS} audit records, although every client asks for the same [PXY-09]`, async () => {
    const logged = direct.stack.log.text.length;
    const clients = Array.from({ length: 4 }, () => new RawClient(direct.port));
    const bytes = wireBytes({ method: 'GET', headers: [['X-Request-Id', 'the-same']] });
    await Promise.all(
      clients.map(async (client) => {
        for (let sent = 0; sent < RECORDS / 4; sent += 1) await client.send(bytes);
        client.close();
      }),
    );
    const lines = direct.stack.log.text.slice(logged).split('\n');
    const ids = lines.filter((line) => line !== '').map((line) => /"request_id":"([^"]+)"/.exec(line)?.[1]);
    expect(ids).toHaveLength(RECORDS);
    expect(new Set(ids).size).toBe(RECORDS);
  });

  it('and the correlation id are on every line of a call, down to AWS [D7]', async () => {
    const { answer, lines } = await direct.observe({
      headers: [
        bearer(attacker),
        ['X-Correlation-ID', 'ticket-4711'],
        ['traceparent', `00-${TRACE}-00f067aa0ba902b7-01`],
      ],
      body: CALL_TOOL,
    });
    expect(answer.headers['x-correlation-id']).toBe('ticket-4711');
    expect(lines.map(({ event }) => event?.name)).toEqual(expect.arrayContaining(['aws.called', 'tool.called']));
    for (const line of lines) {
      expect(line).toMatchObject({
        request_id: answer.headers['x-request-id'],
        correlation_id: 'ticket-4711',
        trace_id: TRACE,
      });
    }
  });

  it('come back on every answer, also to strangers and at the border [D7]', async () => {
    for (const request of [{}, { target: '/' }, { host: 'evil.test' }, { host: HOST, target: '/%' }]) {
      const { headers } = await direct.send({ ...request, headers: [['X-Correlation-ID', 'ticket-4712']] });
      expect(headers['x-correlation-id']).toBe('ticket-4712');
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
