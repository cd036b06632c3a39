import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../support/busy.js';
import { signersOf, type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.token('alice');
});
afterAll(() => stack.close());

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${stack.endpoint}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
  });

describe('POST /mcp/tools/call', () => {
  it('answers plain JSON [C3][C5]', async () => {
    stack.aws.calls.clear();
    const response = await post('/tools/call', '{"name": "get_active_alarms", "arguments": {}}');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({
      result: { metric_alarms: expect.any(Array), composite_alarms: expect.any(Array) },
    });
    expect(signersOf(stack.aws, 'DescribeAlarms')).toEqual([
      expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
    ]);
  });

  it.each([
    ['{"name": "no_such_tool"}', 404, 'unknown_tool'],
    ['{"name": "describe_log_groups", "arguments": {"max_items": 0}}', 400, 'invalid_input'],
    ['{"name": "describe_log_groups", "arguments": {"region": "us-east-1.evil.com#"}}', 400, 'target_not_allowed'],
    ['{"arguments": {}}', 400, 'invalid_request'],
    ['{"name": ', 400, 'parse_error'],
  ])('answers %s with %i %s [C5]', async (body, status, error) => {
    const response = await post('/tools/call', body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error, error_description: expect.any(String) });
  });

  it('answers 403 when no role is meant for the caller [B1][C5]', async () => {
    const stranger = await stack.token('carol', { 'custom:role_arn': 'arn:aws:iam::333333333333:role/Other' });
    const { status, body } = await stack.call(stranger, 'get_active_alarms');
    expect(status).toBe(403);
    expect(body.error).toBe('no_role');
    expect(body.error_description).not.toContain('333333333333');
  });
});

describe('a bare message on POST /mcp without initialize', () => {
  const call =
    '{"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "get_active_alarms", "arguments": {"region": "us-east-1"}}, "id": 1}';

  it.each([
    ['*/*', call],
    ['application/json', call],
    ['', '{"jsonrpc": "2.0", "method": "tools/list", "id": 1}'],
  ])('answers 200 application/json for Accept %j [C4][C5][MCP-04]', async (accept, body) => {
    const response = await post('', body, { accept });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: 1, result: expect.any(Object) });
  });

  it('refuses an answer form it does not have [MCP-04]', async () => {
    expect((await post('', call, { accept: 'text/html' })).status).toBe(406);
  });

  it('refuses a batch and runs none of it [MCP-01]', async () => {
    stack.aws.calls.clear();
    const response = await post('', `[${call},${call}]`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32600 } });
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('answers broken JSON as JSON-RPC, and a stranger with 401 before reading it [MCP-07]', async () => {
    const response = await post('', '{"jsonrpc": ');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32700 } });
    expect((await post('', '{"jsonrpc": ', { authorization: '' })).status).toBe(401);
  });

  it('opens no stream for GET and deletes no session [MCP-16]', async () => {
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(stack.endpoint, { method, headers: { authorization: `Bearer ${token}` } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});

describe('the first byte of a slow tool', () => {
  it('arrives while the query still runs [C7]', async () => {
    const started = performance.now();
    const response = await post(
      '',
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'execute_log_insights_query',
          arguments: {
            log_group_names: ['/shop/checkout'],
            start_time: 'now-1h',
            end_time: 'now',
            query_string: 'fields @message | limit 1 # takes 60s',
          },
        },
      }),
      { accept: 'application/json, text/event-stream' },
    );
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(performance.now() - started).toBeLessThan(1_000 + BUSY_MS);
    await response.body?.cancel();
  });
});
