import dns from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { medianCpuMs } from '../support/cpu.js';
import { type Fixture, startFixture } from '../support/fixture-issuers.js';
import { METADATA_URL } from '../support/matrix-app.js';
import { materialise, recipe, recipeKey, recipesOf, variant } from '../support/token-recipes.js';

let shared: Fixture;
let own: Fixture | undefined;

beforeAll(async () => {
  shared = await startFixture({ extraKeys: ['ec384'] });
});
afterAll(() => shared.close());
afterEach(async () => {
  await own?.close();
  own = undefined;
});

/** Every recipe of a row is refused with the reason it names or one of its documented neighbours. */
function refusesEvery(row: string, title: string, ...neighbours: readonly string[]): void {
  describe(`${title} [${row}]`, () => {
    it.each(recipesOf(row).map((entry) => [entry.id, entry] as const))('%s is refused', async (_id, entry) => {
      await expectRefused(shared, materialise(entry), entry.expect.reason ?? '', ...neighbours);
    });
  });
}

async function expectRefused({ app }: Fixture, token: string, ...reasons: readonly string[]): Promise<void> {
  app.expectRefused(await app.present(token), token, ...reasons);
}

async function expectAccepted({ app }: Fixture, token: string): Promise<void> {
  app.expectAccepted(await app.present(token));
}

describe('a token as each issuer makes it', () => {
  it.each(['BASE-A', 'BASE-B', 'BASE-C', 'BASE-A-es'])('%s is accepted', async (id) => {
    await expectAccepted(shared, materialise(recipe(id)));
  });
});

refusesEvery('JWT-01', 'alg none without a signature');

describe('HMAC under the public key of the issuer [JWT-03]', () => {
  it.each(recipesOf('JWT-03').map((entry) => [entry.id, entry] as const))(
    '%s is refused without a word on the algorithm',
    async (_id, entry) => {
      const token = materialise(entry);
      const judged = await shared.app.present(token);
      shared.app.expectRefused(judged, token, 'alg_not_allowed');
      expect(judged.written.visible).not.toMatch(/HS256|algorithm/i);
    },
  );
});

describe('a key used with another algorithm of its type [JWT-04]', () => {
  it('is refused although the issuer may use both', async () => {
    own = await startFixture({ issuerA: { algorithms: ['RS256', 'PS256', 'ES256'] } });
    await expectRefused(own, materialise(recipe('JWT-04a')), 'alg_not_allowed');
    await expectAccepted(own, materialise(recipe('BASE-A')));
  });
});

refusesEvery('JWT-06', 'an ECDSA signature on the wrong curve or in DER');
describe('an ECDSA signature on the wrong curve', () => {
  it('is refused although the issuer may use both curves [JWT-06]', async () => {
    own = await startFixture({ extraKeys: ['ec384'], issuerA: { algorithms: ['ES256', 'ES384'] } });
    await expectRefused(own, materialise(recipe('JWT-06a')), 'alg_not_allowed');
    await expectRefused(own, materialise(recipe('JWT-06b')), 'alg_not_allowed');
    await expectAccepted(own, materialise(recipe('BASE-A-es')));
  });
});

refusesEvery('JWT-08', 'a critical header extension');
refusesEvery('JWT-11', 'a key that the token brings along');

describe('an address of keys that the token brings along [JWT-12]', () => {
  it('is never connected to nor looked up', async () => {
    let connections = 0;
    const listener = createServer((_request, response) => {
      response.end(JSON.stringify({ keys: [recipeKey('attacker').public] }));
    }).on('connection', () => connections++);
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const lookup = vi.spyOn(dns, 'lookup');
    const here = `http://127.0.0.1:${port}/jwks`;
    const attacker = { ...recipe('BASE-A'), sign: { key: 'attacker', alg: 'RS256' } };
    const headers = [
      { kid: 'attacker-1', jku: here },
      { kid: 'k1', x5u: here },
      { kid: 'k1', jku: 'https://keys.attacker.test/jwks' },
      { kid: 'k1', jku: here, x5u: 'https://keys.attacker.test/x5u', x5c: ['AAAA'], x5t: 'AAAA' },
    ].map((members) => JSON.stringify({ alg: 'RS256', typ: 'at+jwt', ...members }));
    const tokens = headers.map((header) => materialise({ ...attacker, header }));
    for (const token of [materialise(recipe('JWT-12a'), port), ...tokens]) {
      await expectRefused(shared, token, 'bad_signature', 'unknown_kid');
    }
    expect(connections).toBe(0);
    expect(lookup.mock.calls.map(([host]) => host).filter((host) => host.includes('attacker'))).toEqual([]);
    lookup.mockRestore();
    listener.close();
  });
});

describe('a token without a key id [JWT-14]', () => {
  it('is refused even when there is only one key', async () => {
    own = await startFixture({ published: [recipeKey('rsa1').public] });
    await expectRefused(own, materialise(recipe('JWT-14a')), 'unknown_kid');
    await expectAccepted(own, materialise(recipe('BASE-A')));
  });
});

describe('hostile key ids [JWT-16]', () => {
  it('are refused, cause one fetch of keys together, and cannot forge a log line', async () => {
    own = await startFixture();
    await expectAccepted(own, materialise(recipe('BASE-A')));
    const fetched = own.a.keyFetches;
    for (const entry of recipesOf('JWT-16')) {
      await expectRefused(own, materialise(entry), 'unknown_kid', ...(entry.id === 'JWT-16e' ? ['malformed'] : []));
    }
    const longest = variant('BASE-A', { header: { kid: 'k'.repeat(8192) } });
    await expectRefused(own, longest, 'malformed');
    expect(own.a.keyFetches - fetched).toBeLessThanOrEqual(1);
    const details = own.app.events('auth.failure').map(({ detail }) => detail ?? '');
    for (const detail of details) {
      expect(detail).not.toMatch(/\p{Cc}/u);
      expect(detail.length).toBeLessThan(160);
    }
    expect(own.app.log.text).not.toMatch(/k{65}/);
  });
});

refusesEvery('JWT-17', 'a header member that occurs twice');
refusesEvery('JWT-19', 'a token of another shape');

describe('no segment at all [JWT-19]', () => {
  it.each(['Bearer', 'Bearer ', 'Bearer .', 'Bearer ..'])('%j is refused', async (authorization) => {
    const { app } = shared;
    app.expectRefused(await app.judge(authorization), authorization.slice(7), 'malformed');
  });
});

describe('an encrypted token [JWT-20]', () => {
  const bomb = 'A'.repeat(7000);
  const tokens = recipesOf('JWT-20').map((entry): [string, string] => [entry.id, materialise(entry)]);
  const inflated = tokens[1]?.[1].replace('AAAAAAAAAAAAAAAA.AAAA', `AAAA.${bomb}`) ?? '';
  it.each([...tokens, ['a large compressed body', inflated] as [string, string]])(
    '%s is refused by its shape alone, in less than 5 ms of CPU',
    async (_id, token) => {
      await expectRefused(shared, token, 'malformed');
      expect(await medianCpuMs(() => shared.app.send(`Bearer ${token}`), 10)).toBeLessThan(5);
    },
  );
});

refusesEvery('JWT-21', 'base64 of another dialect');

describe('white space inside a token [JWT-21]', () => {
  it.each([' ', '\t'])('%j is refused in every segment', async (blank) => {
    const segments = materialise(recipe('BASE-A')).split('.');
    for (const index of segments.keys()) {
      const token = segments.map((text, at) => (at === index ? `${text.slice(0, 9)}${blank}${text.slice(9)}` : text));
      await expectRefused(shared, token.join('.'), 'malformed');
    }
  });
});

refusesEvery('JWT-23', 'a token that does not say it is an access token, of an issuer whose tokens do');

describe('the type of an access token [JWT-24]', () => {
  it.each(recipesOf('JWT-24').map((entry) => [entry.id, entry] as const))('%s is accepted', async (_id, entry) => {
    await expectAccepted(shared, materialise(entry));
  });
});

refusesEvery('JWT-26', 'an ID token');

describe('an ID token that names this server as its audience [JWT-26]', () => {
  it.each(['nonce', 'at_hash', 'c_hash'])('is known by its %s', async (member) => {
    await expectRefused(shared, variant('BASE-C', { claims: { [member]: 'x' } }), 'typ_mismatch');
  });
});

describe('a token of 20 KB [JWT-27]', () => {
  it('is answered 431, and the next request as always', async () => {
    const token = variant('BASE-A', { claims: { padding: 'p'.repeat(15_000) } });
    expect(token.length).toBeGreaterThan(20_000);
    const judged = await shared.app.present(token);
    expect(judged.status).toBe(431);
    shared.app.expectNoLeak(judged, token);
    await expectAccepted(shared, materialise(recipe('BASE-A')));
  });
});

describe('15,900 characters without a scheme [JWT-28]', () => {
  it('cost at most 2 s of CPU for 200 requests, and are told only where to sign in', async () => {
    const { app } = shared;
    const header = 'a'.repeat(15_900);
    const judged = await app.judge(header);
    expect(judged.status).toBe(401);
    expect(judged.headers['www-authenticate']).toBe(
      `Bearer realm="cloudwatch-mcp", resource_metadata="${METADATA_URL}"`,
    );
    expect(judged.counted).toEqual({ 'mcp_auth_failures_total{method="unknown",reason="missing"}': 1 });
    app.expectNoLeak(judged, header);
    const before = process.cpuUsage();
    for (let turn = 0; turn < 200; turn++) expect((await app.send(header)).status).toBe(401);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

refusesEvery('JWT-30', 'a payload that is no object');

describe('a claim of 2,500 nested arrays [JWT-32]', () => {
  it('is decided in less than 50 ms, with one line in the log', async () => {
    const [entry] = recipesOf('JWT-32');
    const token = materialise(entry ?? recipe('JWT-32a'));
    await expectRefused(shared, token, 'malformed');
    expect(await medianCpuMs(() => shared.app.send(`Bearer ${token}`))).toBeLessThan(50);
  });
});

refusesEvery('JWT-33', 'one bit changed', 'malformed', 'iss_mismatch');

describe('one bit changed anywhere [JWT-33]', () => {
  it('is refused, at 300 places of the token', async () => {
    const token = materialise(recipe('BASE-A'));
    const segments = token.split('.').map((segment) => Buffer.from(segment, 'base64url'));
    const places = segments.flatMap((bytes, segment) => [...bytes.keys()].map((at) => ({ segment, at })));
    const step = Math.ceil(places.length / 300);
    for (let place = 0; place < places.length; place += step) {
      const { segment, at } = places[place] ?? { segment: 0, at: 0 };
      const changed = segments.map((bytes) => Buffer.from(bytes));
      const target = changed[segment] ?? Buffer.alloc(0);
      target[at] = (target[at] ?? 0) ^ (1 << (place % 8));
      const forged = changed.map((bytes) => bytes.toString('base64url')).join('.');
      expect((await shared.app.send(`Bearer ${forged}`)).status, `segment ${segment}, byte ${at}`).toBe(401);
    }
    await expectAccepted(shared, token);
  });
});

refusesEvery('JWT-34', 'the key of another trusted issuer');

describe('a key of 1024 bits [JWT-36]', () => {
  it('verifies nothing and is named in a warning', async () => {
    own = await startFixture({ extraKeys: ['rsa1024'] });
    await expectRefused(own, materialise(recipe('JWT-36a')), 'unknown_kid');
    const warning = own.app.events('issuer.keys').find(({ issuer }) => issuer?.outcome === 'rejected-key');
    expect(warning).toMatchObject({ level: 'warn', detail: 'key size, kid "small"' });
    await expectAccepted(own, materialise(recipe('BASE-A')));
  });
});

describe('EdDSA [JWT-39]', () => {
  it('is refused although the issuer publishes such a key', async () => {
    own = await startFixture({ extraKeys: ['ed1'] });
    await expectRefused(own, materialise(recipe('JWT-39a')), 'alg_not_allowed');
  });
});
