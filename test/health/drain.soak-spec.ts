import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALICE_ROLE, freePort, type Stack, startStack } from '../support/stack.js';
import { ServerProcess } from '../support/server-process.js';
import { query, send, type Sent, Stream } from './drain-load.js';

/** `npm run soak:drain`: twenty rounds, each with a query that does not end; `npm run test:drain`: two without. */
const ROUNDS = Number(process.env['DRAIN_ROUNDS'] ?? 2);
const WITH_LONG_QUERY = process.env['DRAIN_LONG_QUERY'] === 'true';
const PER_SECOND = Number(process.env['DRAIN_RATE'] ?? 200);

const WARM_UP_MS = 1_500;
const LOAD_MS = 2_000;
/** So long requests are sent straight to a server that ends. */
const DIRECT_MS = 4_500;
const LOOK_MS = 500;
const OVERLOADED_MS = 1_000;
const TRIES = 3;
const EXIT_MS = 25_000;

let stack: Stack;
let tokens: string[];

beforeAll(async () => {
  stack = await startStack({
    env: {
      LOG_LEVEL: 'INFO',
      INSIGHTS_MAX_QUERIES_PER_USER: '100',
      INSIGHTS_MAX_QUERIES_PER_ACCOUNT: '100',
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
  /** Correlation ids in what the replica wrote. */
  readonly recorded: ReadonlySet<unknown>;
  readonly longQuery?: Sent;
}

async function round(): Promise<Round> {
  const replica = await startReplica();
  const { url } = replica;
  const warmUp = new Stream(url, tokens, PER_SECOND / 4);
  await delay(WARM_UP_MS);
  warmUp.stop();
  await warmUp.endings();
  // Half of the load heeds readiness; the other half goes on until nobody takes its connections.
  const balanced = new Stream(url, tokens, PER_SECOND / 2);
  const direct = new Stream(url, tokens, PER_SECOND / 2);
  const long = WITH_LONG_QUERY ? send(url, tokens[0] ?? '', query(60), false) : undefined;
  await delay(LOAD_MS);
  const begun = performance.now();
  replica.signal('SIGTERM');
  const noticed = notReady(url).finally(() => balanced.stop());
  setTimeout(() => direct.stop(), DIRECT_MS);
  const exitCode = await replica.ended;
  const exitMs = performance.now() - begun;
  const recorded = new Set(replica.lines().map(({ correlation_id: id }) => id));
  const sent = { balanced: await balanced.endings(), direct: await direct.endings() };
  return { ...sent, noticed: await noticed, exitCode, exitMs, recorded, longQuery: await long };
}

/** A round of a machine that could serve the load: in one that cannot, everything waits, readiness too. */
async function servedRound(): Promise<Round> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await round();
    const typical = median(outcome.balanced);
    if (typical <= OVERLOADED_MS || tries === TRIES) return outcome;
    process.stdout.write(`half the answers took more than ${typical} ms: the machine is too busy, once more\n`);
  }
}

const count = (sent: readonly Sent[], ending: Sent['ending']): number =>
  sent.filter((one) => one.ending === ending).length;
const median = (sent: readonly Sent[]): number =>
  Math.round(sent.map(({ tookMs }) => tookMs).sort((a, b) => a - b)[Math.floor(sent.length / 2)] ?? 0);

describe(`${ROUNDS} rounds of SIGTERM under ${PER_SECOND} requests a second`, () => {
  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'round %i: every request that was accepted is answered, whole, and the process exits with 0 [S9][D8]',
    async (number) => {
      const { balanced, direct, noticed, exitCode, exitMs, recorded, longQuery } = await servedRound();
      const all = [...balanced, ...direct];
      const lost = all.filter(
        ({ ending, correlationId }) => ending === 'cut' || (ending === 'reset' && recorded.has(correlationId)),
      );
      process.stdout.write(
        `round ${number}: ${count(all, 'answered')} of ${all.length} requests answered (median ${median(balanced)} ms), ` +
          `after the listener closed ${count(direct, 'refused')} refused and ${count(direct, 'reset')} reset, ` +
          `${lost.length} lost; exit ${exitCode} after ${Math.round(exitMs)} ms\n`,
      );
      expect(noticed).toBe('draining');
      expect(lost.map(({ what, detail }) => [what, detail])).toEqual([]);
      expect(count(balanced, 'answered')).toBe(balanced.length);
      expect(all.filter(({ ending, correlationId }) => ending === 'answered' && !recorded.has(correlationId))).toEqual(
        [],
      );
      expect(exitCode).toBe(0);
      expect(exitMs).toBeLessThanOrEqual(EXIT_MS);
      if (longQuery !== undefined) await expectHandedOn(longQuery);
    },
  );
});

/** The answer has the id of the query, and the replica that is left reads it. */
async function expectHandedOn(answer: Sent): Promise<void> {
  expect([answer.ending, answer.detail]).toEqual(['answered', undefined]);
  expect(answer.text).toContain('Polling Timeout');
  const queryId = /"structuredContent":\{"queryId":"([^"]+)"/.exec(answer.text)?.[1];
  const { status, body } = await stack.call(tokens[0] ?? '', 'get_logs_insight_query_results', { query_id: queryId });
  expect([status, body.result?.['status']]).toEqual([200, 'Running']);
}
