import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALICE_ROLE, type Stack, startStack } from '../support/stack.js';
import { BridgeProcess, KEY, soon } from './bridge-process.js';
import { makeCertificate } from './certificate.js';
import { compiledBridge } from './compiled-bridge.js';
import { type Behaviour, FAULTS, json, MisbehavingServer, obey } from './misbehaving-server.js';
import { findNode20 } from './node-20.js';

const clientInfo = { name: 'e2e', version: '1.0.0' };
const SLOW_QUERY = {
  log_group_names: ['/shop/checkout'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: 'fields @message | limit 1 # takes 60s',
};

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ env: { AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE } });
});
afterAll(() => stack.close());

interface Parts {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly stderr: 'pipe';
}

const program = (node = process.execPath): Parts => ({
  command: node,
  args: [compiledBridge()],
  env: { MCP_SERVER_URL: new URL(stack.endpoint).origin, MCP_API_KEY: stack.apiKey },
  stderr: 'pipe',
});

async function connectV1(parts: Parts): Promise<V1Client> {
  const client = new V1Client(clientInfo);
  await client.connect(new V1Transport(parts));
  return client;
}

async function connectV2(parts: Parts, mode: 'auto' | 'legacy' | { pin: string }): Promise<ModernClient> {
  const client = new ModernClient(clientInfo, { versionNegotiation: { mode } });
  await client.connect(new ModernTransport(parts));
  return client;
}

const node20 = findNode20();
const CLIENTS = [
  ['SDK 1.x', connectV1],
  ['SDK 2.x on 2026-07-28', (parts: Parts) => connectV2(parts, { pin: '2026-07-28' })],
  ['SDK 2.x on the older era', (parts: Parts) => connectV2(parts, 'legacy')],
  ['SDK 2.x that finds out by itself', (parts: Parts) => connectV2(parts, 'auto')],
] as const;

describe('a client that starts programs', () => {
  it.each(CLIENTS)('lists and calls tools of the real server: %s [E1]', async (_, connect) => {
    const client = await connect(program());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('get_active_alarms');
    const answer = await client.callTool({ name: 'get_active_alarms', arguments: {} });
    expect(answer.isError ?? false).toBe(false);
    expect(answer.structuredContent).toHaveProperty('metric_alarms');
    const prompts = await client.listPrompts();
    expect(prompts.prompts.length).toBeGreaterThan(0);
    await client.close();
  });

  it.each(CLIENTS)('sees progress of a long call and cancels it: %s [E1]', async (_, connect) => {
    const client = await connect(program());
    const stopped = stack.aws.calls.of('StopQuery').length;
    const abort = new AbortController();
    const options = { signal: abort.signal, onprogress: () => abort.abort(), timeout: 30_000 };
    const request = { name: 'execute_log_insights_query', arguments: SLOW_QUERY };
    const call =
      client instanceof V1Client ? client.callTool(request, undefined, options) : client.callTool(request, options);
    await expect(call).rejects.toThrow(/abort/i);
    await soon(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(stopped + 1));
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    await client.close();
  });

  it.skipIf(node20 === undefined).each(CLIENTS)('finds the bridge working on Node 20: %s [E1]', async (_, connect) => {
    const client = await connect(program(node20));
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    await client.close();
  });

  it.each(CLIENTS)('is told why it cannot connect: %s [E1]', async (_, connect) => {
    const parts = program();
    const connecting = connect({ ...parts, env: { ...parts.env, MCP_API_KEY: KEY } });
    await expect(connecting).rejects.toThrow(/refused the API key \(401\)|did not offer pinned/);
  });

  it('has a session of its own where the server keeps sessions', async () => {
    const withSessions = await startStack({ env: { MCP_LEGACY_SESSIONS: 'true' } });
    const env = { MCP_SERVER_URL: withSessions.endpoint, MCP_API_KEY: withSessions.apiKey };
    const client = await connectV1({ ...program(), env });
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    await client.close();
    await withSessions.close();
  });
});

describe('--check', () => {
  const check = async (env: Record<string, string>, node?: string): Promise<{ code: number | null; text: string }> => {
    const bridge = new BridgeProcess({
      env,
      args: ['--check'],
      plainOutput: true,
      ...(node !== undefined && { node }),
    });
    const code = await bridge.ended;
    expect(bridge.stdout + bridge.stderr).not.toMatch(new RegExp(`${KEY}|${stack.apiKey}`));
    return { code, text: bridge.stdout };
  };

  it.each([
    ['this Node', undefined],
    ['Node 20', node20],
  ])('goes through every step to the list of tools on %s [E1]', async (_, node) => {
    const { code, text } = await check({ MCP_SERVER_URL: stack.endpoint, MCP_API_KEY: stack.apiKey }, node);
    expect(text.split('\n').map((line) => line.slice(0, 23).trimEnd())).toEqual([
      'ok     settings',
      'ok     key',
      'ok     name',
      'ok     connection',
      'ok     TLS',
      'ok     health',
      'ok     authentication',
      'ok     tools/list',
      '',
    ]);
    expect(text).toMatch(/tools\/list +\d+ tools/);
    expect(code).toBe(0);
  });

  it.each([
    ['settings', 'http://mcp.example.com', /Use https/],
    ['name', 'https://no-such-host.invalid', /cannot be resolved/],
    ['connection', 'https://127.0.0.1:1', /Nothing answers/],
  ])('stops at the step that fails and says what to do: %s', async (step, url, words) => {
    const { code, text } = await check({ MCP_SERVER_URL: url });
    expect([code, text.match(/FAILED.*/g)]).toEqual([1, [expect.stringContaining(step)]]);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(words);
  });

  it('names a refused key', async () => {
    const { code, text } = await check({ MCP_SERVER_URL: stack.endpoint });
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(/ok +health.*\nFAILED authentication .*refused the API key/),
    ]);
  });

  it.each([
    ['TLS', obey, makeCertificate({ commonName: 'x', addresses: ['127.0.0.1'] }), /does not trust/],
    ['health', FAULTS['500'], undefined, /failed while/],
    ['authentication', healthy(FAULTS['403']), undefined, /does not allow/],
    [
      'tools/list',
      healthy(({ id }, response) => json(response, { jsonrpc: '2.0', id, result: { tools: [] } })),
      undefined,
      /no tools/,
    ],
  ] as const)('stops at a server that fails at the step %s', async (step, behave = obey, certificate, words) => {
    const server = await MisbehavingServer.start(behave, certificate);
    const { code, text } = await check({ MCP_SERVER_URL: server.origin });
    await server.kill();
    expect(code).toBe(1);
    expect(text).toMatch(new RegExp(`FAILED ${step} .*(${words.source})`));
  });
});

/** Answers what asks after its health, and does as told otherwise. */
function healthy(behave: Behaviour = obey): Behaviour {
  return (message, response, request) =>
    request.url === '/health' ? json(response, { status: 'ok' }) : behave(message, response, request);
}
