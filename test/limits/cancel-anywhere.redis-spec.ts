import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { RedisService } from '../../src/security-monitoring/redis/redis.service.js';
import { type RunningApp, startApp } from '../../src/start-app.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { eventually, LogLines, type Stack, startStack } from '../support/stack.js';

let redis: RedisServer;
let stack: Stack;
let other: RunningApp;

const ACCEPT = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function send(url: string, token: string, message: object, sessionId = ''): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { ...ACCEPT, authorization: `Bearer ${token}`, ...(sessionId !== '' && { 'mcp-session-id': sessionId }) },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

async function sessionOf(token: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } };
  const response = await send(stack.endpoint, token, { id: 0, method: 'initialize', params });
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

const query = (id: number, seconds: number): object => ({
  id,
  method: 'tools/call',
  params: {
    name: 'execute_log_insights_query',
    arguments: {
      log_group_names: ['/shop/checkout'],
      start_time: 'now-1h',
      end_time: 'now',
      query_string: `fields @message | limit 1 # takes ${seconds}s`,
    },
  },
});

const started = (count: number): Promise<void> =>
  eventually(() => expect(stack.aws.calls.of('StartQuery')).toHaveLength(count));

describeWithRedis('notifications/cancelled at another replica', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
    stack = await startStack({ env: { REDIS_URL: redis.url } });
    const settings = { ...stack.settings, CLOUDWATCH_MCP_PORT: '0' };
    other = await startApp(loadAppConfig(settings), { logDestination: new LogLines() });
  });
  afterAll(async () => {
    await other.close();
    await stack.close();
    await redis.kill();
  });

  it('ends the call it names, stops its query in AWS, and tells Redis neither who nor which session', async () => {
    const heard: string[] = [];
    const eavesdropper = new Redis(redis.port, '127.0.0.1');
    eavesdropper.on('message', (_channel, message) => heard.push(message));
    await eavesdropper.subscribe('cwmcp:cancel');
    const alice = await stack.token('alice');
    const session = await sessionOf(alice);
    const kept = send(stack.endpoint, alice, query(1, 2), session);
    const running = await send(stack.endpoint, alice, query(2, 60), session);
    await started(2);
    await send(`${other.url}/mcp`, alice, { method: 'notifications/cancelled', params: { requestId: 2 } }, session);
    expect(await running.text()).not.toContain('"result"');
    await eventually(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(1));
    expect(await (await kept).text()).toContain('"status":"Complete"');
    eavesdropper.disconnect();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatch(/^[\w-]{43}$/);
    expect(session).not.toContain(heard[0]);
  });

  it('by somebody else ends nothing, and neither does what a stranger writes into Redis', async () => {
    const [alice, mallory] = await Promise.all([stack.token('alice'), stack.token('mallory')]);
    const session = await sessionOf(alice);
    const before = stack.aws.calls.of('StartQuery').length;
    const running = send(stack.endpoint, alice, query(7, 2), session);
    await started(before + 1);
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 7 } };
    for (const id of [session, await sessionOf(mallory), `${session}x`]) {
      expect((await send(`${other.url}/mcp`, mallory, cancelled, id)).status).toBe(202);
    }
    const stranger = new Redis(redis.port, '127.0.0.1');
    for (const text of ['', '7', session, JSON.stringify([session, 7]), '__proto__', 'x'.repeat(100_000)]) {
      await stranger.publish('cwmcp:cancel', text);
    }
    stranger.disconnect();
    expect(await (await running).text()).toContain('"status":"Complete"');
  });

  it('is heard again after Redis was gone, and at the same replica all the while', async () => {
    await redis.kill();
    const alice = await stack.token('alice');
    const session = await sessionOf(alice);
    const cancel = (url: string, requestId: number): Promise<Response> =>
      send(url, alice, { method: 'notifications/cancelled', params: { requestId } }, session);
    const here = await send(stack.endpoint, alice, query(1, 60), session);
    expect((await cancel(`${other.url}/mcp`, 1)).status).toBe(202);
    await cancel(stack.endpoint, 1);
    expect(await here.text()).not.toContain('"result"');
    await redis.start();
    const states = (): string[] =>
      [stack.app, other].map(({ app }) => app.get(RedisService, { strict: false }).state());
    await eventually(() => expect(states()).toEqual(['ok', 'ok']), 10_000);
    const there = await send(stack.endpoint, alice, query(2, 60), session);
    // The listening connection comes back by itself too, at its own time.
    const repeat = setInterval(() => void cancel(`${other.url}/mcp`, 2), 200);
    expect(await there.text()).not.toContain('"result"');
    clearInterval(repeat);
  });
});
