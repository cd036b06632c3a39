import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ShutdownService } from '../../src/security-monitoring/shutdown.service.js';
import { startApp } from '../../src/start-app.js';
import { ALICE_ROLE, eventually, freePort, type Stack, startStack, type ToolAnswer } from '../support/stack.js';

const LAST_HOUR = { start_time: 'now-1h', end_time: 'now' };

let stack: Stack;
let shutdown: ShutdownService;
let token: string;

beforeEach(async () => {
  stack = await startStack({ env: { INSIGHTS_MAX_QUERIES_PER_USER: '20', TOOLSETS: 'logs,metrics,alarms' } });
  shutdown = stack.app.app.get(ShutdownService);
  token = await stack.token('alice', { 'custom:role_arn': ALICE_ROLE });
});
afterEach(() => stack.close());

type Answered = Promise<{ status: number; body: ToolAnswer }>;

function call(name: string, args: object): Answered {
  return stack.call(token, name, args);
}

/** Ends the waiting once AWS runs so many queries, or sessions of Live Tail. */
async function stopWaitingFor(operation: string, running: number): Promise<void> {
  await eventually(() => expect(stack.aws.calls.of(operation)).toHaveLength(running));
  shutdown.begin();
  shutdown.stopWaiting();
}

describe('a server that ends', () => {
  it('answers a query it cannot wait for with its id, which another replica reads [D8]', async () => {
    const query = call('execute_log_insights_query', {
      ...LAST_HOUR,
      log_group_names: ['/shop/checkout'],
      query_string: 'fields @message | limit 2 # takes 3s',
      max_timeout: 600,
    });
    await stopWaitingFor('StartQuery', 1);
    const { status, body } = await query;
    expect(status).toBe(200);
    expect(body.result).toMatchObject({ status: 'Polling Timeout', queryId: expect.stringContaining('.') as string });
    expect(stack.aws.calls.of('StopQuery')).toHaveLength(0);
    const port = String(await freePort());
    const other = await startApp(loadAppConfig({ ...stack.settings, CLOUDWATCH_MCP_PORT: port }), {
      logDestination: stack.log,
    });
    try {
      const read = async (): Promise<ToolAnswer> =>
        (await fetch(`${other.url}/mcp/tools/call`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            name: 'get_logs_insight_query_results',
            arguments: { query_id: body.result?.queryId },
          }),
        }).then((response) => response.json())) as ToolAnswer;
      let answer = await read();
      while (/^(Scheduled|Running)$/.test(String(answer.result?.status))) answer = await read();
      expect(answer.result).toMatchObject({ status: 'Complete', returned: 2 });
    } finally {
      await other.close();
    }
  });

  it('answers an analysis of a log group with what is there and the ids of its queries', async () => {
    stack.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'throttle' });
    const analysis = call('analyze_log_group', {
      ...LAST_HOUR,
      log_group_arn: 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout',
    });
    await stopWaitingFor('StartQuery', 2);
    const { status, body } = await analysis;
    expect([status, body.error_description]).toEqual([200, undefined]);
    expect(body.result).toMatchObject({
      top_patterns: { status: 'Polling Timeout', queryId: expect.stringContaining('.') as string },
      top_patterns_containing_errors: { status: 'Polling Timeout', queryId: expect.stringContaining('.') as string },
    });
  });

  it('answers a batch without what has not ended, and stops the queries nobody would ask for again', async () => {
    const batch = call('execute_cwl_insights_batch', {
      ...LAST_HOUR,
      log_group_names: ['/shop/checkout'],
      regions: ['us-east-1', 'eu-west-1'],
      query_string: 'fields @message | limit 2 # takes 300s',
      max_timeout: 600,
    });
    await stopWaitingFor('StartQuery', 2);
    const { body } = await batch;
    expect(JSON.stringify(body)).toContain('being restarted');
    expect(stack.aws.calls.of('StopQuery')).toHaveLength(2);
    expect(stack.aws.calls.of('StartQuery')).toHaveLength(2);
  });

  it('ends a tail with the events it has', async () => {
    const tail = call('tail_log_group', { log_groups: ['/shop/checkout'], max_seconds: 60 });
    await stopWaitingFor('StartLiveTail', 1);
    const { body } = await tail;
    expect(body.result).toMatchObject({
      ended_by: 'server',
      message: expect.stringContaining('being restarted') as string,
    });
  });

  it('ends a tail that had not quite begun', async () => {
    stack.aws.faults.add({ operation: 'logs:StartLiveTail', kind: 'latency', latencyMs: 500, times: 1 });
    const tail = call('tail_log_group', { log_groups: ['/shop/checkout'], max_seconds: 60 });
    await eventually(() => expect(stack.aws.faults.left).toBe(0));
    shutdown.begin();
    shutdown.stopWaiting();
    expect((await tail).body.result).toMatchObject({ ended_by: 'server', returned: 0 });
  });

  it('answers what heeds nothing with a refusal to call again, on both ways in', async () => {
    stack.aws.faults.add({ operation: '*', kind: 'latency', latencyMs: 30_000 });
    const plain = call('get_active_alarms', {});
    const protocol = fetch(stack.endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'filter_log_events', arguments: { log_group: '/shop/checkout' } },
      }),
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    shutdown.begin();
    shutdown.stopWaiting();
    shutdown.answerNow();
    const { status, body } = await plain;
    expect([status, body.error]).toEqual([503, 'unavailable']);
    const answer = (await (await protocol).json()) as { result: { isError: boolean; content: { text: string }[] } };
    expect(answer.result.isError).toBe(true);
    expect(answer.result.content[0]?.text).toMatch(/^\[unavailable\] The server is being restarted/);
    stack.aws.faults.clear();
  });
});
