import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GetActiveAlarmsTool } from '../../src/alarms/get-active-alarms.tool.js';
import {
  type Era,
  ERAS,
  type Message,
  messageOf,
  type ProbeAnswer,
  ProtocolProbe,
  rpcOf,
  toolCallOf,
  withHeaders,
} from '../support/protocol-probe.js';
import { ALICE_ROLE, eventually } from '../support/stack.js';

/** `npm run test:protocol` makes it 1,000 trials, and 100 users of 100 calls. */
const TRIALS = Number(process.env['CANCEL_TRIALS'] ?? 50);
const USERS = Number(process.env['CROWD_USERS'] ?? 10);
const CALLS = Number(process.env['CROWD_CALLS'] ?? 12);
const AT_ONCE = 500;

let probe: ProtocolProbe;

beforeAll(async () => {
  probe = await ProtocolProbe.start();
});
afterAll(() => probe.close());

const token = (sub: string): Promise<string> => probe.stack.token(sub, { 'custom:role_arn': ALICE_ROLE });
const recorded = (name: string): object[] =>
  probe.stack.log.lines().filter(({ event }) => (event as { name?: string } | undefined)?.name === name);

async function sessionOf(bearer: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } };
  return String((await probe.send(messageOf('older', 'initialize', params), bearer)).headers['mcp-session-id']);
}

/** What can be seen of an answer, but for what is new in every answer. */
function visible({ status, headers, text }: ProbeAnswer): unknown {
  const names = Object.keys(headers).filter(
    (name) => !/^(?:date|x-request-id|x-correlation-id|ratelimit-.*)$/.test(name),
  );
  return [status, names.sort().map((name) => [name, headers[name]]), text];
}

/** Holds every call of a tool until it is let go. */
function holdCalls(): { readonly running: () => number; letGo(): void } {
  let running = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const execute = Reflect.get(GetActiveAlarmsTool.prototype, 'execute');
  vi.spyOn(GetActiveAlarmsTool.prototype, 'execute').mockImplementation(async function (
    this: GetActiveAlarmsTool,
    input,
    call,
  ) {
    const aborted = new Promise<never>((_, reject) => call.signal.addEventListener('abort', () => reject(new Error())));
    running += 1;
    await Promise.race([gate, aborted]).finally(() => (running -= 1));
    return execute.call(this, input, call);
  });
  return { running: () => running, letGo: () => open() };
}

describe('a cancellation by someone else', () => {
  const AT_A_TIME = 25;
  afterEach(() => vi.restoreAllMocks());

  it(
    `ends no call in ${TRIALS} trials, and does not tell whether there is one [MCP-13]`,
    { timeout: 60_000 + TRIALS * 600 },
    async () => {
      const [alice, mallory] = await Promise.all([token('alice'), token('mallory')]);
      const [hers, theirs] = await Promise.all([sessionOf(alice), sessionOf(mallory)]);
      const told: Record<Era, Set<string>> = { older: new Set(), modern: new Set() };
      const cancel = async (era: Era, requestId: number, session?: string): Promise<void> => {
        const message = messageOf(era, 'notifications/cancelled', { requestId, reason: 'not mine' }, null);
        const answer = await probe.send(withHeaders(message, { 'mcp-session-id': session }), mallory);
        told[era].add(JSON.stringify(visible(answer)));
      };
      const before = recorded('tool.cancelled').length;
      for (let first = 0; first < TRIALS; first += AT_A_TIME) {
        const ids = Array.from({ length: Math.min(AT_A_TIME, TRIALS - first) }, (_, n) => first + n);
        const held = holdCalls();
        const calls = ids.map((id) => {
          const call = toolCallOf(id % 2 === 0 ? 'older' : 'modern', 'get_active_alarms', {}, id);
          return probe.send(withHeaders(call, { 'mcp-session-id': hers }), alice);
        });
        await eventually(() => expect(held.running()).toBe(ids.length), 10_000);
        const sessions = [hers, theirs, `${hers}x`, undefined];
        const attempts = ids.flatMap((id) => [
          ...sessions.map((session) => [id, session] as const),
          // One that may be another's of hers, and one that there is none of.
          ...[id % 101, 1_000_000 + id].map((guess) => [guess, hers] as const),
        ]);
        await Promise.all(ERAS.flatMap((era) => attempts.map(([id, session]) => cancel(era, id, session))));
        expect(held.running()).toBe(ids.length);
        held.letGo();
        for (const answer of await Promise.all(calls)) {
          expect(rpcOf(answer).result?.structuredContent?.['metric_alarms']).toBeInstanceOf(Array);
        }
        vi.restoreAllMocks();
      }
      expect(recorded('tool.cancelled')).toHaveLength(before);
      for (const era of ERAS) expect([...told[era]].map((seen) => (JSON.parse(seen) as unknown[])[0])).toEqual([202]);
    },
  );

  it('would have ended it, were it her own [MCP-13]', async () => {
    const alice = await token('alice');
    const session = await sessionOf(alice);
    const held = holdCalls();
    const running = probe.send(
      withHeaders(toolCallOf('older', 'get_active_alarms', {}, 7), { 'mcp-session-id': session }),
      alice,
    );
    await eventually(() => expect(held.running()).toBe(1), 10_000);
    const message = messageOf('older', 'notifications/cancelled', { requestId: 7 }, null);
    await probe.send(withHeaders(message, { 'mcp-session-id': session }), alice);
    expect((await running).text).not.toContain('"result"');
    expect(held.running()).toBe(0);
  });
});

describe('callers who all number their calls from 0', () => {
  interface Sent {
    readonly id: number;
    readonly marker: string;
    readonly bearer: string;
    readonly message: Message;
  }
  const WINDOW = { start_time: 'now-10m', end_time: 'now' };
  const METRIC = { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', statistic: 'Sum' };

  const callOf = (era: Era, user: number, id: number, bearer: string): Sent => {
    const marker = `marker-${era}-${user}-${id}-`;
    const args = { ...WINDOW, queries: [{ id: 'm1', metric_stat: METRIC, label: marker }] };
    return { id, marker, bearer, message: toolCallOf(era, 'get_metric_data', args, id) };
  };

  it.each(ERAS)(
    `get their own answers: ${USERS} users with ${CALLS} calls at once each (%s) [MCP-14]`,
    { timeout: 60_000 + USERS * CALLS * 60 },
    async (era) => {
      const bearers = await Promise.all(Array.from({ length: USERS }, (_, user) => token(`user-${era}-${user}`)));
      const all = bearers.flatMap((bearer, user) =>
        Array.from({ length: CALLS }, (_, id) => callOf(era, user, id, bearer)),
      );
      const before = recorded('tool.called').length;
      const wrong: string[] = [];
      for (let first = 0; first < all.length; first += AT_ONCE) {
        const some = all.slice(first, first + AT_ONCE);
        const answers = await Promise.all(some.map(({ message, bearer }) => probe.send(message, bearer)));
        answers.forEach((answer, index) => {
          const { id, marker } = some[index] as Sent;
          const markers = new Set(answer.text.match(/marker-\w+-\d+-\d+-/g));
          if (rpcOf(answer).id !== id || markers.size !== 1 || !markers.has(marker))
            wrong.push(`${marker}: ${answer.text}`);
        });
      }
      expect(wrong.slice(0, 3)).toEqual([]);
      expect(recorded('tool.called').length - before).toBe(USERS * CALLS);
    },
  );
});

describe("another caller's query", () => {
  it.each(ERAS)('is unknown, also after its owner has read it, in the %s era [MCP-23]', async (era) => {
    const [owner, other] = await Promise.all([token('owner'), token('other')]);
    const query = {
      log_group_names: ['/shop/checkout'],
      start_time: 'now-1h',
      end_time: 'now',
      query_string: 'fields @message | filter @message like /very-private-marker/ or 1=1 | limit 3',
    };
    const done = rpcOf(await probe.send(toolCallOf(era, 'execute_log_insights_query', query), owner));
    const query_id = done.result?.structuredContent?.['queryId'];
    const read = toolCallOf(era, 'get_logs_insight_query_results', { query_id });
    const rows = rpcOf(await probe.send(read, owner)).result?.structuredContent?.['results'];
    expect(rows).toHaveLength(3);
    await probe.send(toolCallOf(era, 'get_active_alarms'), other);
    probe.stack.aws.calls.clear();
    for (const tool of ['get_logs_insight_query_results', 'cancel_logs_insight_query']) {
      const observed = await probe.observe(toolCallOf(era, tool, { query_id }), other);
      const { result } = rpcOf(observed);
      expect(result?.isError).toBe(true);
      expect(result?.content?.[0]?.text).toMatch(/^\[unknown_query\] /);
      expect(observed.text).not.toMatch(/very-private-marker|checkout|owner/);
      probe.expectDenied(observed, 'unknown_query');
    }
    expect(probe.stack.aws.calls.all()).toEqual([]);
  });
});
