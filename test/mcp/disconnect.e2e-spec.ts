import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../support/busy.js';
import { type Era, type Message, toolCallOf } from '../support/protocol-probe.js';
import { eventually, type Stack, startStack } from '../support/stack.js';

/** `npm run test:protocol` makes it 200, each a second after its start. */
const RUNS = Number(process.env['DISCONNECT_RUNS'] ?? 40);
const AT_ONCE = 40;
const AFTER_MS = RUNS > AT_ONCE ? 1_000 : 400;
const STOP_MS = 2_000 + (RUNS > AT_ONCE ? 0 : BUSY_MS);

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

const query = (era: Era, region: string): Message =>
  toolCallOf(era, 'execute_log_insights_query', {
    log_group_names: ['/shop/checkout'],
    start_time: 'now-1h',
    end_time: 'now',
    query_string: 'fields @message | limit 1 # takes 60s',
    max_timeout: 60,
    region,
  });

function startThenDisconnect(token: string, { headers, body }: Message): Promise<void> {
  return new Promise((resolve) => {
    const given = Object.fromEntries(Object.entries(headers ?? {}).filter(([, value]) => value !== undefined));
    const options = { method: 'POST', headers: { ...given, authorization: `Bearer ${token}` }, agent: false };
    const outgoing = request(stack.endpoint, options, (response) => {
      response.on('error', () => undefined);
      setTimeout(() => outgoing.destroy(), AFTER_MS);
    });
    outgoing.on('error', () => undefined).on('close', resolve);
    outgoing.end(body);
  });
}

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

const named = (name: string): Record<string, unknown>[] =>
  stack.log.lines().filter((line) => (line['event'] as { name?: string } | undefined)?.name === name);

describe(`${RUNS} clients that close the connection while their query runs`, () => {
  it(
    'stop it in AWS once each, within 2 s, and leave nothing behind [MCP-25]',
    { timeout: 30_000 + RUNS * 1_000 },
    async () => {
      const token = await stack.token('alice');
      await stack.call(token, 'get_active_alarms');
      const before = timers();
      for (let batch = 0; batch < RUNS; batch += AT_ONCE) {
        const runs = Array.from({ length: AT_ONCE }, (_, index) =>
          query(index % 2 === 0 ? 'older' : 'modern', REGIONS[index % REGIONS.length] ?? ''),
        );
        await Promise.all(runs.map((run) => startThenDisconnect(token, run)));
        const left = Date.now();
        await eventually(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(batch + AT_ONCE));
        const stops = stack.aws.calls.of('StopQuery').slice(batch);
        const waits = stops.map(({ at }) => at.getTime() - left).sort((a, b) => a - b);
        expect(waits[AT_ONCE / 2]).toBeLessThan(STOP_MS);
      }
      expect(stack.aws.calls.of('StartQuery')).toHaveLength(RUNS);
      const stopped = new Set(
        stack.aws.calls.of('StopQuery').map(({ input }) => (input as { queryId: string }).queryId),
      );
      expect(stopped.size).toBe(RUNS);

      await eventually(() => expect(named('tool.cancelled')).toHaveLength(RUNS));
      const polls = stack.aws.calls.of('GetQueryResults').length;
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(stack.aws.calls.of('GetQueryResults')).toHaveLength(polls);
      expect(stack.log.lines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
      expect(await (await fetch(stack.app.metricsUrl)).text()).toMatch(
        new RegExp(`^mcp_tool_calls_total\\{.*outcome="cancelled".*\\} ${RUNS}$`, 'm'),
      );
      await eventually(() => expect(timers()).toBeLessThanOrEqual(before));
    },
  );
});
