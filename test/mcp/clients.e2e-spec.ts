import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerText } from '../support/answer-text.js';
import { type Connect, EVERY_CLIENT, type McpClient } from '../support/clients.js';
import { eventually, signersOf, type Stack, startStack } from '../support/stack.js';

const TOOLS = [
  'analyze_log_group',
  'cancel_logs_insight_query',
  'describe_log_groups',
  'execute_log_insights_query',
  'get_active_alarms',
  'get_alarm_history',
  'get_logs_insight_query_results',
  'get_metric_data',
  'list_accounts',
];

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function withClient<T>(connect: Connect, use: (client: McpClient) => Promise<T>): Promise<T> {
  const client = await connect(stack.endpoint, await stack.token('alice'));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const slowQuery = (seconds: number): object => ({
  log_group_names: ['/shop/checkout'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: `fields @timestamp, @message | limit 5 # takes ${seconds}s`,
  max_timeout: 60,
});

describe.each(EVERY_CLIENT)('%s', (_name, connect) => {
  it('lists the tools with titles and both schemas [C1][C2][C3][C7]', async () => {
    const tools = await withClient(connect, (client) => client.tools());
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(TOOLS));
    expect(names).toEqual([...new Set(names)].sort());
    for (const tool of tools)
      expect(tool).toMatchObject({ title: expect.any(String), inputSchema: {}, outputSchema: {} });
  });

  it('calls a tool as the caller and gets structured content with the same text [C1][C7]', async () => {
    stack.aws.calls.clear();
    const result = await withClient(connect, (client) => client.call('describe_log_groups', {}));
    expect(result.isError).toBeFalsy();
    const groups = result.structuredContent?.['log_group_metadata'] as { logGroupName: string }[];
    expect(groups.map(({ logGroupName }) => logGroupName)).toContain('/shop/checkout');
    expect(answerText(result).data).toEqual(result.structuredContent);
    expect(signersOf(stack.aws, 'DescribeLogGroups')).toEqual([
      expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
    ]);
  });

  it('reports progress while an Insights query runs [C1][C7]', async () => {
    const seen: number[] = [];
    const result = await withClient(connect, (client) =>
      client.call('execute_log_insights_query', slowQuery(1.5), { onprogress: ({ progress }) => seen.push(progress) }),
    );
    expect(result.structuredContent?.['status']).toBe('Complete');
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  });

  it('stops the query in AWS within 2 s of cancelling [MCP-25]', async () => {
    stack.aws.calls.clear();
    await withClient(connect, async (client) => {
      const abort = new AbortController();
      const call = client.call('execute_log_insights_query', slowQuery(60), { signal: abort.signal });
      await eventually(() => expect(stack.aws.calls.of('GetQueryResults').length).toBeGreaterThan(0));
      abort.abort();
      await expect(call).rejects.toThrow();
      await eventually(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(1));
    });
    expect(signersOf(stack.aws, 'StopQuery')).toEqual(signersOf(stack.aws, 'StartQuery'));
  });

  it('answers a wrong argument as a tool error that names the field, without asking AWS [C1]', async () => {
    stack.aws.calls.clear();
    const result = await withClient(connect, (client) => client.call('describe_log_groups', { max_items: 'many' }));
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^\[invalid_input\] max_items: /) }],
    });
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('answers an unknown tool with an error that names it [C7]', async () => {
    for (const name of ['no_such_tool', '__proto__', 'constructor', 'toString']) {
      await expect(withClient(connect, (client) => client.call(name, {}))).rejects.toThrow(`Unknown tool: ${name}`);
    }
  });
});
