import { createPublicKey, KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssuerKeysClient } from '../../src/auth/issuers/issuer-keys.client.js';
import { acceptJwk } from '../../src/auth/issuers/jwk-policy.js';
import { readTokenHeader } from '../../src/auth/token-shape.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../src/config/signing-algorithms.js';
import { startTrusting } from '../support/fixture-issuers.js';
import {
  expectedVerdict,
  KEYS,
  SIGNATURES,
  signAnyhow,
  vectorGroups,
  type VectorGroup,
  vectorText,
} from '../support/jose-vectors.js';
import { LocalIssuer } from '../support/local-issuer.js';
import { type MatrixApp, RESOURCE } from '../support/matrix-app.js';
import { recipeKey, signCompact } from '../support/token-recipes.js';

let issuer: LocalIssuer;

beforeAll(async () => {
  issuer = await LocalIssuer.start();
});
afterAll(() => issuer.stop());

/** Header, key and signature as the server judges them, whatever the payload is. */
async function verifies(
  jws: string,
  published: readonly JWK[],
  algorithms: readonly SigningAlgorithm[] = SIGNING_ALGORITHMS,
): Promise<boolean> {
  const header = readTokenHeader(jws);
  if ('reason' in header) return false;
  issuer.published = [...published];
  const settings = { issuer: issuer.url, jwksUrl: `${issuer.url}/keys` };
  const keys = new IssuerKeysClient(settings, algorithms, () => undefined);
  const key = await keys.resolve(header.kid, header.alg, async () => true);
  if (!(key instanceof KeyObject)) return false;
  try {
    jwt.verify(jws, key, { algorithms: [...SIGNING_ALGORITHMS] });
    return true;
  } catch {
    return false;
  }
}

describe.each([
  [SIGNATURES, 401],
  [KEYS, 26],
])('%s at the signature layer [JWT-38]', (file, size) => {
  const groups = vectorGroups(file);

  it(`holds ${size} vectors`, () => {
    expect(groups.flatMap(({ tests }) => tests)).toHaveLength(size);
  });

  it.each(groups.map((group, index) => [index, group.comment, group] as const))(
    'group %i, %s: each is taken or refused as expected',
    async (_index, _comment, group) => {
      const wrong: string[] = [];
      for (const { tcId, comment, jws } of group.tests) {
        const expected = expectedVerdict(file, tcId);
        const verdict = (await verifies(jws, group.published)) ? 'accept' : 'reject';
        if (expected !== 'either' && verdict !== expected) wrong.push(`${tcId} ${comment}: ${verdict}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('the examples of RFC 7520 and its kin', () => {
  const example = (path: string): { input: { key: JWK }; output: { compact?: string; json?: object } } =>
    JSON.parse(vectorText(`rfc7520-cookbook/${path}`)) as ReturnType<typeof example>;
  const publicHalf = (jwk: JWK): JWK => createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' });

  it.each([
    ['jws/4_1.rsa_v15_signature.json', 'RS256'],
    ['jws/4_2.rsa-pss_signature.json', 'PS384'],
    ['jws/4_3.ecdsa_signature.json', 'ES512'],
  ] as const)('%s verifies [JWT-38]', async (path, algorithm) => {
    const { input, output } = example(path);
    const published = { ...publicHalf(input.key), kid: input.key.kid };
    expect(await verifies(output.compact ?? '', [published], [algorithm])).toBe(true);
    expect(await verifies(output.compact ?? '', [input.key], [algorithm])).toBe(false);
  });

  it.each([
    'jws/4_4.hmac-sha2_integrity_protection.json',
    'jws/4_5.signature_with_detached_content.json',
    'jws/4_6.protecting_specific_header_fields.json',
    'jws/4_7.protecting_content_only.json',
    'jws/4_8.multiple_signatures.json',
    'curve25519/jws.json',
    'rfc7797/4.2.hmac-sha2_b64_false.json',
    'rfc7797/hmac-sha2_b64_false.json',
  ])('%s is refused in every serialisation [JWT-38]', async (path) => {
    const { input, output } = example(path);
    for (const serialised of Object.values(output)) {
      const text = typeof serialised === 'string' ? serialised : JSON.stringify(serialised);
      expect(await verifies(text, [input.key].flat())).toBe(false);
    }
  });

  it('an unencoded payload is refused under an asymmetric algorithm too [JWT-38]', async () => {
    const { public: published, private: key } = recipeKey('rsa1');
    const header = (members: object): string => JSON.stringify({ alg: 'RS256', kid: 'k1', ...members });
    expect(await verifies(signCompact(header({}), 'text', key, 'RS256'), [published])).toBe(true);
    for (const members of [{ b64: false, crit: ['b64'] }, { b64: false }, { b64: true, crit: ['b64'] }]) {
      expect(await verifies(signCompact(header(members), 'text', key, 'RS256'), [published])).toBe(false);
    }
  });

  it.each([
    ['jwk/3_1.ec_public_key.json', 'ES512'],
    ['jwk/3_2.ec_private_key.json', 'private key'],
    ['jwk/3_3.rsa_public_key.json', 'RS256'],
    ['jwk/3_4.rsa_private_key.json', 'private key'],
    ['jwk/3_5.symmetric_key_mac_computation.json', 'key type'],
    ['jwk/3_6.symmetric_key_encryption.json', 'key type'],
  ])('%s as a published key: %s [JWT-38]', (path, expected) => {
    const answer = acceptJwk(JSON.parse(vectorText(`rfc7520-cookbook/${path}`)) as JWK, ['RS256', 'ES512']);
    expect(typeof answer === 'string' ? answer : answer.alg).toBe(expected);
  });
});

/** Trusts one issuer a group; issuer number n publishes the keys of group n. */
async function startWithGroups(groups: readonly VectorGroup[]): Promise<MatrixApp> {
  issuer.fault = (path, response) => {
    const group = groups[Number(/^\/keys\/(\d+)$/.exec(path)?.[1] ?? NaN)];
    return group !== undefined && Boolean(response.end(JSON.stringify({ keys: group.published })));
  };
  return startTrusting(
    groups.map((_, index) => ({
      profile: 'oidc',
      issuer: `https://group-${index}.test`,
      audiences: [RESOURCE],
      algorithms: [...SIGNING_ALGORITHMS],
      jwksUrl: `${issuer.url}/keys/${index}`,
    })),
  );
}

describe('the whole server', () => {
  it('refuses all 427 vectors as bearer tokens, each once, with one fetch of keys a group [JWT-38]', async () => {
    const groups = [...vectorGroups(SIGNATURES), ...vectorGroups(KEYS)];
    issuer.paths.length = 0;
    const app = await startWithGroups(groups);
    const vectors = groups.flatMap(({ tests }) => tests);
    const statuses = new Map<number, number>();
    for (const { jws } of vectors) {
      const { status } = await app.send(`Bearer ${jws}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 401: 427 });
    expect(app.events('auth.failure')).toHaveLength(427);
    const series = [...(await app.series())].filter(([name]) => name.startsWith('mcp_auth_'));
    expect(series.reduce((sum, [, value]) => sum + value, 0)).toBe(427);
    for (const index of groups.keys()) {
      expect(issuer.paths.filter((path) => path === `/keys/${index}`).length).toBeLessThanOrEqual(1);
    }
    await app.close();
  });

  describe('with perfect claims under odd keys', () => {
    const jwsGroups = vectorGroups(SIGNATURES);
    const jwkGroups = vectorGroups(KEYS);
    const odd = [jwkGroups[0], ...jwkGroups.slice(3, 8), ...jwkGroups.slice(17, 23), ...jwsGroups.slice(17, 21)].filter(
      (group) => group !== undefined,
    );
    let app: MatrixApp;

    beforeAll(async () => {
      app = await startWithGroups(odd);
    });
    afterAll(() => app.close());

    it.each(odd.map((group, index) => [index, group.comment, group] as const))(
      'group %i, %s: no key but a proper one is believed [JWT-38]',
      async (index, comment, group) => {
        const now = Math.floor(Date.now() / 1000);
        const claims = { iss: `https://group-${index}.test`, aud: RESOURCE, sub: 'mallory', iat: now, exp: now + 600 };
        const secrets = group.private.filter(({ d, k }) => d !== undefined || k !== undefined);
        for (const key of secrets) {
          const token = signAnyhow(claims, key);
          const judged = await app.present(token);
          // Nothing distinguishes a key with the ROCA weakness from a good one but its modulus.
          if (comment === 'rs256' && key.use === 'sig') app.expectAccepted(judged);
          else if (comment === 'jws_rsa_roca_key') expect([200, 401]).toContain(judged.status);
          else app.expectRefused(judged, token, 'unknown_kid', 'alg_not_allowed', 'bad_signature');
        }
      },
    );
  });
});
