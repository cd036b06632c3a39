import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createTaskSessionFromClient,
  type JsonRpcResponse,
  resultFromTaskOutcome,
} from '@modelcontextprotocol/ext-tasks/client';
import { loadAppConfig } from '../../src/config/app-config.js';
import { executeLogInsightsQuery } from '../../src/logs/execute-log-insights-query.tool.js';
import { openTaskId, sealTaskId, type TaskFacts } from '../../src/mcp/tasks/task-id.js';
import { type RunningApp, startApp } from '../../src/start-app.js';
import { connectV1, connectV2Legacy, connectV2Modern } from '../support/clients.js';
import { logWriter, writerRole } from '../support/log-writer.js';
import { type Stack, startStack, usersOf } from '../support/stack.js';
import { TASKS, TaskClient } from '../support/task-client.js';

const TOOL = 'execute_log_insights_query';
const SECRET = randomBytes(48).toString('base64');
const NEXT_SECRET = randomBytes(48).toString('base64');

let stack: Stack;
/** A second replica, which has been given the next secret already. */
let other: RunningApp;
let alice: TaskClient;
/** Alice at the second replica. */
let elsewhere: TaskClient;

beforeAll(async () => {
  stack = await startStack({
    env: { STATE_SECRET: SECRET, INSIGHTS_MAX_QUERIES_PER_USER: '50' },
    aws: { roles: [writerRole()] },
  });
  other = await startApp(
    loadAppConfig({ ...stack.settings, CLOUDWATCH_MCP_PORT: '0', STATE_SECRET: `${NEXT_SECRET},${SECRET}` }),
    { logDestination: stack.log },
  );
  alice = new TaskClient(stack.endpoint, await stack.token('alice'));
  elsewhere = alice.at(`${other.url}/mcp`);
});
beforeEach(() => {
  stack.aws.calls.clear();
  stack.aws.faults.clear();
});
afterAll(async () => {
  await other.close();
  await stack.close();
});

const query = (seconds: number, more: object = {}) => ({
  log_group_names: ['/shop/checkout'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: `fields @timestamp, @message | limit 5 # takes ${seconds}s`,
  ...more,
});
const count = (operation: string): number => stack.aws.calls.of(operation).length;
const withoutRequestId = (text: string | undefined) => text?.replace(/request id [\w-]+/, 'request id');

describe('tools/call of a client that polls', () => {
  it('becomes a task that nobody waits for, seen by any replica', async () => {
    const { result: created } = await alice.call(TOOL, query(60));
    expect(created).toMatchObject({ resultType: 'task', status: 'working', content: [] });
    expect(created).toMatchObject({ ttlMs: 86_400_000, pollIntervalMs: 1_000, createdAt: expect.any(String) });
    const taskId = created?.taskId ?? '';
    expect(await elsewhere.get(taskId)).toMatchObject({
      resultType: 'complete',
      taskId,
      status: 'working',
      statusMessage: expect.stringMatching(/^(Scheduled|Running): \d+ log events scanned$/),
      createdAt: created?.createdAt,
    });
    await alice.request('tasks/cancel', { taskId });
  });

  it('is completed at another replica, with the rights of the caller alone', async () => {
    const task = await elsewhere.settle(await alice.begin(TOOL, query(1)));
    const content = task.result?.structuredContent;
    expect(task).toMatchObject({ status: 'completed', result: { structuredContent: { status: 'Complete' } } });
    expect(task.result?.isError).toBeUndefined();
    expect(executeLogInsightsQuery.output.parse(content)).toMatchObject({ returned: 5, results: expect.any(Array) });
    expect(task.result?.content[0]?.text).toContain(JSON.stringify(content));
    expect(usersOf(stack.aws, 'StartQuery')).toEqual(['CloudWatchReader/alice']);
    expect(usersOf(stack.aws, 'GetQueryResults')).toEqual(['CloudWatchReader/alice']);
    expect(count('StartQuery')).toBe(1);
    expect(count('StopQuery')).toBe(0);
  });

  it('answers as the tool does without it', async () => {
    const [plain, taskId] = await Promise.all([
      stack.call(await stack.token('alice'), TOOL, query(0)),
      alice.begin(TOOL, query(0)),
    ]);
    const { result } = await alice.settle(taskId);
    expect(Object.keys(result?.structuredContent ?? {})).toEqual(Object.keys(plain.body.result ?? {}));
  });

  it('is told of on the record as each call that it takes', async () => {
    const from = stack.log.lines().length;
    const taskId = await alice.begin(TOOL, query(0));
    await alice.settle(taskId);
    await alice.request('tasks/cancel', { taskId });
    const audited = stack.log.lines().slice(from) as { tool?: { name?: string; outcome?: string } }[];
    const tools = audited.flatMap(({ tool }) => (tool?.name === undefined ? [] : [`${tool.name} ${tool.outcome}`]));
    const looks = `tasks/get ${TOOL} ok`;
    expect(new Set(tools)).toEqual(new Set([`${TOOL} ok`, looks, `tasks/cancel ${TOOL} ok`]));
    expect(stack.log.text).not.toContain(taskId);
    const metrics = await (await fetch(stack.app.metricsUrl ?? '')).text();
    expect(metrics).toMatch(/method="tasks\/get"/);
  });

  it.each([
    ['bad arguments', query(0, { limit: 0 }), 'invalid_input'],
    ['a group that is not there', query(0, { log_group_names: ['/not/there'] }), 'aws_not_found'],
  ])('is no task but the error of the tool for %s', async (_case, args, code) => {
    const { result } = await alice.call(TOOL, args);
    expect(result).toMatchObject({ resultType: 'complete', isError: true });
    expect(result?.content?.[0]?.text).toMatch(new RegExp(`^\\[${code}\\]`));
    expect(result).not.toHaveProperty('taskId');
    expect(count('GetQueryResults')).toBe(0);
  });

  it('is no task for tools that cannot be one', async () => {
    const { result } = await alice.call('list_accounts', {});
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: expect.any(Object) });
    expect(result).not.toHaveProperty('taskId');
  });

  it('cleans and masks what a task found', async () => {
    const writer = await logWriter(stack.aws);
    await writer.create('/tasks/leaky', 's');
    await writer.put('/tasks/leaky', 's', [
      { timestamp: Date.now() - 60_000, message: 'key AKIAIOSFODNN7EXAMPLE\u202e of deploy' },
    ]);
    // AWS takes no query over a time before the group was made.
    const args = { log_group_names: ['/tasks/leaky'], end_time: new Date(Date.now() + 60_000).toISOString() };
    const { result } = await alice.settle(await alice.begin(TOOL, query(0, args)));
    expect(result?.structuredContent).toMatchObject({ returned: 1, masked_secrets: 1, sanitized_chars: 1 });
    expect(JSON.stringify(result)).not.toMatch(/AKIAIOSFODNN7EXAMPLE|\\u202e|\u202e/);
  });

  it('is the same at a replica that makes ids with the next secret', async () => {
    const taskId = await elsewhere.begin(TOOL, query(0));
    expect(await elsewhere.settle(taskId)).toMatchObject({ status: 'completed' });
    expect((await alice.request('tasks/get', { taskId })).error?.code).toBe(-32602);
  });
});

describe('the client library of the extension', () => {
  it('runs a tool as a task, reads it to its end and cancels another', async () => {
    const client = new Client({ name: 'e2e', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    const token = await stack.token('alice');
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(stack.endpoint), { requestInit }));
    const session = createTaskSessionFromClient(client, {
      endpointId: 'e2e',
      v2RequestFraming: {
        protocolVersion: '2026-07-28',
        clientInfo: { name: 'e2e', version: '1' },
        clientCapabilities: {},
      },
      rawDispatch: async (request) => {
        const { method, params } = request as { method: string; params: Record<string, unknown> };
        const { result, error } = await alice.request(method, params);
        return (error === undefined ? { result } : { error }) as JsonRpcResponse;
      },
    });
    const begun = await session.callTool(TOOL, query(1));
    const { outcome } = await begun.settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { status: 'Complete', returned: 5 } });
    const endless = await session.callTool(TOOL, query(60));
    await endless.cancel();
    expect(usersOf(stack.aws, 'StopQuery')).toEqual(['CloudWatchReader/alice']);
    await session.close();
    await client.close();
  });
});

describe('tools/call of a client that does not poll', () => {
  it.each([
    ['SDK 1.x', connectV1],
    ['SDK 2.x on 2026-07-28', connectV2Modern],
    ['SDK 2.x on the older era', connectV2Legacy],
  ])('is answered with the result by %s', async (_client, connect) => {
    const mcp = await connect(stack.endpoint, await stack.token('alice'));
    const result = await mcp.call(TOOL, query(0.5));
    await mcp.close();
    expect(result).toMatchObject({ structuredContent: { status: 'Complete', returned: 5 } });
    expect(result).not.toHaveProperty('taskId');
  });

  it('counts the declaration of this request, not of an earlier one', async () => {
    await alice.settle(await alice.begin(TOOL, query(0)));
    const silent = new TaskClient(stack.endpoint, await stack.token('alice'), { declares: false });
    const { result } = await silent.call(TOOL, query(0));
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { status: 'Complete' } });
  });

  it('ignores a declaration in an older protocol', async () => {
    const older = new TaskClient(stack.endpoint, await stack.token('alice'), { older: true });
    const declared = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } } } };
    const { result } = await older.request('tools/call', { name: TOOL, arguments: query(0), ...declared });
    expect(result).toMatchObject({ structuredContent: { status: 'Complete' } });
  });

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel'])('is refused %s, and AWS is not asked', async (method) => {
    const taskId = await alice.begin(TOOL, query(0));
    stack.aws.calls.clear();
    const silent = new TaskClient(stack.endpoint, await stack.token('alice'), { declares: false });
    expect(await silent.request(method, { taskId, inputResponses: {} })).toMatchObject({
      httpStatus: 400,
      error: { code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } },
    });
    const older = new TaskClient(stack.endpoint, await stack.token('alice'), { older: true });
    expect((await older.request(method, { taskId })).error?.code).toBe(-32601);
    expect(stack.aws.calls.all()).toEqual([]);
  });
});

describe('tasks/get', () => {
  it('sees a task at work while AWS limits the rate of looks, and its result after', async () => {
    const taskId = await alice.begin(TOOL, query(0));
    stack.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'throttle' });
    const task = await alice.get(taskId);
    expect(task).toMatchObject({ status: 'working', statusMessage: expect.stringMatching(/^\[aws_throttled\]/) });
    stack.aws.faults.clear();
    expect(await alice.settle(taskId)).toMatchObject({ status: 'completed' });
  });

  it('completes with the error of the tool when the caller may not read the result', async () => {
    const taskId = await alice.begin(TOOL, query(0));
    stack.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'access-denied' });
    const task = await alice.get(taskId);
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } });
    expect(task.result?.content[0]?.text).toMatch(/^\[aws_access_denied\]/);
    expect(task).not.toHaveProperty('error');
  });

  it('renews a session that has expired', async () => {
    const taskId = await alice.begin(TOOL, query(0));
    stack.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'expired-credentials', times: 1 });
    expect(await alice.settle(taskId)).toMatchObject({ status: 'completed', result: { structuredContent: {} } });
  });

  it('asks AWS once for a query that runs, whatever it has found', async () => {
    const taskId = await alice.begin(TOOL, query(60));
    expect(await alice.get(taskId)).toMatchObject({ status: 'working' });
    expect(count('GetQueryResults')).toBe(1);
    await alice.request('tasks/cancel', { taskId });
  });

  it('refuses a header that names another task, and methods of older tasks', async () => {
    const taskId = await alice.begin(TOOL, query(0));
    const reply = await alice.request('tasks/get', { taskId }, { 'mcp-name': `${taskId}x` });
    expect(reply).toMatchObject({ httpStatus: 400, error: { code: -32020 } });
    for (const method of ['tasks/list', 'tasks/result']) {
      expect(await alice.request(method, { taskId })).toMatchObject({ httpStatus: 404, error: { code: -32601 } });
    }
    expect((await alice.request('tasks/get', {})).error?.code).toBe(-32602);
  });
});

describe('tasks/update', () => {
  it('is acknowledged for a task that asks for nothing, and changes nothing', async () => {
    const taskId = await alice.begin(TOOL, query(0));
    const { result } = await alice.request('tasks/update', { taskId, inputResponses: { key: { action: 'accept' } } });
    expect(result).toEqual({ resultType: 'complete', _meta: expect.any(Object) });
    expect(await alice.settle(taskId)).toMatchObject({ status: 'completed' });
  });
});

describe('tasks/cancel', () => {
  it('stops the query in AWS as the caller, at any replica, and is acknowledged every time', async () => {
    const taskId = await alice.begin(TOOL, query(60));
    const ack = { resultType: 'complete', _meta: expect.any(Object) };
    expect((await elsewhere.request('tasks/cancel', { taskId })).result).toEqual(ack);
    expect(usersOf(stack.aws, 'StopQuery')).toEqual(['CloudWatchReader/alice']);
    const task = await alice.get(taskId);
    expect(task).toMatchObject({ status: 'cancelled', statusMessage: expect.stringContaining('cancelled') });
    expect(task).not.toHaveProperty('result');
    expect((await alice.request('tasks/cancel', { taskId })).result).toEqual(ack);
  });

  it('tells that the query runs on when AWS refuses to stop it', async () => {
    const taskId = await alice.begin(TOOL, query(60));
    stack.aws.faults.add({ operation: 'logs:StopQuery', kind: 'access-denied' });
    const { error } = await alice.request('tasks/cancel', { taskId });
    expect(error).toMatchObject({ code: -32603, message: expect.stringMatching(/^\[aws_access_denied\]/) });
    expect(await alice.get(taskId)).toMatchObject({ status: 'working' });
    stack.aws.faults.clear();
    await alice.request('tasks/cancel', { taskId });
  });
});

describe('a task id', () => {
  const changed = (id: string): string => `${id.slice(0, 40)}${id[40] === 'A' ? 'B' : 'A'}${id.slice(41)}`;

  it("that is another's, forged, changed, over or made up is one and the same unknown task, and AWS is not asked [MCP-23]", async () => {
    const taskId = await alice.begin(TOOL, query(60));
    const { result: plain } = await new TaskClient(stack.endpoint, await stack.token('alice'), {
      declares: false,
    }).call(TOOL, query(0));
    const bob = new TaskClient(stack.endpoint, await stack.token('bob'));
    const key = new TaskClient(stack.endpoint, stack.apiKey);
    const attempts: readonly (readonly [TaskClient, string])[] = [
      [bob, taskId],
      [key, taskId],
      [alice, changed(taskId)],
      [alice, taskId.slice(0, -1)],
      [alice, randomBytes(200).toString('base64url')],
      [alice, String(plain?.structuredContent?.['queryId'])],
      [alice, '00000000-0000-4000-8000-000000000000'],
      [alice, 'A'.repeat(6_000)],
      [alice, '__proto__'],
    ];
    stack.aws.calls.clear();
    const from = stack.log.lines().length;
    const answers = new Set<string>();
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      for (const [client, id] of attempts) {
        const { httpStatus, result, error } = await client.request(method, { taskId: id, inputResponses: {} });
        expect(result).toBeUndefined();
        answers.add(`${httpStatus} ${error?.code} ${withoutRequestId(error?.message)}`);
      }
    }
    expect([...answers]).toEqual([
      '200 -32602 [unknown_query] taskId: not a task of yours, or one that is over. Call the tool again. (request id)',
    ]);
    expect(stack.aws.calls.all()).toEqual([]);
    const denied = stack.log
      .lines()
      .slice(from)
      .filter((line) => (line['event'] as { name?: string } | undefined)?.name === 'tool.denied');
    expect(denied.map((line) => (line['tool'] as { reason?: string }).reason)).toEqual(
      Array.from({ length: 3 * attempts.length }, () => 'unknown_query'),
    );
    expect(await alice.get(taskId)).toMatchObject({ status: 'working' });
    await alice.request('tasks/cancel', { taskId });
  });

  it('opens for a day', async () => {
    const taskId = await alice.begin(TOOL, query(0));
    const owner = { issuer: stack.issuer.issuer, subject: 'alice' };
    const facts = openTaskId([SECRET], taskId, owner) as TaskFacts;
    const madeAgo = (ms: number) =>
      sealTaskId(SECRET, { ...facts, createdAt: Date.now() - ms }, owner, randomBytes(12));
    expect(await alice.settle(madeAgo(86_340_000))).toMatchObject({ status: 'completed', pollIntervalMs: 10_000 });
    expect((await alice.request('tasks/get', { taskId: madeAgo(86_400_000) })).error?.code).toBe(-32602);
  });
});

describe('the limits', () => {
  it('of rows and bytes hold, and the rest is to be had by cursor', async () => {
    const small = await startStack({ env: { RESULT_BUDGET_BYTES: '10000' } });
    try {
      const client = new TaskClient(small.endpoint, await small.token('alice'));
      const args = query(0, { query_string: 'fields @timestamp, @message | limit 400' });
      const { result } = await client.settle(await client.begin(TOOL, args));
      const first = result?.structuredContent ?? {};
      expect(first).toMatchObject({ truncated: true, total: 400, next_cursor: expect.any(String) });
      expect(JSON.stringify(first).length).toBeLessThan(12_000);
      const next = { query_id: first['queryId'], cursor: first['next_cursor'] };
      const rest = await small.call(await small.token('alice'), 'get_logs_insight_query_results', next);
      expect(rest.body.result).toMatchObject({ status: 'Complete', returned: expect.any(Number) });
    } finally {
      await small.close();
    }
  });

  it('of running queries count tasks, until they are seen ended or AWS is asked', async () => {
    const narrow = await startStack({ env: { INSIGHTS_MAX_QUERIES_PER_USER: '1' } });
    try {
      const client = new TaskClient(narrow.endpoint, await narrow.token('alice'));
      const running = await client.begin(TOOL, query(60));
      const { result: refused } = await client.call(TOOL, query(0));
      expect(refused?.content?.[0]?.text).toMatch(/^\[rate_limited\]/);
      await client.request('tasks/cancel', { taskId: running });
      // Nobody looks at this one again: the next call finds that it has ended.
      await client.begin(TOOL, query(0));
      const next = await vi.waitFor(() => client.begin(TOOL, query(0)), { timeout: 12_000, interval: 500 });
      expect(await client.settle(next)).toMatchObject({ status: 'completed' });
    } finally {
      await narrow.close();
    }
  });

  it('of requests count every look', async () => {
    const strict = await startStack({ env: { RATE_LIMIT_PER_USER: '5' } });
    try {
      const client = new TaskClient(strict.endpoint, await strict.token('alice'));
      const taskId = await client.begin(TOOL, query(0));
      const looks: number[] = [];
      for (let look = 0; look < 5; look += 1) {
        looks.push((await client.request('tasks/get', { taskId })).httpStatus);
      }
      expect(looks).toEqual([200, 200, 200, 200, 429]);
    } finally {
      await strict.close();
    }
  });

  it('of scopes are checked at every look', async () => {
    const scoped = await startStack({ env: { TOOL_SCOPES: 'logs=cw:logs' } });
    try {
      const holder = new TaskClient(scoped.endpoint, await scoped.token('alice', { scope: 'cw:logs' }));
      const lacking = new TaskClient(scoped.endpoint, await scoped.token('alice', { scope: '' }));
      const taskId = await holder.begin(TOOL, query(0));
      scoped.aws.calls.clear();
      const { error } = await lacking.request('tasks/get', { taskId });
      expect(error).toMatchObject({ code: -32603, message: expect.stringMatching(/^\[insufficient_scope\]/) });
      expect((await lacking.request('tasks/cancel', { taskId })).error?.code).toBe(-32603);
      expect(scoped.aws.calls.all()).toEqual([]);
      expect(await holder.settle(taskId)).toMatchObject({ status: 'completed' });
    } finally {
      await scoped.close();
    }
  });
});
