import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectV1 } from '../support/clients.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ env: { RATE_LIMIT_FAILED_AUTH: '1000' } });
});
afterAll(() => stack.close());

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

function post(headers: Record<string, string> = {}, path = ''): Promise<Response> {
  return fetch(`${stack.endpoint}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: LIST,
  });
}

const bearer = (credential: string): Record<string, string> => ({ authorization: `Bearer ${credential}` });

const metadataUrl = (): string => `${new URL(stack.endpoint).origin}/.well-known/oauth-protected-resource/mcp`;

async function counted(): Promise<string[]> {
  const text = await (await fetch(stack.app.metricsUrl)).text();
  return text.split('\n').filter((line) => line.startsWith('mcp_auth_failures_total{'));
}

describe('a request without credentials', () => {
  it('answers 401 and names the metadata document, without an error [A9][HDR-05]', async () => {
    const response = await post();
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="cloudwatch-mcp", resource_metadata="${metadataUrl()}"`,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is answered on every path but health, root and metadata [A11]', async () => {
    const { origin } = new URL(stack.endpoint);
    for (const path of [
      '/mcp',
      '/mcp/',
      '/mcp/tools/call',
      '/metrics',
      '/anything',
      '/health/other',
      '/.well-known/other',
    ]) {
      expect((await fetch(`${origin}${path}`)).status, path).toBe(401);
    }
    for (const path of ['/', '/health', '/health/live', '/health/ready', '/.well-known/oauth-protected-resource']) {
      expect((await fetch(`${origin}${path}`)).status, path).toBe(200);
    }
  });
});

describe('a presented credential', () => {
  it('is accepted when the issuer signed it for this server [A1][A4]', async () => {
    const response = await post(bearer(await stack.token('alice')));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const body = (await response.json()) as { result: { tools: unknown[] } };
    expect(body.result.tools.length).toBeGreaterThan(20);
  });

  it.each([
    ['expired', { expiresInSeconds: -60 }],
    ['meant for another audience', { audience: 'https://other.example.com' }],
    ['signed with an unknown key', { header: { kid: 'unknown' } }],
  ])('answers 401 invalid_token when it is %s [A1][A4][A9]', async (_name, options) => {
    const token = await stack.issuer.mintToken({ sub: 'alice' }, options);
    const response = await post(bearer(token));
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="invalid_token"');
    expect(challenge).toContain(`resource_metadata="${metadataUrl()}"`);
    const text = JSON.stringify([await response.text(), challenge]);
    expect(text).not.toContain(token.slice(0, 16));
    expect(text).not.toContain('other.example.com');
  });

  it('answers 401 when one bit of it changed [A1]', async () => {
    const token = await stack.token('alice');
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect((await post(bearer(forged))).status).toBe(401);
  });

  it('answers 400 when there are two [HDR-01]', async () => {
    const token = await stack.token('alice');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = [
        'Host',
        new URL(stack.endpoint).host,
        'Authorization',
        `Bearer ${token}`,
        'Authorization',
        'Bearer other',
      ];
      request(stack.endpoint, { method: 'POST', headers, setHost: false }, (answer) =>
        resolve(answer.resume().statusCode),
      )
        .once('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it('counts each kind of failure once, under its reason', async () => {
    const before = await counted();
    await post(bearer(await stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -60 })));
    await post(bearer('x'.repeat(40)));
    const after = await counted();
    expect(after.length).toBeGreaterThanOrEqual(before.length);
    expect(after.join('\n')).toMatch(/\{method="jwt",reason="expired"\} \d+/);
    expect(after.join('\n')).toMatch(/reason="key_unknown"\} \d+/);
  });
});

describe('an API key', () => {
  it('lists and calls tools with the role of the configuration [A6][B10][KEY-01]', async () => {
    stack.aws.calls.clear();
    const client = await connectV1(stack.endpoint, stack.apiKey);
    expect((await client.tools()).length).toBeGreaterThan(20);
    const result = await client.call('describe_log_groups', {});
    await client.close();
    expect(result.isError).toBeFalsy();
    const signers = stack.aws.calls.of('DescribeLogGroups').map(({ principalArn }) => principalArn);
    expect(signers).toEqual([expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchLimited\//)]);
  });

  it('is not in the log in any form [A6]', () => {
    expect(stack.log.text).not.toContain(stack.apiKey.slice(0, 16));
  });
});

describe('the metadata document', () => {
  it('is the same at both addresses and names the resource, the issuer and the header [A12][MET-01]', async () => {
    const { origin } = new URL(stack.endpoint);
    const documents = await Promise.all(
      ['', '/mcp'].map(async (suffix) =>
        (await fetch(`${origin}/.well-known/oauth-protected-resource${suffix}`)).json(),
      ),
    );
    expect(documents[0]).toEqual(documents[1]);
    expect(documents[0]).toMatchObject({
      resource: stack.endpoint,
      authorization_servers: [stack.issuer.issuer],
      bearer_methods_supported: ['header'],
    });
  });
});
