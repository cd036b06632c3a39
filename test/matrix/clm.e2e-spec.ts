import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLOCK_TOLERANCE_SECONDS } from '../../src/auth/claims-policy.js';
import { BUSY_MS } from '../support/busy.js';
import { type Fixture, startFixture } from '../support/fixture-issuers.js';
import type { Judgement } from '../support/matrix-app.js';
import { ALICE_ROLE, type Stack, startStack } from '../support/stack.js';
import { materialise, recipe, recipesOf, variant } from '../support/token-recipes.js';

let shared: Fixture;
let own: Fixture | undefined;

beforeAll(async () => {
  shared = await startFixture();
});
afterAll(() => shared.close());
afterEach(async () => {
  await own?.close();
  own = undefined;
});

/** Every recipe of a row gets the answer it names. */
function answersEvery(row: string, title: string): void {
  describe(`${title} [${row}]`, () => {
    it.each(recipesOf(row).map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
      const token = materialise(entry);
      const judged = await shared.app.present(token);
      if (entry.expect.status === 200) shared.app.expectAccepted(judged);
      else shared.app.expectRefused(judged, token, entry.expect.reason ?? '');
    });
  });
}

async function expectRefused({ app }: Fixture, token: string, ...reasons: readonly string[]): Promise<Judgement> {
  const judged = await app.present(token);
  app.expectRefused(judged, token, ...reasons);
  return judged;
}

async function expectAccepted({ app }: Fixture, token: string): Promise<Judgement> {
  const judged = await app.present(token);
  app.expectAccepted(judged);
  return judged;
}

answersEvery('CLM-01', 'a token without an end');

describe('an end that is no number [CLM-01]', () => {
  it.each([null, '4102444800', [4_102_444_800], true, -1, 0])('%j is refused', async (exp) => {
    await expectRefused(shared, variant('BASE-A', { claims: { exp } }), 'claim_invalid', 'expired');
  });
});

answersEvery('CLM-02', 'the end, give or take the tolerance');
answersEvery('CLM-04', 'the beginning, give or take the tolerance');
answersEvery('CLM-05', 'a token made in the future, or at no time');
answersEvery('CLM-07', 'a token for another API');

describe('a token for another API [CLM-07]', () => {
  it.each([null, [], {}, 7, ['https://other-api.test'], [['https://mcp.test/mcp']], undefined])(
    'aud %j is refused',
    async (aud) => {
      await expectRefused(shared, variant('BASE-A', { claims: { aud } }), 'aud_mismatch');
    },
  );
});

describe('a token for several APIs, this one among them [CLM-08]', () => {
  it('is accepted, and the audit record tells for how many', async () => {
    const judged = await expectAccepted(shared, materialise(recipe('CLM-08a')));
    expect(judged.lines.find((line) => line.event?.name === 'auth.success')?.auth).toMatchObject({ audiences: 2 });
  });
});

answersEvery('CLM-10', 'an audience that is almost this server');
answersEvery('CLM-11', 'an issuer with one slash more than configured');

describe('an issuer with one slash less than configured [CLM-11]', () => {
  it('is refused', async () => {
    own = await startFixture({ issuerA: { issuer: 'https://idp-a.test/' } });
    await expectRefused(own, materialise(recipe('BASE-A')), 'iss_mismatch');
    await expectAccepted(own, materialise(recipe('CLM-11a')));
  });
});

answersEvery('CLM-13', 'a token of a client that is not allowed');

describe('the client of a token [CLM-13]', () => {
  it.each([
    ['azp alone', { client_id: undefined, azp: 'evil-app' }],
    ['client_id alone', { client_id: 'evil-app' }],
    ['no client at all', { client_id: undefined }],
    ['a list', { client_id: ['app1'] }],
    ['another azp beside an allowed client_id', { client_id: 'app1', azp: 'evil-app' }],
  ])('%s is judged', async (_title, claims) => {
    await expectRefused(shared, variant('BASE-A', { claims }), 'client_not_allowed');
  });
});

answersEvery('CLM-15', 'the access token of a user pool, its client and its use');

describe('the token of another user pool [CLM-16]', () => {
  it('is refused without a fetch of keys', async () => {
    await expectAccepted(shared, materialise(recipe('BASE-B')));
    const paths = [shared.a, shared.b, shared.c].map((issuer) => issuer.paths.length);
    const judged = await expectRefused(shared, materialise(recipe('CLM-16a')), 'iss_mismatch');
    expect([shared.a, shared.b, shared.c].map((issuer) => issuer.paths.length)).toEqual(paths);
    expect(judged.lines.map((line) => line.event?.name)).toEqual(['auth.failure']);
  });
});

answersEvery('CLM-17', 'a token about nobody');

describe('a subject that is no name [CLM-17]', () => {
  it.each([null, '', 7, ['u1'], 'a\u0000b', 'x'.repeat(256)])('%j is refused', async (sub) => {
    await expectRefused(shared, variant('BASE-A', { claims: { sub } }), 'claim_invalid');
  });
});

answersEvery('CLM-19', 'a claim that occurs twice');

describe('an e-mail address [CLM-21]', () => {
  const unverified = [
    ['CLM-21a', materialise(recipe('CLM-21a'))],
    ['CLM-21b', materialise(recipe('CLM-21b'))],
    ['missing', variant('BASE-A', { claims: { email: 'a@corp.example' } })],
    ['1', variant('BASE-A', { claims: { email: 'a@corp.example', email_verified: 1 } })],
  ] as const;
  it.each(unverified)('that is not verified (%s) is shown nowhere', async (_title, token) => {
    const judged = await expectAccepted(shared, token);
    const line = judged.lines.find(({ event }) => event?.name === 'auth.success');
    expect(line?.principal).toMatchObject({ issuer: 'https://idp-a.test', subject: 'u1', name: 'u1' });
    expect(line?.principal).not.toHaveProperty('email');
    expect(judged.written.log).not.toContain('corp.example');
  });

  it('that is verified is recorded beside the same subject', async () => {
    const token = variant('BASE-A', { claims: { email: 'a@corp.example', email_verified: true } });
    const judged = await expectAccepted(shared, token);
    expect(judged.lines.find(({ event }) => event?.name === 'auth.success')?.principal).toMatchObject({
      subject: 'u1',
      email: 'a@corp.example',
    });
  });
});

describe('a token that ends while an answer is on its way [CLM-26]', () => {
  const MODERN = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };

  function post(token: string, method: string, params: object, name?: string): Promise<Response> {
    return fetch(stack.endpoint, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(name !== undefined && { 'mcp-name': name }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: MODERN } }),
    });
  }

  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.close());

  it('lets the call in flight finish, and refuses the next request', async () => {
    const token = await stack.issuer.mintToken(
      { sub: 'alice', 'custom:role_arn': ALICE_ROLE },
      // Its end lies behind it already, but for four seconds of the tolerance.
      { expiresInSeconds: 4 - CLOCK_TOLERANCE_SECONDS },
    );
    const name = 'execute_log_insights_query';
    const query = {
      log_group_names: ['/shop/checkout'],
      start_time: 'now-1h',
      end_time: 'now',
      query_string: 'fields @message | limit 1 # takes 5s',
      max_timeout: 20,
    };
    const begun = Date.now();
    const answer = await post(token, 'tools/call', { name, arguments: query }, name);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const text = await answer.text();
    expect(Date.now() - begun).toBeGreaterThan(4000);
    expect(text).toContain('"Complete"');
    const next = await post(token, 'tools/list', {});
    expect(next.status).toBe(401);
    expect(next.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('keeps no stream that could outlive it: a subscription is confirmed and ended at once', async () => {
    const begun = Date.now();
    const answer = await post(await stack.token('alice'), 'subscriptions/listen', {
      notifications: { toolsListChanged: true },
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('"resultType":"complete"');
    expect(Date.now() - begun).toBeLessThan(2000 + BUSY_MS);
  });
});
