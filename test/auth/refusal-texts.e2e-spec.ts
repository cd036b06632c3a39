import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, EdgeStack, LIST_TOOLS, METADATA_URL, ORIGIN, type WireRequest } from '../support/edge-stack.js';
import { leakedPiece } from '../support/no-leak.js';

let edge: EdgeStack;
let token: string;

beforeAll(async () => {
  edge = await EdgeStack.start();
  token = await edge.stack.token('alice');
});
afterAll(() => edge.close());

const minted = (claims: object, options: object = {}): Promise<string> =>
  edge.stack.issuer.mintToken({ sub: 'alice', ...claims }, options);

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

function signedByAnother(): Promise<string> {
  const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new SignJWT({ iss: edge.stack.issuer.issuer, aud: edge.stack.endpoint, sub: 'alice', client_id: 'minted' })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
}

type Presented = () => string | undefined | Promise<string | undefined>;

/** The five texts of a failed sign-in, each with every way to it that a client can take. */
const FIVE: readonly [text: RegExp, error: string | undefined, ways: Readonly<Record<string, Presented>>][] = [
  [
    /^Authentication is required\. Send one Authorization header/,
    undefined,
    { 'no header': () => undefined, 'another scheme': () => `Basic ${token}`, 'no scheme': () => token },
  ],
  [
    /^The Authorization header is malformed\. Send Bearer, one space,/,
    'invalid_token',
    {
      'nothing behind the scheme': () => 'Bearer',
      'two words behind it': () => `Bearer ${token} ${token}`,
      quotes: () => `Bearer "${token}"`,
      'a token beyond 8 KB': () => `Bearer ${'a'.repeat(8193)}`,
    },
  ],
  [
    /^The access token (or API key )?has expired\. Refresh/,
    'invalid_token',
    { 'an expired token': async () => `Bearer ${await minted({}, { expiresInSeconds: -3600 })}` },
  ],
  [
    /^The access token is not valid for this server\.$/,
    'invalid_token',
    {
      'another audience': async () => `Bearer ${await minted({}, { audience: 'https://other.test' })}`,
      'another issuer': async () => `Bearer ${await minted({ iss: 'https://other.test' })}`,
      'an unknown key': async () => `Bearer ${await minted({}, { header: { kid: 'unknown' } })}`,
      "another's signature": async () => `Bearer ${await signedByAnother()}`,
      'no algorithm': async () => `Bearer ${(await minted({})).replace(/^[^.]+/, noAlgorithm())}`,
      'a time to come': async () => `Bearer ${await minted({ nbf: inAnHour() })}`,
      'no subject': async () => `Bearer ${await minted({ sub: '' })}`,
    },
  ],
  [
    /^The API key is not known to this server\.$/,
    'invalid_token',
    {
      'an unknown key': () => `Bearer ${'x'.repeat(43)}`,
      'a key with one character changed': () => `Bearer ${edge.stack.apiKey.slice(0, -1)}-`,
      'a key half typed': () => `Bearer ${edge.stack.apiKey.slice(0, 20)}`,
    },
  ],
];

const noAlgorithm = (): string => Buffer.from('{"alg":"none","kid":"x"}').toString('base64url');

const WAYS = FIVE.flatMap(([text, error, ways]) =>
  Object.entries(ways).map(([way, presented]) => [way, text, error, presented] as const),
);

const asked = async (presented: Presented): Promise<WireRequest> => {
  const value = await presented();
  return { headers: value === undefined ? [] : [['Authorization', value]], body: LIST_TOOLS };
};

describe('the text of a failed sign-in', () => {
  it.each(WAYS)('for %s is %s, in the body and in the challenge [A9][A10]', async (_, text, error, presented) => {
    const { status, headers, body } = await edge.send(await asked(presented));
    expect(status).toBe(401);
    const { error_description: description, ...others } = JSON.parse(body) as { error_description: string };
    expect(description).toMatch(text);
    expect(others).toEqual({ error: error ?? 'unauthorized' });
    const told = error === undefined ? '' : `error="${error}", error_description="${description}", `;
    expect(headers['www-authenticate']).toBe(
      `Bearer realm="cloudwatch-mcp", ${told}resource_metadata="${METADATA_URL}"`,
    );
  });

  it('is one of five, each different from the others, and none says more to whoever forges tokens [A10]', async () => {
    const texts = new Map<string, Set<string>>();
    for (const [way, text, , presented] of WAYS) {
      const request = await asked(presented);
      const { body } = await edge.send(request);
      texts.set(String(text), (texts.get(String(text)) ?? new Set()).add(body));
      const value = request.headers?.[0]?.[1].replace(/^\w+ /, '') ?? '';
      expect(leakedPiece(body, value), way).toBeUndefined();
      expect(body, way).not.toMatch(
        /signature|audience|issuer|algorithm|\balg\b|\bkid\b|JWKS|claim|RS256|subject|nbf|other\.test|127\.0\.0\.1/i,
      );
    }
    const bodies = [...texts.values()].map((set) => [...set]);
    expect(bodies.map((each) => each.length)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(bodies.flat()).size).toBe(5);
  });
});

const NEIGHBOURS =
  '/mcp /mcp/ /mcp/tools/call /mcp/x /metrics /healthz /health/other /health/live/x /.well-known /.well-known/openid-configuration /.well-known/oauth-authorization-server /favicon.ico /robots.txt /index.html /docs /api /sse /messages /register /token'.split(
    ' ',
  );

describe('the open paths', () => {
  const OPEN = [
    '/',
    '/health',
    '/health/live',
    '/health/ready',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
  ];

  it.each(OPEN)('%s answers everyone and tells nothing secret [A11]', async (target) => {
    const { answer, lines, counted } = await edge.observe({ method: 'GET', target });
    expect(answer.status).toBe(200);
    expect([lines, counted]).toEqual([[], {}]);
    expect(answer.body).not.toMatch(/arn:aws|\d{12}|AKIA|ASIA|us-east-1|node|nest|express|"version"/i);
    for (const secret of [edge.stack.apiKey, edge.stack.aws.url, edge.stack.endpoint, ORIGIN]) {
      expect(answer.body).not.toContain(secret);
    }
  });

  it('are the same whoever asks: a credential there is not even looked at [A11]', async () => {
    for (const target of OPEN) {
      const stranger = await edge.send({ method: 'GET', target });
      for (const credential of [token, 'x'.repeat(43)]) {
        const { answer, lines } = await edge.observe({ method: 'GET', target, headers: [bearer(credential)] });
        expect([answer.status, answer.body, lines]).toEqual([200, stranger.body, []]);
      }
    }
  });

  it('have no neighbours: every other path wants a credential [A11]', async () => {
    for (const target of NEIGHBOURS) {
      for (const method of ['GET', 'POST', 'HEAD', 'PUT', 'DELETE']) {
        expect([method, target, (await edge.send({ method, target })).status]).toEqual([method, target, 401]);
      }
    }
  });
});
