import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Stack, startStack } from '../support/stack.js';

const RUNS = 200;

let stack: Stack;

beforeAll(async () => {
  // All of them are one user's, in one account.
  stack = await startStack({
    env: {
      MAX_STREAMS_PER_USER: String(RUNS),
      INSIGHTS_MAX_QUERIES_PER_USER: '100',
      INSIGHTS_MAX_QUERIES_PER_ACCOUNT: '100',
    },
  });
});
afterAll(() => stack.close());

/** AWS lets ten queries start a second in one account and region. */
const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-central-1',
  'eu-north-1',
];

const query = (region: string): string =>
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
        max_timeout: 60,
        region,
      },
    },
  });

function startThenDisconnect(token: string, region: string, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const outgoing = request(stack.endpoint, { method: 'POST', headers, agent: false }, (response) => {
      response.on('error', () => undefined);
      setTimeout(() => outgoing.destroy(), afterMs);
    });
    outgoing.on('error', () => undefined).on('close', resolve);
    outgoing.end(query(region));
  });
}

const named = (name: string): Record<string, unknown>[] =>
  stack.log.lines().filter((line) => (line['event'] as { name?: string } | undefined)?.name === name);

describe(`${RUNS} clients that close the connection while their query runs`, () => {
  it('stop it in AWS once each, within 2 s, and leave nothing behind [MCP-25]', { timeout: 60_000 }, async () => {
    const token = await stack.token('alice');
    for (let batch = 0; batch < RUNS; batch += 50) {
      const regions = Array.from({ length: 50 }, (_, index) => REGIONS[index % REGIONS.length] ?? '');
      await Promise.all(regions.map((region) => startThenDisconnect(token, region, 500)));
      await eventually(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(batch + 50));
    }
    expect(stack.aws.calls.of('StartQuery')).toHaveLength(RUNS);
    const stopped = new Set(stack.aws.calls.of('StopQuery').map(({ input }) => (input as { queryId: string }).queryId));
    expect(stopped.size).toBe(RUNS);

    await eventually(() => expect(named('tool.cancelled')).toHaveLength(RUNS));
    const polls = stack.aws.calls.of('GetQueryResults').length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(stack.aws.calls.of('GetQueryResults')).toHaveLength(polls);
    expect(stack.log.lines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
