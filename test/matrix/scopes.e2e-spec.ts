import { InsufficientScopeError } from '@modelcontextprotocol/client';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectV1, connectV2Legacy, connectV2Modern, EVERY_CLIENT } from '../support/clients.js';
import { expectNoLeak } from '../support/no-leak.js';
import { ALICE_ROLE, type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let origin: string;

/** The alarms tools need no more than the endpoint does. */
beforeAll(async () => {
  stack = await startStack({
    env: {
      OAUTH_REQUIRED_SCOPES: 'cw:read',
      TOOL_SCOPES: 'logs=cw:query,metrics=cw:read',
      AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE,
    },
  });
  origin = new URL(stack.endpoint).origin;
  // The issuer's keys are fetched now, so that each request below writes of itself only.
  await stack.call(await stack.token('alice'), 'get_active_alarms');
});
afterAll(() => stack.close());
beforeEach(() => stack.aws.calls.clear());

const SPELLINGS = [
  ['a scope string', (...scopes: string[]) => ({ scope: scopes.join(' ') })],
  ['an scp string', (...scopes: string[]) => ({ scope: undefined, scp: scopes.join(' ') })],
  ['an scp array', (...scopes: string[]) => ({ scope: undefined, scp: scopes })],
] as const;

const ALARM_TOOLS = ['get_active_alarms', 'get_alarm_history'];
const LOG_TOOL = 'describe_log_groups';
const LOG_TOOLS = [
  LOG_TOOL,
  'analyze_log_group',
  'execute_log_insights_query',
  'get_logs_insight_query_results',
  'cancel_logs_insight_query',
];

const challenge = (scope: string): string =>
  `error="insufficient_scope", error_description="The access token lacks a scope that this needs. Sign in again and ask for the scopes named here.", scope="${scope}", resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`;

const tokenWith = (claims: Record<string, unknown>): Promise<string> => stack.token('alice', claims);

interface Judged {
  readonly status: number;
  readonly challenge: string | null;
  readonly text: string;
  readonly lines: readonly Record<string, unknown>[];
  readonly counted: readonly string[];
}

/** Sends one request and gathers what it made the server write about authentication and refused tools. */
async function send(token: string, body: string, headers: Record<string, string> = {}, path = ''): Promise<Judged> {
  const logged = stack.log.text.length;
  const before = await series();
  const response = await fetch(`${stack.endpoint}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  const after = await series();
  const log = stack.log.text.slice(logged);
  const visible = `${JSON.stringify([...response.headers])}\n${text}`;
  if (response.status >= 400)
    expectNoLeak({ visible, log, metrics: after.join('\n') }, { credentials: [token], configured: [] });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    text: visible,
    lines: log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
    counted: after.filter((line) => !before.includes(line)).map((line) => line.slice(0, line.lastIndexOf(' '))),
  };
}

async function series(): Promise<string[]> {
  const text = await (await fetch(stack.app.metricsUrl)).text();
  return text.split('\n').filter((line) => /^mcp_(auth|tool_denied)/.test(line));
}

const eventNames = ({ lines }: Judged): unknown[] =>
  lines.map((line) => (line['event'] as { name?: string } | undefined)?.name);

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const CALL = { name: LOG_TOOL, arguments: {} };

const LEGACY_CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL });
const MODERN_CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    ...CALL,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
const MODERN_HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': LOG_TOOL };
const BOTH_FORMS = { accept: 'application/json, text/event-stream' };

describe.each(SPELLINGS)('a token with %s', (_name, spell) => {
  it.each([
    ['no scope', []],
    ['another scope', ['cw:query', 'private:held']],
    ['a longer name', ['cw:readonly']],
    ['a prefix', ['xcw:read']],
    ['a suffix', ['cw:read:x']],
    ['another case', ['CW:READ']],
  ] as const)('is refused at the endpoint with %s [A14] [CLM-23] [CLM-24]', async (_case, scopes) => {
    const judged = await send(await tokenWith(spell(...scopes)), LIST);
    expect(judged.status).toBe(403);
    expect(judged.challenge).toBe(`Bearer realm="cloudwatch-mcp", ${challenge('cw:read')}`);
    expect(judged.text).toContain('no-store');
    for (const held of scopes) expect(judged.text).not.toMatch(new RegExp(`(^|[ "])${held}([ "]|$)`));
    expect(eventNames(judged)).toEqual(['auth.failure']);
    expect(judged.lines[0]).toMatchObject({
      auth: { method: 'jwt', reason: 'scope_insufficient', fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) },
      client: { ip: '127.0.0.1' },
    });
    expect(judged.counted).toEqual(['mcp_auth_failures_total{method="jwt",reason="scope_insufficient"}']);
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('is served when it holds the scope, alone or among others [A14] [CLM-24]', async () => {
    for (const scopes of [['cw:read'], ['openid', 'cw:read', 'CW:READ']]) {
      const judged = await send(await tokenWith(spell(...scopes)), LIST);
      expect(judged.status).toBe(200);
      expect(eventNames(judged)).toEqual(['auth.success']);
    }
  });
});

describe('the endpoint', () => {
  it('refuses for a missing scope before it looks at the body [A14]', async () => {
    const token = await tokenWith({ scope: 'cw:query' });
    const judged = await send(token, '{"broken', { 'content-type': 'text/plain' });
    expect(judged.status).toBe(403);
  });

  it('names the scope to ask for in every 401, and all of them in the metadata [A12] [A14] [HDR-05]', async () => {
    const anonymous = await fetch(stack.endpoint, { method: 'POST' });
    expect(anonymous.headers.get('www-authenticate')).toBe(
      `Bearer realm="cloudwatch-mcp", scope="cw:read", resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
    );
    const expired = await stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -60 });
    expect((await send(expired, LIST)).challenge).toMatch(/error="invalid_token", .*scope="cw:read"/);
    for (const suffix of ['', '/mcp']) {
      const document = await fetch(`${origin}/.well-known/oauth-protected-resource${suffix}`);
      expect(await document.json()).toMatchObject({ scopes_supported: ['cw:read', 'cw:query'] });
    }
  });
});

describe.each([
  ['2026-07-28, streamed', MODERN_CALL, { ...MODERN_HEADERS, ...BOTH_FORMS }],
  ['2026-07-28, plain JSON', MODERN_CALL, { ...MODERN_HEADERS, accept: 'application/json' }],
  ['the older era, streamed', LEGACY_CALL, BOTH_FORMS],
  ['the older era, plain JSON', LEGACY_CALL, { accept: 'application/json' }],
] as const)('a call on %s', (_name, body, headers) => {
  it.each(SPELLINGS)(
    'without the scope of its tool is 403 naming all it needs; with %s [A14] [CLM-23]',
    async (_, spell) => {
      const judged = await send(await tokenWith(spell('cw:read', 'private:held')), body, headers);
      expect(judged.status).toBe(403);
      expect(judged.challenge).toBe(`Bearer ${challenge('cw:read cw:query')}`);
      expect(judged.text).not.toContain('private:held');
      expect(eventNames(judged)).toEqual(['auth.success', 'tool.denied']);
      expect(judged.lines[1]).toMatchObject({
        tool: { name: LOG_TOOL, reason: 'scope' },
        principal: { subject: 'alice' },
      });
      expect(judged.counted).toEqual(['mcp_auth_success_total{method="jwt"}', 'mcp_tool_denied_total{reason="scope"}']);
      expect(stack.aws.calls.all()).toEqual([]);

      const granted = await send(await tokenWith(spell('cw:read', 'cw:query')), body, headers);
      expect(granted.status).toBe(200);
      expect(stack.aws.calls.of('DescribeLogGroups')).toHaveLength(1);
    },
  );
});

describe('POST /mcp/tools/call', () => {
  it('answers a token without the scope with 403 and the same challenge [A14] [C5]', async () => {
    const judged = await send(await tokenWith({ scope: 'cw:read' }), JSON.stringify(CALL), {}, '/tools/call');
    expect(judged.status).toBe(403);
    expect(judged.challenge).toBe(`Bearer realm="cloudwatch-mcp", ${challenge('cw:read cw:query')}`);
    expect(judged.text).toContain('"error":"insufficient_scope"');
    expect(judged.counted).toContain('mcp_tool_denied_total{reason="scope"}');
    expect(stack.aws.calls.all()).toEqual([]);
  });
});

describe.each(EVERY_CLIENT)('%s', (_name, connect) => {
  it('lists what its token may use, no more and no less [A14]', async () => {
    for (const [scope, logs] of [
      ['cw:read', false],
      ['cw:read cw:query', true],
      ['cw:read', false],
    ] as const) {
      const client = await connect(stack.endpoint, await tokenWith({ scope }));
      const names = (await client.tools()).map(({ name }) => name);
      await client.close();
      expect(names).toEqual(expect.arrayContaining([...ALARM_TOOLS, 'get_metric_data']));
      expect(LOG_TOOLS.filter((name) => names.includes(name))).toEqual(logs ? LOG_TOOLS : []);
    }
  });

  it('shows a caller with an API key the tools that need no scope, and runs those only [A14]', async () => {
    const client = await connect(stack.endpoint, stack.apiKey);
    const names = (await client.tools()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(ALARM_TOOLS));
    expect([...LOG_TOOLS, 'get_metric_data'].filter((name) => names.includes(name))).toEqual([]);
    expect((await client.call('get_active_alarms', {})).isError).toBeFalsy();
    stack.aws.calls.clear();
    const refused = await client.call(LOG_TOOL, {});
    await client.close();
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^\[insufficient_scope\] .*cw:query/) }],
    });
    expect(stack.aws.calls.all()).toEqual([]);
  });
});

describe('a client without a sign-in of its own', () => {
  it.each([
    ['SDK 1.x', connectV1, { constructor: StreamableHTTPError, code: 403 }],
    [
      'SDK 2.x on 2026-07-28',
      connectV2Modern,
      { constructor: InsufficientScopeError, requiredScope: 'cw:read cw:query' },
    ],
    [
      'SDK 2.x on the older era',
      connectV2Legacy,
      { constructor: InsufficientScopeError, requiredScope: 'cw:read cw:query' },
    ],
  ] as const)(
    '%s reports the 403 of a call without the scope [A14] [CLM-23]',
    async (_, connect, { constructor, ...facts }) => {
      const client = await connect(stack.endpoint, await tokenWith({ scope: 'cw:read' }));
      const failure: unknown = await client.call(LOG_TOOL, {}).catch((error: unknown) => error);
      await client.close();
      expect(failure).toBeInstanceOf(constructor);
      expect(failure).toMatchObject(facts);
    },
  );
});

describe('POST /mcp/tools/call with an API key', () => {
  it('answers 403 without a challenge when the tool needs a scope [A14]', async () => {
    const judged = await send(stack.apiKey, JSON.stringify(CALL), {}, '/tools/call');
    expect(judged.status).toBe(403);
    expect(judged.challenge).toBeNull();
    expect((await stack.call(stack.apiKey, 'get_active_alarms')).status).toBe(200);
  });
});
