import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../support/busy.js';
import { type Connect, connectV2Modern, EVERY_CLIENT, type Fetch } from '../support/clients.js';
import { ALICE_ROLE, eventually, type Stack, startStack } from '../support/stack.js';

/** `npm run test:long-query` runs the whole minute. */
const SECONDS = Number(process.env.LONG_QUERY_SECONDS ?? 6);
/** Exact when the whole minute is measured. */
const SLACK_MS = SECONDS < 60 ? BUSY_MS : 0;
const MOST_SILENCE_MS = 5_000 + SLACK_MS;
const FIRST_BYTE_MS = 1_000 + SLACK_MS;
const STOP_MS = 2_000 + SLACK_MS;

let stack: Stack;

beforeAll(async () => {
  // All clients at the same time, all of them one user's.
  stack = await startStack({ env: { INSIGHTS_MAX_QUERIES_PER_USER: '20' } });
});
afterAll(() => stack.close());

const query = {
  log_group_names: ['/shop/checkout'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: `fields @timestamp, @message | limit 5 # takes ${SECONDS}s`,
  max_timeout: SECONDS + 30,
};

/** `fetch` that notes how long the answer to a tool call takes to begin: its head, and its first byte. */
function timedFetch(): { readonly fetch: Fetch; readonly headMs: () => number; readonly firstByteMs: () => number } {
  let headMs = Number.NaN;
  let firstByteMs = Number.NaN;
  return {
    headMs: () => headMs,
    firstByteMs: () => firstByteMs,
    fetch: async (url, init) => {
      const started = performance.now();
      const response = await fetch(url, init);
      if (typeof init?.body !== 'string' || !init.body.includes('"tools/call"') || response.body === null)
        return response;
      headMs = performance.now() - started;
      const timing = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          if (Number.isNaN(firstByteMs)) firstByteMs = performance.now() - started;
          controller.enqueue(chunk);
        },
      });
      return new Response(response.body.pipeThrough(timing), response);
    },
  };
}

/** The calls of an operation that one user's own session signed. */
const callsOf = (user: string, operation: string) =>
  stack.aws.calls.of(operation).filter(({ principalArn = '' }) => principalArn.includes(`/${user}-`));

describe.concurrent.each(EVERY_CLIENT)(`a query of ${SECONDS} s with %s`, (client, connect: Connect) => {
  it(
    'answers from the first second on, is told of at least every 5 s, and ends with its rows',
    { timeout: (SECONDS + 40) * 1_000 },
    async () => {
      const timed = timedFetch();
      const mcp = await connect(stack.endpoint, await stack.token('alice'), timed.fetch);
      const started = performance.now();
      const told = [started];
      const result = await mcp.call('execute_log_insights_query', query, {
        timeout: (SECONDS + 30) * 1_000,
        onprogress: () => told.push(performance.now()),
      });
      told.push(performance.now());
      await mcp.close();
      expect(result.structuredContent).toMatchObject({ status: 'Complete', returned: 5 });
      expect(performance.now() - started).toBeGreaterThanOrEqual(SECONDS * 1_000 - 50);
      expect(longestSilence(told)).toBeLessThan(MOST_SILENCE_MS);
      expect(told.length).toBeGreaterThan(SECONDS / 5);
      expect(timed.headMs()).toBeLessThan(FIRST_BYTE_MS);
      expect(timed.firstByteMs()).toBeLessThan(FIRST_BYTE_MS);
      report(client, `first byte after ${ms(timed.firstByteMs())}, longest silence ${ms(longestSilence(told))}`);
    },
  );

  it('is stopped in AWS within 2 s of cancelling', { timeout: 60_000 }, async () => {
    const user = `canceller-${EVERY_CLIENT.findIndex(([name]) => name === client)}`;
    const token = await stack.token(user, { 'custom:role_arn': ALICE_ROLE });
    const mcp = await connect(stack.endpoint, token);
    const abort = new AbortController();
    const options = { signal: abort.signal, onprogress: () => undefined };
    const outcome = Promise.allSettled([mcp.call('execute_log_insights_query', query, options)]);
    await eventually(() => expect(callsOf(user, 'StartQuery')).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, Math.min(SECONDS / 3, 10) * 1_000));
    expect(callsOf(user, 'StopQuery')).toEqual([]);
    const cancelledAt = performance.now();
    abort.abort();
    await eventually(() => expect(callsOf(user, 'StopQuery')).toHaveLength(1), STOP_MS);
    report(client, `stopped in AWS ${ms(performance.now() - cancelledAt)} after cancelling`);
    expect(await outcome).toMatchObject([{ status: 'rejected' }]);
    await mcp.close();
  });
});

describe.concurrent('a query that AWS is slow to tell of', () => {
  it('is told of at least every 5 s all the same', async () => {
    const token = await stack.token('slow', { 'custom:role_arn': ALICE_ROLE });
    const principalContains = '/slow-';
    stack.aws.faults.add({
      operation: 'logs:GetQueryResults',
      kind: 'latency',
      latencyMs: 6_000,
      times: 1,
      principalContains,
    });
    const mcp = await connectV2Modern(stack.endpoint, token);
    const told = [performance.now()];
    const quick = { ...query, query_string: 'fields @message | limit 1' };
    await mcp.call('execute_log_insights_query', quick, { onprogress: () => told.push(performance.now()) });
    told.push(performance.now());
    await mcp.close();
    expect(told.at(-1)! - told[0]!).toBeGreaterThan(5_900);
    expect(longestSilence(told)).toBeLessThan(MOST_SILENCE_MS);
  });
});

function longestSilence(told: readonly number[]): number {
  return Math.max(...told.slice(1).map((time, index) => time - (told[index] ?? 0)));
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function report(client: string, what: string): void {
  process.stderr.write(`${client}: ${what}\n`);
}
