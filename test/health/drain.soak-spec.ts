import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALICE_ROLE, freePort, type Stack, startStack } from '../support/stack.js';
import { ServerProcess } from '../support/server-process.js';
import { query, send, type Sent, Stream } from './drain-load.js';

/** `npm run soak:drain`: twenty rounds, each with a query that does not end; `npm run test:drain`: two without. */
const ROUNDS = Number(process.env['DRAIN_ROUNDS'] ?? 2);
const WITH_LONG_QUERY = process.env['DRAIN_LONG_QUERY'] === 'true';
const PER_SECOND = Number(process.env['DRAIN_RATE'] ?? 200);

const LOAD_MS = 2_000;
const LOOK_MS = 500;
const EXIT_MS = 25_000;

let stack: Stack;
let tokens: string[];

beforeAll(async () => {
  stack = await startStack({
    env: {
      LOG_LEVEL: 'INFO',
      INSIGHTS_MAX_QUERIES_PER_USER: '1000',
      INSIGHTS_MAX_QUERIES_PER_ACCOUNT: '1000',
      MAX_STREAMS_PER_USER: '1000',
    },
  });
  tokens = await Promise.all(
    Array.from({ length: 8 }, (_, index) => stack.token(`user-${index}`, { 'custom:role_arn': ALICE_ROLE })),
  );
});
afterAll(() => stack.close());

/** Another replica, in a process of its own. */
async function startReplica(): Promise<ServerProcess> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const port = String(await freePort());
  const identity = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_EC2_METADATA_DISABLED: 'true' };
  return ServerProcess.start({ env: { ...stack.settings, ...identity, CLOUDWATCH_MCP_PORT: port } });
}

/** Looks at readiness as a balancer does, and resolves when no more requests shall be sent. */
async function notReady(url: string): Promise<'draining' | 'gone'> {
  for (;;) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (response === undefined) return 'gone';
    if (response.status === 503) return ((await response.json()) as { status: 'draining' }).status;
    await delay(LOOK_MS);
  }
}

interface Round {
  readonly balanced: readonly Sent[];
  readonly direct: readonly Sent[];
  readonly noticed: string;
  readonly exitCode: number | null;
  readonly exitMs: number;
  readonly unrecorded: number;
  readonly longQuery?: Sent;
}

async function round(): Promise<Round> {
  const replica = await startReplica();
  const { url } = replica;
  await send(url, tokens[0] ?? '', query(0), false);
  // Half of the load heeds readiness; the other half goes on until nobody takes its connections.
  const balanced = new Stream(url, tokens, PER_SECOND / 2);
  const direct = new Stream(url, tokens, PER_SECOND / 2);
  const long = WITH_LONG_QUERY ? send(url, tokens[0] ?? '', query(60), false) : undefined;
  await delay(LOAD_MS);
  const begun = performance.now();
  replica.signal('SIGTERM');
  const noticed = notReady(url).finally(() => balanced.stop());
  const ended = replica.ended.then((exitCode) => ({ exitCode, exitMs: performance.now() - begun }));
  setTimeout(() => direct.stop(), 5_000);
  const exit = await ended;
  direct.stop();
  const sent = { balanced: await balanced.endings(), direct: await direct.endings() };
  const recorded = new Set(replica.lines().map(({ request_id: id }) => id));
  const calls = [...sent.balanced, ...sent.direct].filter(
    ({ ending, what }) => ending === 'answered' && !/list/.test(what),
  );
  const unrecorded = calls.filter(({ requestId }) => !recorded.has(requestId)).length;
  return { ...sent, ...exit, noticed: await noticed, unrecorded, longQuery: await long };
}

const lost = (sent: readonly Sent[]): readonly Sent[] => sent.filter(({ ending }) => ending === 'lost');
const count = (sent: readonly Sent[], ending: Sent['ending']): number =>
  sent.filter((one) => one.ending === ending).length;

describe(`${ROUNDS} rounds of SIGTERM under ${PER_SECOND} requests a second`, () => {
  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'round %i: every request that was accepted is answered, whole, and the process exits with 0 [S9][D8]',
    async (number) => {
      const { balanced, direct, noticed, exitCode, exitMs, unrecorded, longQuery } = await round();
      process.stdout.write(
        `round ${number}: ${balanced.length} balanced and ${direct.length} direct requests, ` +
          `${count(balanced, 'answered')} + ${count(direct, 'answered')} answered, ` +
          `${count(direct, 'refused')} direct ones refused, ${lost([...balanced, ...direct]).length} lost, ` +
          `exit ${exitCode} after ${Math.round(exitMs)} ms\n`,
      );
      expect(noticed).toBe('draining');
      expect(lost(balanced).map(({ what, detail }) => [what, detail])).toEqual([]);
      expect(lost(direct).map(({ what, detail }) => [what, detail])).toEqual([]);
      expect(count(balanced, 'refused')).toBe(0);
      expect(unrecorded).toBe(0);
      expect(exitCode).toBe(0);
      expect(exitMs).toBeLessThanOrEqual(EXIT_MS);
      if (longQuery !== undefined) await expectHandedOn(longQuery);
    },
  );
});

/** The answer has the id of the query, and the replica that is left reads it. */
async function expectHandedOn(answer: Sent): Promise<void> {
  expect(answer.ending).toBe('answered');
  expect(answer.text).toContain('Polling Timeout');
  const queryId = /"structuredContent":\{"queryId":"([^"]+)"/.exec(answer.text)?.[1];
  const { status, body } = await stack.call(tokens[0] ?? '', 'get_logs_insight_query_results', { query_id: queryId });
  expect([status, body.result?.['status']]).toEqual([200, 'Running']);
}
