import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const ACCEPT = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function send(token: string, message: object, sessionId?: string): Promise<Response> {
  return fetch(stack.endpoint, {
    method: 'POST',
    headers: {
      ...ACCEPT,
      authorization: `Bearer ${token}`,
      ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

async function sessionOf(token: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } };
  const response = await send(token, { id: 0, method: 'initialize', params });
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

const query = (seconds: number, id: number): object => ({
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

describe('notifications/cancelled', () => {
  it('of the caller ends the call it names and no other [MCP-13]', async () => {
    const alice = await stack.token('alice');
    const session = await sessionOf(alice);
    const kept = send(alice, query(1.5, 1), session);
    const cancelled = await send(alice, query(60, 2), session);
    await send(alice, { method: 'notifications/cancelled', params: { requestId: 2 } }, session);
    expect(await cancelled.text()).not.toContain('"result"');
    expect(await (await kept).text()).toContain('"status":"Complete"');
  });

  it('with an id this server never made is ignored, not refused', async () => {
    const alice = await stack.token('alice');
    expect((await send(alice, { id: 1, method: 'tools/list' }, 'made-up.session')).status).toBe(200);
  });
});
