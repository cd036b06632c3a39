import { Client as V2Client, StreamableHTTPClientTransport as V2Transport } from '@modelcontextprotocol/client';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SessionsService } from '../../src/mcp/sessions/sessions.service.js';
import { connectV1, connectV2Legacy, connectV2Modern } from '../support/clients.js';
import {
  messagesOf,
  openingOf,
  queryTaking,
  SessionClient,
  SessionProbeModule,
  streamed,
} from '../support/session-client.js';
import { ALICE_ROLE, BOB_ROLE, eventually, signersOf, type Stack, startStack, usersOf } from '../support/stack.js';

let stack: Stack;
let sessions: SessionsService;
let alice: SessionClient;

beforeAll(async () => {
  stack = await startStack({
    env: { MCP_LEGACY_SESSIONS: 'true', TOOL_SCOPES: 'alarms=cw:read' },
    modules: [SessionProbeModule],
  });
  sessions = stack.app.app.get(SessionsService);
});
beforeEach(async () => {
  stack.aws.calls.clear();
  alice = await SessionClient.open(stack.endpoint, await stack.token('alice'));
});
afterEach(async () => {
  await alice.delete();
});
afterAll(() => stack.close());

const calls = (operation: string): number => stack.aws.calls.of(operation).length;

/** Starts a query of a minute and waits until it runs. */
async function startQuery(signal?: AbortSignal): Promise<{ id: number; answer: Promise<Response> }> {
  const id = alice.nextId;
  const answer = alice.start('tools/call', queryTaking(60), signal);
  await eventually(() => expect(calls('GetQueryResults')).toBeGreaterThan(0));
  return { id, answer };
}

async function expectStopped(): Promise<void> {
  await eventually(() => expect(calls('StopQuery')).toBe(1));
  expect(signersOf(stack.aws, 'StopQuery')).toEqual(signersOf(stack.aws, 'StartQuery'));
  expect(usersOf(stack.aws, 'StopQuery')).toEqual(['CloudWatchReader/alice']);
}

describe.each([
  ['SDK 1.x', connectV1],
  ['SDK 2.x on the older era', connectV2Legacy],
] as const)('a session of %s', (_name, connect) => {
  it('lists and calls tools as the caller, with progress', async () => {
    const before = sessions.size;
    const client = await connect(stack.endpoint, await stack.token('alice'));
    expect(sessions.size).toBe(before + 1);
    expect((await client.tools()).map(({ name }) => name)).toContain('describe_log_groups');
    expect((await client.call('describe_log_groups', {})).structuredContent).toHaveProperty('log_group_metadata');
    expect(usersOf(stack.aws, 'DescribeLogGroups')).toEqual(['CloudWatchReader/alice']);
    const seen: number[] = [];
    const { name, arguments: args } = queryTaking(1.5) as { name: string; arguments: object };
    const result = await client.call(name, args, { onprogress: ({ progress }) => seen.push(progress) });
    expect(result.structuredContent?.['status']).toBe('Complete');
    expect(seen.length).toBeGreaterThanOrEqual(2);
    await client.close();
  });

  it('cancels a call, whose query is stopped in AWS by its caller [MCP-25]', async () => {
    const client = await connect(stack.endpoint, await stack.token('alice'));
    const abort = new AbortController();
    const { name, arguments: args } = queryTaking(60) as { name: string; arguments: object };
    const call = client.call(name, args, { signal: abort.signal });
    await eventually(() => expect(calls('GetQueryResults')).toBeGreaterThan(0));
    abort.abort();
    await expect(call).rejects.toThrow();
    await expectStopped();
    await client.close();
  });
});

describe('the way from the server to the client', () => {
  const ask = { method: 'test/ask', params: {} };
  const named = { action: 'accept' as const, content: { name: 'Alice' } };
  const info = { name: 'e2e', version: '1' };
  const options = { capabilities: { elicitation: {} } };

  it('lets a call ask a client of SDK 1.x, which ends its session when told to', async () => {
    const client = new V1Client(info, options);
    client.setRequestHandler(ElicitRequestSchema, () => named);
    const transport = new V1Transport(new URL(stack.endpoint), bearer(alice.token));
    await client.connect(transport);
    expect(await client.request(ask, ResultSchema)).toMatchObject(named);
    const before = sessions.size;
    await transport.terminateSession();
    expect(sessions.size).toBe(before - 1);
    await client.close();
  });

  it('lets a call ask a client of SDK 2.x', async () => {
    const client = new V2Client(info, { ...options, versionNegotiation: { mode: 'legacy' } });
    client.setRequestHandler('elicitation/create', () => named);
    await client.connect(new V2Transport(new URL(stack.endpoint), bearer(alice.token)));
    expect(await client.request(ask, z.looseObject({}))).toMatchObject(named);
    await client.close();
  });

  it('is closed to answers of anyone else', async () => {
    const mallory = alice.heldBy(await stack.token('mallory'));
    const messages = streamed(await alice.start('test/ask'));
    const { value: question } = await messages.next();
    expect(question).toMatchObject({ method: 'elicitation/create' });
    const answer = (name: string) => ({ id: question?.id, result: { action: 'accept', content: { name } } });
    expect((await mallory.send(answer('Mallory'))).status).toBe(404);
    expect((await alice.send(answer('Alice'))).status).toBe(202);
    expect((await messages.next()).value).toMatchObject({ result: { content: { name: 'Alice' } } });
  });

  it('has a stream for what belongs to no call, which a new one takes the place of', async () => {
    const first = await alice.listen();
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const second = streamed(await alice.listen());
    await alice.call('test/tell');
    expect((await second.next()).value).toMatchObject({ method: 'notifications/message', params: { data: 'told' } });
    expect(await messagesOf(first)).toEqual([]);
    await alice.delete();
    expect(await second.next()).toEqual({ done: true, value: undefined });
  });
});

function bearer(token: string): { requestInit: RequestInit } {
  return { requestInit: { headers: { authorization: `Bearer ${token}` } } };
}

describe('a session id', () => {
  const id = 'A'.repeat(32);

  it('of anyone else is as good as a made-up one: 404 for each request, which reaches nothing [MCP-13]', async () => {
    const mallory = await stack.token('mallory');
    const logged = stack.log.lines().length;
    const { id: running, answer } = await startQuery();
    const texts = new Set<string>();
    const intrusions = [alice.heldBy(mallory), alice.heldBy(mallory, id), alice.heldBy(mallory, `${alice.id}x`)];
    for (const client of intrusions) {
      for (const response of [
        await client.start('tools/list'),
        await client.send({ method: 'notifications/cancelled', params: { requestId: running } }),
        await client.listen(),
        await client.delete(),
      ]) {
        expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json']);
        texts.add(await response.text());
      }
    }
    expect([...texts].map((text) => JSON.parse(text) as unknown)).toEqual([
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: expect.stringContaining('Session not found') } },
    ]);
    expect(calls('StopQuery')).toBe(0);
    const mismatches = stack.log
      .lines()
      .slice(logged)
      .filter((line) => JSON.stringify(line).includes('session_mismatch'));
    expect(mismatches).toHaveLength(4);
    expect(JSON.stringify(mismatches)).not.toContain(alice.id);
    await alice.delete();
    await answer;
  });

  it('authenticates nobody', async () => {
    const response = await fetch(stack.endpoint, { method: 'POST', headers: { 'mcp-session-id': alice.id } });
    expect(response.status).toBe(401);
  });

  it('has 192 random bits', async () => {
    const ids = await Promise.all(
      Array.from({ length: 8 }, async () => (await SessionClient.open(stack.endpoint, alice.token)).id),
    );
    expect(new Set(ids).size).toBe(8);
    for (const one of ids) expect(one).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it('that is missing is 400 where only a session can be meant', async () => {
    for (const method of ['GET', 'DELETE']) {
      const headers = { authorization: `Bearer ${alice.token}`, accept: 'text/event-stream' };
      expect((await fetch(stack.endpoint, { method, headers })).status).toBe(400);
    }
  });
});

describe('within a session', () => {
  it('each request is made with the rights of its own token, and only its owner may bring a new one', async () => {
    expect(await alice.call('test/who')).toMatchObject({ result: { subject: 'alice' } });
    await alice.call('tools/call', { name: 'describe_log_groups' });
    alice.token = await stack.token('alice', { 'custom:role_arn': BOB_ROLE });
    await alice.call('tools/call', { name: 'describe_log_groups' });
    const roles = signersOf(stack.aws, 'DescribeLogGroups').map((arn) => arn.split('/')[0]);
    expect(roles).toEqual(
      [ALICE_ROLE, BOB_ROLE].map((arn) => arn.replace('iam', 'sts').replace(':role/', ':assumed-role/').split('/')[0]),
    );
  });

  it('a call that lacks a scope is refused with 403 and what to ask for, as without a session', async () => {
    const call = { name: 'get_active_alarms' };
    alice.token = await stack.token('alice', { scope: 'openid' });
    const refused = await alice.start('tools/call', call);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(/error="insufficient_scope".*scope="cw:read"/);
    alice.token = await stack.token('alice', { scope: 'cw:read' });
    expect((await alice.call('tools/call', call))?.result).not.toHaveProperty('isError');
  });

  it('a request whose id is in use is refused, and the one that has it is answered', async () => {
    const messages = streamed(await alice.send({ id: 'same', method: 'test/ask' }));
    const { value: question } = await messages.next();
    expect((await alice.send({ id: 'same', method: 'ping' })).status).toBe(400);
    await alice.send({ id: question?.id, result: { action: 'decline' } });
    expect((await messages.next()).value).toMatchObject({ id: 'same', result: { action: 'decline' } });
    expect(await messagesOf(await alice.send({ id: 'same', method: 'ping' }))).toMatchObject([
      { id: 'same', result: {} },
    ]);
  });

  it('a client that takes only JSON is told what to accept', async () => {
    expect((await alice.send({ id: 1, method: 'ping' }, { accept: 'application/json' })).status).toBe(406);
  });

  it('unknown methods and tools are errors, and other HTTP methods are refused', async () => {
    expect((await alice.call('admin/dump'))?.error?.code).toBe(-32601);
    expect((await alice.call('tools/call', { name: 'constructor' }))?.error?.message).toContain('Unknown tool');
    const put = await alice.request({ method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, DELETE']);
  });
});

describe('a query that runs in a session is stopped in AWS', () => {
  it('when its client cancels it, which ends its stream without an answer [MCP-25]', async () => {
    const { id, answer } = await startQuery();
    expect((await alice.send({ method: 'notifications/cancelled', params: { requestId: id } })).status).toBe(202);
    await expectStopped();
    expect((await messagesOf(await answer)).filter((message) => message.id === id)).toEqual([]);
  });

  it('when its client disconnects [MCP-25]', async () => {
    const abort = new AbortController();
    const { answer } = await startQuery(abort.signal);
    abort.abort();
    await answer.then((response) => response.text()).catch(() => undefined);
    await expectStopped();
  });

  it('when the session ends, which is then nobody knows any more', async () => {
    const { answer } = await startQuery();
    expect((await alice.delete()).status).toBe(200);
    await expectStopped();
    await (await answer).text();
    expect((await alice.start('ping')).status).toBe(404);
    expect((await alice.delete()).status).toBe(404);
  });
});

describe('no session is kept', () => {
  it('for clients of 2026-07-28, for requests without one, and for scripts that take only JSON', async () => {
    const before = sessions.size;
    const modern = await connectV2Modern(stack.endpoint, alice.token);
    expect((await modern.call('describe_log_groups', {})).isError).toBeFalsy();
    await modern.close();
    const script = await openingOf(stack.endpoint, alice.token, { accept: 'application/json' });
    expect(script.status).toBe(200);
    expect(await messagesOf(script)).toMatchObject([{ result: { protocolVersion: '2025-11-25' } }]);
    const unkept = alice.heldBy(alice.token, script.headers.get('mcp-session-id') ?? '');
    expect((await unkept.start('tools/list')).status).toBe(200);
    expect((await unkept.listen()).status).toBe(404);
    const listed = await fetch(stack.endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(listed.status).toBe(200);
    expect(sessions.size).toBe(before);
  });

  it('of an initialize that fails', async () => {
    const before = sessions.size;
    const failing = { id: 1, method: 'initialize', params: { protocolVersion: 7 } };
    expect(await messagesOf(await alice.heldBy(alice.token, '').send(failing))).toMatchObject([{ error: {} }]);
    expect(sessions.size).toBe(before);
  });
});
