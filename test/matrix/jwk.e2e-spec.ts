import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigurationInvalid } from '../../src/errors.js';
import { BUSY_MS } from '../support/busy.js';
import { answers, atKeys, floods, LocalIssuer, stalls } from '../support/local-issuer.js';
import { type AuditLine, MatrixApp, RESOURCE } from '../support/matrix-app.js';
import { rows } from '../support/rows.js';
import { recipeKey, recipeKeyNames, signCompact } from '../support/token-recipes.js';

const SECOND = 1000;
const TTL = 600 * SECOND;
const COOLDOWN = 30 * SECOND;

let issuer: LocalIssuer;
let app: MatrixApp | undefined;

beforeEach(async () => {
  issuer = await LocalIssuer.start();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  vi.useRealTimers();
  await issuer.stop();
});

/** The server trusting the one local issuer and nobody else. */
async function start(): Promise<MatrixApp> {
  app = await MatrixApp.start({ OIDC_ISSUER: issuer.url, OAUTH_AUDIENCE: RESOURCE });
  return app;
}

/** The server with the keys in its cache. */
async function startWarm(): Promise<MatrixApp> {
  const started = await start();
  await expectAccepted(started, await token());
  return started;
}

/** Lets the clock of the server and of the tokens be set; the network keeps its own time. */
function freezeClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-01T12:00:00Z') });
}

function advance(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

function token(kid = 'k1', header: Record<string, unknown> = {}): Promise<string> {
  return issuer.sign({ aud: RESOURCE }, { kid, header });
}

async function expectAccepted(server: MatrixApp, text: string): Promise<void> {
  server.expectAccepted(await server.present(text));
}

async function expectRefused(server: MatrixApp, text: string, ...reasons: readonly string[]): Promise<void> {
  server.expectRefused(await server.present(text), text, ...reasons);
}

async function expectUnavailable(server: MatrixApp, text: string): Promise<void> {
  server.expectUnavailable(await server.present(text), text);
}

const keyEvents = (server: MatrixApp, outcome: string): AuditLine[] =>
  server.events('issuer.keys').filter((line) => line.issuer?.outcome === outcome);

async function countedKeys(server: MatrixApp, outcome: string): Promise<number> {
  return (await server.series()).get(`mcp_issuer_keys_total{outcome="${outcome}"}`) ?? 0;
}

describe('a new key of the issuer [JWK-01]', () => {
  it('is found with one more fetch, and the old one stays good', async () => {
    const server = await startWarm();
    const counted = await countedKeys(server, 'fetched');
    await issuer.addKey('k2', 'RS256');
    const fetches = issuer.keyFetches;
    await expectAccepted(server, await token('k2'));
    await expectAccepted(server, await token('k1'));
    await expectAccepted(server, await token('k2'));
    expect(issuer.keyFetches - fetches).toBe(1);
    expect((await countedKeys(server, 'fetched')) - counted).toBe(1);
  });
});

describe('a key the issuer has withdrawn [JWK-02]', () => {
  it('verifies nothing once the time of the cached set is over', async () => {
    freezeClock();
    const server = await startWarm();
    await issuer.addKey('k2', 'RS256');
    issuer.published = issuer.published.filter(({ kid }) => kid !== 'k1');
    advance(TTL + SECOND);
    await expectRefused(server, await token('k1'), 'unknown_kid');
    await expectAccepted(server, await token('k2'));
  });
});

describe('an issuer whose keys cannot be fetched any more [JWK-05]', () => {
  it('loses no user for an hour, with a warning a minute, and is 503 after that', { timeout: 60_000 }, async () => {
    freezeClock();
    const server = await startWarm();
    issuer.fault = answers(500);
    advance(TTL);
    const text = await issuer.sign({ aud: RESOURCE, exp: Math.floor(Date.now() / SECOND) + 7200 });
    for (let elapsed = 0; elapsed < 10 * 60 * SECOND; elapsed += 10 * SECOND) {
      const statuses = await Promise.all(Array.from({ length: 5 }, () => server.send(`Bearer ${text}`)));
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      advance(10 * SECOND);
    }
    await expectAccepted(server, text);
    // One attempt a minute at most; a fetch that ends after the clock was set on puts the next one off.
    expect(keyEvents(server, 'stale').length).toBeGreaterThanOrEqual(5);
    expect(keyEvents(server, 'stale').length).toBeLessThanOrEqual(11);
    expect(new Set(keyEvents(server, 'stale').map(({ level }) => level))).toEqual(new Set(['warn']));
    expect(await countedKeys(server, 'stale')).toBeGreaterThanOrEqual(5);
    expect((await server.get('/health/ready')).status).toBe(200);
    advance(55 * 60 * SECOND);
    await server.send(`Bearer ${text}`);
    await expectUnavailable(server, text);
  });
});

describe('an issuer that is down when the server starts [JWK-06]', () => {
  it('is 503 and not ready, and heals within 5 s', { timeout: 60_000 }, async () => {
    issuer.fault = answers(500);
    const server = await start();
    const text = await token();
    await expectUnavailable(server, text);
    expect((await server.get('/health/ready')).status).toBe(503);
    expect((await server.get('/health/live')).status).toBe(200);
    expect(server.log.text).not.toContain(`${new URL(issuer.url).port}/keys`);
    issuer.heal();
    const healed = Date.now();
    await vi.waitFor(async () => expect((await server.send(`Bearer ${text}`)).status).toBe(200), { timeout: 15_000 });
    expect(Date.now() - healed).toBeLessThan(5000 + BUSY_MS);
    expect((await server.get('/health/ready')).status).toBe(200);
  });

  it('makes nobody an attacker: any number of attempts is answered 503, never 429', async () => {
    issuer.fault = answers(500);
    app = await MatrixApp.start({ OIDC_ISSUER: issuer.url, OAUTH_AUDIENCE: RESOURCE, RATE_LIMIT_FAILED_AUTH: '5' });
    const text = await token();
    for (let turn = 0; turn < 20; turn++) await expectUnavailable(app, text);
  });

  it('heals by its health checks alone', { timeout: 60_000 }, async () => {
    issuer.fault = answers(500);
    const server = await start();
    await vi.waitFor(() => expect(keyEvents(server, 'failed')).not.toEqual([]), { timeout: 15_000 });
    issuer.heal();
    await vi.waitFor(async () => expect((await server.get('/health/ready')).status).toBe(200), { timeout: 15_000 });
  });
});

describe('an issuer that takes connections and never answers [JWK-07]', () => {
  it('at all, for its keys, or to the end: 503 within 5 s', async () => {
    const faults = [stalls, atKeys(stalls), atKeys((_path, response) => response.write('{"keys":['))];
    const elapsed = await Promise.all(
      faults.map(async (fault) => {
        const silent = await LocalIssuer.start();
        silent.fault = fault;
        const server = await MatrixApp.start({ OIDC_ISSUER: silent.url, OAUTH_AUDIENCE: RESOURCE });
        const text = await silent.sign({ aud: RESOURCE });
        const begun = performance.now();
        await expectUnavailable(server, text);
        const milliseconds = performance.now() - begun;
        expect(keyEvents(server, 'failed')[0]).toMatchObject({ detail: 'no complete answer within 3000 ms' });
        await server.close();
        await silent.stop();
        return milliseconds;
      }),
    );
    for (const milliseconds of elapsed) expect(milliseconds).toBeLessThan(5000 + BUSY_MS);
  });
});

describe('an issuer that redirects to other keys [JWK-09]', () => {
  let elsewhere: Server;
  let hits: number;

  beforeEach(async () => {
    hits = 0;
    elsewhere = createServer((_request, response) => {
      hits += 1;
      response.end(JSON.stringify({ keys: issuer.published }));
    }).on('connection', () => (hits += 1));
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => elsewhere.close(resolve)));

  const targets = (): string[] => {
    const { port } = elsewhere.address() as AddressInfo;
    return [`http://127.0.0.1:${port}/keys`, `http://localhost:${port}/keys`, 'http://idp.attacker.test/keys'];
  };

  it.each([301, 302, 303, 307, 308])('is not followed when it answers %i', async (status) => {
    for (const location of targets()) {
      issuer.fault = atKeys(answers(status, { location }));
      const server = await start();
      await expectUnavailable(server, await token());
      expect(keyEvents(server, 'failed')[0]).toMatchObject({ level: 'warn', detail: 'redirect refused' });
      await server.close();
      app = undefined;
    }
    expect(hits).toBe(0);
  });

  it('is not followed for its discovery document either', async () => {
    const [location = ''] = targets();
    issuer.fault = answers(302, { location });
    await expectUnavailable(await start(), await token());
    expect(hits).toBe(0);
  });

  it('serves the keys it had while it redirects', async () => {
    freezeClock();
    const server = await startWarm();
    issuer.fault = atKeys(answers(302, { location: targets()[0] ?? '' }));
    advance(TTL);
    await expectAccepted(server, await token());
    await expectAccepted(server, await token());
    expect(keyEvents(server, 'stale')[0]).toMatchObject({ level: 'warn', detail: 'redirect refused' });
    expect(hits).toBe(0);
  });
});

describe('an issuer that answers 200 MB [JWK-10]', () => {
  it('is cut off after one, and memory does not grow by 30', async () => {
    await (await startWarm()).close();
    issuer.fault = atKeys(floods(200));
    const server = await start();
    const text = await token();
    let highest = 0;
    const before = process.memoryUsage.rss();
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 5);
    await expectUnavailable(server, text);
    clearInterval(watch);
    highest = Math.max(highest, process.memoryUsage.rss());
    expect((highest - before) / 2 ** 20).toBeLessThan(30);
    expect(keyEvents(server, 'failed')[0]).toMatchObject({ level: 'warn', detail: 'the answer is larger than 1 MB' });
  });

  it('serves the keys it had', async () => {
    freezeClock();
    const server = await startWarm();
    issuer.fault = atKeys(floods(200));
    advance(TTL);
    await expectAccepted(server, await token());
    expect(keyEvents(server, 'stale')[0]).toMatchObject({ detail: 'the answer is larger than 1 MB' });
  });
});

describe('a key set with members that may not verify [JWK-12]', () => {
  const ec = recipeKey('ec1');
  const rsa = recipeKey('rsa1');
  const withKid = (jwk: JWK, kid: string, change: Partial<JWK> = {}): JWK => ({ ...jwk, kid, ...change });

  it('skips those, says so once each, and keeps the good one', async () => {
    await issuer.addKey('bad-enc', 'RS256', { use: 'enc' });
    await issuer.addKey('bad-ops', 'RS256', { use: undefined, key_ops: ['encrypt'] });
    const secret = Buffer.from('a symmetric key of more than 32 bytes');
    issuer.published.push(
      { kty: 'oct', kid: 'bad-oct', alg: 'HS256', k: secret.toString('base64url') },
      { kty: 'oct', kid: 'bad-oct-rs', alg: 'RS256', k: secret.toString('base64url') },
      withKid(rsa.private, 'bad-private'),
      withKid(ec.public, 'bad-kty', { kty: 'XYZ' }),
      // On no curve at all: the library would throw.
      withKid(ec.public, 'bad-point', { y: ec.public.x ?? '' }),
      { kid: 'bad-empty', kty: '' },
    );
    issuer.published.push(...issuer.published.splice(0, 1));
    const server = await start();
    const claims = JSON.stringify({
      iss: issuer.url,
      aud: RESOURCE,
      sub: 'mallory',
      iat: Math.floor(Date.now() / SECOND),
      exp: Math.floor(Date.now() / SECOND) + 600,
    });
    const header = (kid: string, alg: string): string => JSON.stringify({ alg, kid });
    for (const kid of ['bad-enc', 'bad-ops']) await expectRefused(server, await token(kid), 'unknown_kid');
    const forged = [
      signCompact(header('bad-private', 'RS256'), claims, rsa.private, 'RS256'),
      signCompact(header('bad-oct-rs', 'RS256'), claims, rsa.private, 'RS256'),
      signCompact(header('bad-kty', 'ES256'), claims, ec.private, 'ES256'),
      signCompact(header('bad-point', 'ES256'), claims, ec.private, 'ES256'),
    ];
    for (const text of forged) await expectRefused(server, text, 'unknown_kid');
    const symmetric = signCompact(header('bad-oct', 'HS256'), claims, rsa.private, 'RS256');
    await expectRefused(server, symmetric, 'alg_not_allowed');
    await expectAccepted(server, await token());
    const warned = keyEvents(server, 'rejected-key');
    for (const kid of ['bad-enc', 'bad-ops', 'bad-oct', 'bad-private', 'bad-kty', 'bad-point']) {
      expect(
        warned.filter(({ detail }) => detail?.endsWith(`kid "${kid}"`)),
        kid,
      ).not.toEqual([]);
    }
    expect(new Set(warned.map(({ level }) => level))).toEqual(new Set(['warn']));
    for (const material of [rsa.private.d, rsa.private.p, secret.toString('base64url')]) {
      expect(server.log.text).not.toContain(material?.slice(0, 16));
    }
  });
});

describe('a key replaced under its own id [JWK-14]', () => {
  it('is taken once the time of the cached set is over, without a fetch for each failure before', async () => {
    freezeClock();
    const server = await startWarm();
    issuer.published = [];
    await issuer.addKey('k1', 'RS256');
    const fetches = issuer.keyFetches;
    for (let turn = 0; turn < 10; turn++) {
      await expectRefused(server, await token(), 'bad_signature');
      advance(COOLDOWN);
    }
    expect(issuer.keyFetches - fetches).toBeLessThanOrEqual(10);
    advance(TTL - 10 * COOLDOWN);
    await expectAccepted(server, await token());
  });
});

const AT_ONCE = rows(1_000, 250);

describe(`${AT_ONCE} first requests at once [JWK-15]`, () => {
  it('wait for one fetch of keys and are all served', async () => {
    issuer.delayKeys(300);
    const server = await start();
    const text = await token();
    const all = await Promise.all(Array.from({ length: AT_ONCE }, () => server.send(`Bearer ${text}`)));
    expect(all.filter(({ status }) => status !== 200)).toEqual([]);
    expect(issuer.keyFetches).toBe(1);
    expect(await countedKeys(server, 'fetched')).toBe(1);
  });
});

describe('an address of an issuer that is not safe [JWK-17]', () => {
  const SAFE = {
    OIDC_ISSUER: 'https://idp.example.com',
    AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  };
  const ADDRESSES = [
    'http://idp.secret-host.example',
    'file:///etc/secret-host',
    'https://user:secret-host@idp.example.com',
    'ftp://idp.secret-host.example',
    'javascript:secret-host',
    'secret-host',
  ];
  const VARIABLES = [
    'OIDC_ISSUER',
    'OAUTH_ISSUER',
    'OAUTH_JWKS_URL',
    'AWS_IDENTITY_CENTER_ISSUER',
    'OAUTH_INTROSPECTION_URL',
  ];

  it.each(VARIABLES)('in %s stops the start, and is named without its value', (name) => {
    for (const address of ADDRESSES) {
      const explicit = name === 'OAUTH_JWKS_URL' ? { OAUTH_ISSUER: 'https://idp2.example.com' } : {};
      const attempt = (): unknown => loadAppConfig({ ...SAFE, ...explicit, [name]: address });
      expect(attempt, address).toThrow(ConfigurationInvalid);
      expect(attempt, address).toThrow(new RegExp(`- ${name}: `));
      expect(attempt, address).not.toThrow(/secret-host/);
    }
  });

  it.each(['issuer', 'jwksUrl'])('as %s in ISSUERS_FILE stops the start, and is named without its value', (field) => {
    const folder = mkdtempSync(join(tmpdir(), 'issuers-'));
    const file = join(folder, 'issuers.yaml');
    for (const address of ADDRESSES) {
      writeFileSync(file, JSON.stringify([{ profile: 'oidc', issuer: 'https://idp2.example.com', [field]: address }]));
      const attempt = (): unknown => loadAppConfig({ ...SAFE, ISSUERS_FILE: file });
      expect(attempt, address).toThrow(ConfigurationInvalid);
      expect(attempt, address).toThrow(new RegExp(`- ISSUERS_FILE line 1: ${field}: `));
      expect(attempt, address).not.toThrow(/secret-host/);
    }
    rmSync(folder, { recursive: true });
  });

  it('ends the process with 1 and one line for the variable', { timeout: 120_000 }, async () => {
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    for (const address of ADDRESSES.slice(0, 3)) {
      const child = spawn(process.execPath, [main], { env: { ...SAFE, OIDC_ISSUER: address } });
      let written = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
      }
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).toBe(1);
      expect(written.split('\n').filter((line) => line.includes('OIDC_ISSUER: '))).toHaveLength(1);
      expect(written).not.toContain('secret-host');
      expect(written).not.toMatch(/\n\s+at /);
    }
  });

  it.each([
    'http://idp.attacker.test/keys',
    'file:///etc/passwd',
    'https://user:pass@idp.attacker.test/keys',
    'data:,',
  ])('in the discovery document (%s) is not fetched', async (address) => {
    issuer.fault = (path, response) =>
      path === '/.well-known/openid-configuration' &&
      Boolean(response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: address })));
    const server = await start();
    await expectUnavailable(server, await token());
    expect(issuer.keyFetches).toBe(0);
  });
});

describe('a key that everyone can have [JWK-19]', () => {
  it('verifies nothing while the keys of the issuer cannot be fetched', async () => {
    issuer.fault = answers(500);
    const server = await start();
    const claims = JSON.stringify({
      iss: issuer.url,
      aud: RESOURCE,
      sub: 'mallory',
      iat: Math.floor(Date.now() / SECOND),
      exp: Math.floor(Date.now() / SECOND) + 600,
    });
    for (const name of recipeKeyNames) {
      const { kid, alg } = recipeKey(name).public;
      const header = JSON.stringify({ alg, kid });
      const text = signCompact(header, claims, recipeKey(name).private, alg ?? '');
      const judged = await server.present(text);
      if (judged.status === 401) server.expectRefused(judged, text, 'alg_not_allowed');
      else server.expectUnavailable(judged, text);
    }
  });
});
