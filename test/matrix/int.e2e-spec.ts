import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { IntrospectionService } from '../../src/auth/introspection.service.js';
import { BUSY_MS } from '../support/busy.js';
import { IntrospectionEndpoint } from '../support/introspection-endpoint.js';
import { LocalIssuer } from '../support/local-issuer.js';
import { MatrixApp, RESOURCE } from '../support/matrix-app.js';
import { leakedPiece } from '../support/no-leak.js';
import { rows } from '../support/rows.js';

/** 10,000 in the suite of its own. */
const FLOOD = Number(process.env.INTROSPECTION_FLOOD ?? 1000);
const MINUTE_MS = 60_000;

let server: IntrospectionEndpoint;
let issuer: LocalIssuer;
let app: MatrixApp;
let own: MatrixApp | undefined;

const API_KEY = randomBytes(32).toString('hex');

function start(env: Record<string, string> = {}): Promise<MatrixApp> {
  return MatrixApp.start({
    ...server.env,
    OIDC_ISSUER: issuer.url,
    OAUTH_AUDIENCE: RESOURCE,
    API_KEYS: API_KEY,
    ...env,
  });
}

beforeAll(async () => {
  [server, issuer] = await Promise.all([IntrospectionEndpoint.start(), LocalIssuer.start()]);
  app = await start();
});
afterAll(async () => {
  await app.close();
  await Promise.all([server.stop(), issuer.stop()]);
});
afterEach(async () => {
  vi.useRealTimers();
  server.fault = () => false;
  await own?.close();
  own = undefined;
});

const opaque = (): string => randomBytes(32).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);
const askedAfter = (token: string): number => server.asked.filter((asked) => asked === token).length;

/** Counters of introspections by outcome. */
async function introspections(of: MatrixApp): Promise<Record<string, number>> {
  const series = [...(await of.series())].filter(([name]) => name.startsWith('mcp_introspections_total'));
  return Object.fromEntries(series.map(([name, value]) => [/outcome="(\w+)"/.exec(name)?.[1] ?? '', value]));
}

describe('an opaque token that the authorization server knows [A13]', () => {
  it('lets its holder in with what the server says of it', async () => {
    const claims = { sub: 'bob', scope: 'cw:read cw:query', client_id: 'app1', aud: ['https://other.test', RESOURCE] };
    const judged = await app.present(server.activate(opaque(), claims));
    app.expectAccepted(judged, 'introspection');
    const line = judged.lines.find(({ event }) => event?.name === 'auth.success');
    expect(line?.principal).toMatchObject({
      issuer: server.url,
      subject: 'bob',
      client: 'app1',
      method: 'introspection',
    });
    expect(server.questions.at(-1)).toMatchObject({ method: 'POST', form: { token_type_hint: 'access_token' } });
    expect(server.questions.at(-1)?.contentType).toMatch(/^application\/x-www-form-urlencoded/);
  });

  it('is accepted for OAUTH_AUDIENCE, and without it for this server alone', async () => {
    own = await start({ OAUTH_AUDIENCE: 'https://one.test,https://two.test' });
    own.expectAccepted(await own.present(server.activate(opaque(), { aud: 'https://two.test' })), 'introspection');
    const elsewhere = server.activate(opaque(), { aud: RESOURCE });
    own.expectRefused(await own.present(elsewhere), elsewhere, 'aud_mismatch');
  });

  it('is named to clients as an authorization server', async () => {
    const document = await (await app.get('/.well-known/oauth-protected-resource')).json();
    expect(document).toMatchObject({ authorization_servers: [issuer.url, server.url] });
  });

  it('is nobody when OAUTH_ENABLED is false, and nobody is asked', async () => {
    own = await MatrixApp.start({ ...server.env, OAUTH_ENABLED: 'false', API_KEYS: API_KEY });
    const token = server.activate(opaque());
    own.expectRefused(await own.present(token), token, 'key_unknown');
    expect(askedAfter(token)).toBe(0);
    own.expectAccepted(await own.present(API_KEY), 'api-key');
  });

  it('is asked after at OAUTH_INTROSPECTION_URL when that is set, without discovery', async () => {
    const before = server.paths.length;
    own = await start({ OAUTH_INTROSPECTION_URL: `${server.url}/introspect` });
    own.expectAccepted(await own.present(server.activate(opaque())), 'introspection');
    expect(server.paths.slice(before).filter((path) => path !== '/introspect')).toEqual([]);
  });
});

describe('an API key beside opaque tokens [A6][A7]', () => {
  it('is compared before anybody is asked, whatever its shape', async () => {
    const dotted = `${opaque()}.with-a-dot`;
    own = await start({ API_KEYS: `${API_KEY},${dotted}` });
    for (const key of [API_KEY, dotted]) {
      own.expectAccepted(await own.present(key), 'api-key');
      expect(askedAfter(key)).toBe(0);
    }
  });

  it("never leaves the server when it begins like the server's own", async () => {
    for (const text of [`cwmcp_${opaque()}`, 'cwmcp_', 'cwmcp_a.b.c', `cwmcp_00000000_${'A'.repeat(43)}_000000`]) {
      app.expectRefused(await app.present(text), text, 'key_unknown');
      expect(askedAfter(text)).toBe(0);
    }
  });
});

describe('a token that is not active', () => {
  it.each([
    ['says so', { active: false }],
    ['has claims and yet says so', { active: false, sub: 'alice', aud: RESOURCE, exp: 4_102_444_800 }],
    ['says it as text', { active: 'true', sub: 'alice', aud: RESOURCE }],
    ['says it as a number', { active: 1, sub: 'alice', aud: RESOURCE }],
    ['says null', { active: null, sub: 'alice', aud: RESOURCE }],
  ])('is refused: the answer %s [INT-01]', async (_name, answer) => {
    const token = opaque();
    server.tokens.set(token, answer);
    app.expectRefused(await app.present(token), token, 'inactive');
  });
});

describe('an authorization server that gives no answer', () => {
  const forever = (response: ServerResponse): void => {
    const timer = setInterval(() => response.write(' '), 200);
    response.once('close', () => clearInterval(timer));
  };
  const answering =
    (body: string, status = 200, headers = {}) =>
    (response: ServerResponse) =>
      void response.writeHead(status, headers).end(body);

  it.each<[string, (response: ServerResponse) => void]>([
    ['500', answering('{"active":true}', 500)],
    ['401 to this client', answering('', 401)],
    ['HTML', answering('<html>login</html>')],
    ['an array', answering('[{"active":true}]')],
    ['nothing', answering('')],
    ['one member twice', answering('{"active":false,"active":true}')],
    ['more than 64 KB', answering(JSON.stringify({ active: true, filler: 'x'.repeat(65_536) }))],
    ['a redirect', answering('', 307, { location: '/introspect?again' })],
    ['a reset connection', (response) => response.destroy()],
    ['silence', () => undefined],
    ['a body that trickles', forever],
  ])('%s: the token is not judged, and is served as soon as the server answers [INT-02]', async (_name, fault) => {
    const token = server.activate(opaque());
    server.fault = (path, response) => {
      if (path !== '/introspect') return path.startsWith('/introspect') && Boolean(response.end('{"active":true}'));
      fault(response);
      return true;
    };
    const before = performance.now();
    app.expectUnavailable(await app.present(token), token, 'introspection_unavailable');
    expect(performance.now() - before).toBeLessThan(5000 + BUSY_MS);
    expect(server.paths).not.toContain('/introspect?again');
    server.fault = () => false;
    app.expectAccepted(await app.present(token), 'introspection');
  });

  it('an answer without `active` is an answer: nobody is let in [INT-02]', async () => {
    const token = opaque();
    server.tokens.set(token, { sub: 'alice', aud: RESOURCE });
    app.expectRefused(await app.present(token), token, 'inactive');
  });

  it('metadata that is for somebody else or names an insecure address is not followed', async () => {
    for (const change of [
      { issuer: 'https://elsewhere.test' },
      { introspection_endpoint: 'http://192.0.2.1/introspect' },
      { introspection_endpoint: undefined },
    ]) {
      server.fault = (path, response) =>
        path.startsWith('/.well-known/') &&
        Boolean(
          response.end(
            JSON.stringify({ issuer: server.url, introspection_endpoint: `${server.url}/introspect`, ...change }),
          ),
        );
      const other = await start();
      const token = server.activate(opaque());
      other.expectUnavailable(await other.present(token), token, 'introspection_unavailable');
      expect(askedAfter(token)).toBe(0);
      server.fault = () => false;
      other.expectAccepted(await other.present(token), 'introspection');
      await other.close();
    }
  });

  it('fails in every way at once: kept answers are served, the rest is 503 and never 401 [INT-02]', async () => {
    const known = Array.from({ length: 20 }, () => server.activate(opaque()));
    for (const token of known) app.expectAccepted(await app.present(token), 'introspection');
    let turn = 0;
    server.fault = (_path, response) => {
      const kind = turn++ % 4;
      if (kind < 2) response.writeHead(500).end();
      else if (kind === 2) response.destroy();
      else response.end('garbage');
      return true;
    };
    const statuses = async (tokens: readonly string[]): Promise<number[]> => {
      const answers = await Promise.all(tokens.map((token) => app.send(`Bearer ${token}`)));
      return [...new Set(answers.map(({ status }) => status))];
    };
    expect(await statuses(known)).toEqual([200]);
    expect(await statuses(Array.from({ length: 100 }, () => server.activate(opaque())))).toEqual([503]);
  });

  it('is the only way in: not ready until it answers, and alive all the while [INT-02]', async () => {
    server.fault = (_path, response) => Boolean(response.writeHead(500).end());
    own = await MatrixApp.start(server.env);
    const ready = async (): Promise<number> => (await own?.get('/health/ready'))?.status ?? 0;
    expect(await ready()).toBe(503);
    expect((await own.get('/health/live')).status).toBe(200);
    server.fault = () => false;
    await vi.waitFor(async () => expect(await ready()).toBe(200), { timeout: 15_000, interval: 100 });
  });
});

describe('an active token that is not for this server, not now or not to be presented', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['its time is over', { exp: now() - 120 }, 'expired'],
    ['its time has not come', { nbf: now() + 120 }, 'not_yet_valid'],
    ['its end is text', { exp: '4102444800' }, 'claim_invalid'],
    ['its beginning is text', { nbf: 'now' }, 'claim_invalid'],
    ['it is of another issuer', { iss: 'https://elsewhere.test' }, 'iss_mismatch'],
    ['its issuer is no text', { iss: 7 }, 'iss_mismatch'],
    ['it is for another API', { aud: 'https://other-api.test' }, 'aud_mismatch'],
    ['it is for a longer address', { aud: `${RESOURCE}/` }, 'aud_mismatch'],
    ['it is for nobody', { aud: undefined }, 'aud_mismatch'],
    ['its audience is odd', { aud: [RESOURCE, 7] }, 'aud_mismatch'],
    ['it is a refresh token', { token_type: 'refresh_token' }, 'typ_mismatch'],
    ['it is used to refresh', { token_use: 'refresh_token' }, 'typ_mismatch'],
    ['it is bound to a key it must come with', { token_type: 'DPoP' }, 'typ_mismatch'],
    ['its type is no text', { token_type: ['Bearer'] }, 'typ_mismatch'],
  ])('%s: refused [INT-04]', async (_name, claims, reason) => {
    const token = server.activate(opaque(), claims);
    app.expectRefused(await app.present(token), token, reason);
  });

  it('is refused when another client than the allowed ones was given it [INT-04]', async () => {
    own = await start({ OAUTH_ALLOWED_CLIENTS: 'app1' });
    const token = server.activate(opaque(), { client_id: 'app2' });
    own.expectRefused(await own.present(token), token, 'client_not_allowed');
    own.expectAccepted(await own.present(server.activate(opaque())), 'introspection');
  });

  it.each([
    ['no end', { exp: undefined }],
    ['no issuer', { iss: undefined }],
    ['no type', { token_type: undefined }],
    ['a type in other letters', { token_type: 'bearer' }],
  ])('is accepted with %s, since RFC 7662 makes it optional', async (_name, claims) => {
    app.expectAccepted(await app.present(server.activate(opaque(), claims)), 'introspection');
  });

  it('holds for half a minute of difference between the clocks and no longer [INT-04]', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const token = server.activate(opaque(), { exp: now() + 10 });
    app.expectAccepted(await app.present(token), 'introspection');
    vi.setSystemTime(Date.now() + 39_000);
    app.expectAccepted(await app.present(token), 'introspection');
    vi.setSystemTime(Date.now() + 2000);
    app.expectRefused(await app.present(token), token, 'expired');
  });

  it.each([
    ['a user name only', { username: 'alice' }],
    ['an e-mail only', { email: 'alice@corp.test', email_verified: true }],
    ['an empty subject', { sub: '' }],
    ['a subject that is a number', { sub: 7 }],
    ['a subject of 256 characters', { sub: 'a'.repeat(256) }],
  ])('is refused with %s: nothing stands in for the subject [INT-10]', async (_name, claims) => {
    const token = server.activate(opaque(), { sub: undefined, ...claims });
    app.expectRefused(await app.present(token), token, 'claim_invalid');
  });
});

describe('answers that are kept', () => {
  const REQUESTS = rows(1_000, 300);

  it(`one question serves ${REQUESTS} requests, and a revoked token is out within a minute [INT-05]`, async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const running = (own = await start());
    const token = server.activate(opaque());
    const begun = Date.now();
    const requests = async (count: number): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: count }, () => running.send(`Bearer ${token}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    };
    for (let round = 0; round < 10; round++) {
      await requests(REQUESTS / 10);
      vi.setSystemTime(begun + round * 3000);
    }
    expect(askedAfter(token)).toBe(1);
    expect(await introspections(own)).toMatchObject({ cached: expect.any(Number), active: 1 });
    expect((await introspections(own)).cached).toBeGreaterThanOrEqual(0.9 * REQUESTS);
    server.tokens.delete(token);
    vi.setSystemTime(begun + MINUTE_MS - 1000);
    await requests(1);
    vi.setSystemTime(begun + MINUTE_MS + 1000);
    own.expectRefused(await own.present(token), token, 'inactive');
    expect(askedAfter(token)).toBe(2);
  });

  it('are not kept beyond the end of the token, and refusals for ten seconds [INT-05]', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const short = server.activate(opaque(), { exp: now() + 5 });
    const unknown = opaque();
    for (const seconds of [0, 3, 3, 5]) {
      vi.setSystemTime(Date.now() + seconds * 1000);
      await app.present(short);
      await app.present(unknown);
    }
    expect(askedAfter(short)).toBe(3);
    expect(askedAfter(unknown)).toBe(2);
  });

  it('one question is asked for any number of first requests at once', async () => {
    const token = server.activate(opaque());
    const answers = await Promise.all(Array.from({ length: 300 }, () => app.send(`Bearer ${token}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(askedAfter(token)).toBe(1);
  });

  it('never mix up two tokens that begin and end alike, and hold no token [INT-12]', async () => {
    own = await start();
    const [head, tail] = [randomBytes(48).toString('base64url'), randomBytes(48).toString('base64url')];
    const tokens = ['alice', 'bob'].map((sub) => server.activate(`${head}-${sub}-${opaque()}-${tail}`, { sub }));
    const [alice = '', bob = ''] = tokens;
    const holders = new Map<string, string>();
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        Array.from({ length: REQUESTS / 10 }, async (_, index) => {
          const answer = await own?.send(`Bearer ${index % 2 === 0 ? alice : bob}`);
          return [String(answer?.headers['x-request-id']), index % 2 === 0 ? 'alice' : 'bob'] as const;
        }),
      );
      for (const [id, holder] of answers) holders.set(id, holder);
    }
    const lines = own.events('auth.success');
    expect(lines).toHaveLength(REQUESTS);
    expect(lines.filter((line) => line.principal?.subject !== holders.get(line.request_id ?? ''))).toEqual([]);
    // eslint-disable-next-line typescript/dot-notation
    const { active } = own.service(IntrospectionService)['cache'] as unknown as { active: Map<string, unknown> };
    const kept = [...active.entries()];
    const digests = tokens.map((token) => createHash('sha256').update(token).digest('base64url'));
    expect(kept.map(([key]) => key).sort()).toEqual(digests.sort());
    for (const token of tokens) expect(leakedPiece(JSON.stringify(kept), token)).toBeUndefined();
  });
});

describe('a flood of made-up tokens from one address [INT-06]', () => {
  it('costs no more questions than the address may fail, and good tokens are served', { timeout: 60_000 }, async () => {
    const running = (own = await start({ RATE_LIMIT_FAILED_AUTH: '20' }));
    const known = server.activate(opaque());
    own.expectAccepted(await own.present(known), 'introspection');
    const asked = server.asked.length;
    const statuses: number[] = [];
    for (let sent = 0; sent < FLOOD; sent += 250) {
      const burst = Array.from({ length: Math.min(250, FLOOD - sent) }, () => running.send(`Bearer ${opaque()}`));
      const served = own.send(`Bearer ${known}`);
      for (const answer of await Promise.all(burst)) statuses.push(answer.status);
      expect((await served).status).toBe(200);
    }
    expect(server.asked.length - asked).toBe(20);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(FLOOD - 20);
    // eslint-disable-next-line typescript/dot-notation
    expect(own.service(IntrospectionService)['cache'].size).toBeLessThanOrEqual(10_000);
    const limited = await own.present(opaque());
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    const failure = limited.lines.find(({ event }) => event?.name === 'auth.failure');
    expect(failure?.auth).toMatchObject({ method: 'introspection', reason: 'rate_limited' });
    own.expectAccepted(await own.present(API_KEY), 'api-key');
  });

  it('lets many good tokens of one address in at once, whatever its budget', async () => {
    const running = (own = await start({ RATE_LIMIT_FAILED_AUTH: '3' }));
    const tokens = Array.from({ length: 60 }, (_, index) => server.activate(opaque(), { sub: `user-${index}` }));
    const answers = await Promise.all(tokens.map((token) => running.send(`Bearer ${token}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(200));
  });
});

describe('a JWT [INT-08]', () => {
  it('of an unknown issuer, or forged, or broken is never sent to the authorization server', async () => {
    const asked = server.asked.length;
    const good = await issuer.sign({ aud: RESOURCE });
    const foreign = await issuer.sign({ aud: RESOURCE, iss: 'https://elsewhere.test' });
    app.expectRefused(await app.present(foreign), foreign, 'iss_mismatch');
    const ofServer = await issuer.sign({ aud: RESOURCE, iss: server.url });
    app.expectRefused(await app.present(ofServer), ofServer, 'iss_mismatch');
    const [head = '', body = '', signature = ''] = good.split('.');
    const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    app.expectRefused(await app.present(forged), forged, 'bad_signature');
    for (const broken of [`${head}.${body}`, head, `.${head}.${body}.${signature}`, `${head}.A.B.C.D`]) {
      app.expectRefused(await app.present(broken), broken, 'malformed');
    }
    app.expectAccepted(await app.present(good));
    expect(server.asked.length).toBe(asked);
  });
});
