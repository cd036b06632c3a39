import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { StreamLimitService } from '../../src/security-monitoring/rate-limit/stream-limit.service.js';
import { BUSY_MS } from '../support/busy.js';
import { leakedPiece } from '../support/no-leak.js';
import { ALICE_ROLE, eventually, type Stack, type StackOptions, startStack } from '../support/stack.js';

let stack: Stack;

async function start(env: NonNullable<StackOptions['env']>): Promise<void> {
  stack = await startStack({ env });
}
afterEach(() => stack.close());

interface Line {
  readonly event?: { readonly name?: string };
  readonly auth?: { readonly reason?: string; readonly method?: string; readonly fingerprint?: string };
  readonly tool?: { readonly name?: string; readonly reason?: string };
  readonly client?: { readonly ip?: string };
  readonly request_id?: string;
}

const events = (name: string): readonly Line[] =>
  (stack.log.lines() as Line[]).filter(({ event }) => event?.name === name);

/** What the metrics say of a series, labels in any order; 0 when there is none. */
async function metric(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const text = await (await fetch(stack.app.metricsUrl)).text();
  const line = text
    .split('\n')
    .find(
      (candidate) =>
        candidate.startsWith(`${name}{`) &&
        Object.entries(labels).every(([label, value]) => candidate.includes(`${label}="${value}"`)),
    );
  return Number(line?.split(' ').at(-1) ?? 0);
}

const token = (sub: string): Promise<string> => stack.token(sub, { 'custom:role_arn': ALICE_ROLE });

const within = (wanted: number) => (seconds: number) => Math.abs(seconds - wanted) <= 1 + BUSY_MS / 1_000;

describe('a limit of N requests a minute for each caller', () => {
  it('lets N through and answers the next ten with how long to wait, and runs nothing for them [LIM-01] [D6]', async () => {
    const N = 15;
    await start({ RATE_LIMIT_PER_USER: String(N) });
    const [alice, bob] = await Promise.all([token('alice'), token('bob')]);
    const call = (bearer: string): Promise<Response> =>
      fetch(`${stack.endpoint}/tools/call`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'get_active_alarms', arguments: {} }),
      });
    let begun = 0;
    for (let n = 1; n <= N; n += 1) {
      const served = await call(alice);
      if (n === 1) begun = performance.now() - 1_000 * (60 - Number(served.headers.get('ratelimit-reset')));
      expect(served.status).toBe(200);
      expect(served.headers.get('ratelimit-remaining')).toBe(String(N - n));
    }
    const executions = stack.aws.calls.of('DescribeAlarms').length;
    for (let n = 0; n < 10; n += 1) {
      const refused = await call(alice);
      const left = 60 - (performance.now() - begun) / 1_000;
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toSatisfy(within(left));
      expect(Number(refused.headers.get('ratelimit-reset'))).toSatisfy(within(left));
      expect(refused.headers.get('ratelimit-limit')).toBe(String(N));
      expect(refused.headers.get('ratelimit-remaining')).toBe('0');
      expect(((await refused.json()) as { error: string }).error).toBe('rate_limited');
    }
    expect(stack.aws.calls.of('DescribeAlarms')).toHaveLength(executions);
    expect(events('tool.called')).toHaveLength(N);
    const failures = events('auth.failure');
    expect(failures.map(({ auth }) => auth)).toEqual(
      Array.from({ length: 10 }, () => expect.objectContaining({ reason: 'rate_limited', method: 'jwt' }) as object),
    );
    expect(new Set(failures.map(({ request_id: id }) => id)).size).toBe(10);
    expect(await metric('mcp_auth_failures_total', { method: 'jwt', reason: 'rate_limited' })).toBe(10);
    // Nothing of it shows in what another caller is told.
    expect((await call(bob)).headers.get('ratelimit-remaining')).toBe(String(N - 1));
  });
});

describe('an address that failed 20 times within a minute', () => {
  it('fails with 429 from then on, while its good tokens and other addresses are served [LIM-07]', async () => {
    await start({ RATE_LIMIT_FAILED_AUTH: '20', TRUSTED_PROXIES: '127.0.0.1' });
    const good = await token('alice');
    const bad = `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`;
    const from = (ip: string, bearer: string): Promise<Response> =>
      fetch(stack.endpoint, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'x-forwarded-for': ip,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
    for (let n = 0; n < 20; n += 1) expect((await from('198.51.100.7', bad)).status).toBe(401);
    const refused = await from('198.51.100.7', bad);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('www-authenticate')).toBeNull();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('ratelimit-reset')).toBe(refused.headers.get('retry-after'));
    const text = await refused.text();
    expect(leakedPiece(text, bad)).toBeUndefined();
    expect(text).not.toContain('198.51.100.7');

    expect((await from('198.51.100.7', good)).status).toBe(200);
    expect((await from('198.51.100.8', good)).status).toBe(200);
    expect((await from('198.51.100.8', bad)).status).toBe(401);
    const last = events('auth.failure').filter(({ auth }) => auth?.reason === 'rate_limited');
    expect(last).toHaveLength(1);
    expect(last[0]).toMatchObject({ client: { ip: '198.51.100.7' }, auth: { method: 'jwt' } });
    expect(last[0]?.auth?.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(leakedPiece(stack.log.text, bad)).toBeUndefined();
    expect(await metric('mcp_auth_failures_total', { method: 'jwt', reason: 'rate_limited' })).toBe(1);
  });
});

const query = (seconds: number): object => ({
  log_group_names: ['/shop/checkout'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: `fields @message | limit 1 # takes ${seconds}s`,
  max_timeout: 60,
});

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

type Era = 'older' | 'modern';

function queryCall(bearer: string, args: object, era: Era): { headers: Record<string, string>; body: string } {
  const name = 'execute_log_insights_query';
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
  const params = { name, arguments: args, ...(era === 'modern' && { _meta: MODERN }) };
  return {
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'modern' && modern),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  };
}

/** The stream of a query, in either era of the protocol; it lives until it is aborted or the query ends. */
function stream(bearer: string, args: object, era: Era, signal?: AbortSignal): Promise<Response> {
  return fetch(stack.endpoint, { method: 'POST', signal: signal ?? null, ...queryCall(bearer, args, era) });
}

/** Reads the answer, or closes the connection after so many milliseconds, in whatever state it is; the status, if any came. */
function readOrHangUp(
  call: ReturnType<typeof queryCall>,
  hangUpAfterMs: number | undefined,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    let status: number | undefined;
    const outgoing = request(stack.endpoint, { method: 'POST', agent: false, headers: call.headers }, (response) => {
      status = response.statusCode;
      response.on('error', () => undefined).resume();
    });
    if (hangUpAfterMs !== undefined) setTimeout(() => outgoing.destroy(), hangUpAfterMs);
    outgoing.on('error', () => undefined).on('close', () => resolve(status));
    outgoing.end(call.body);
  });
}

const openStreams = (): number => stack.app.app.get(StreamLimitService, { strict: false }).size;
const MANY_QUERIES = { INSIGHTS_MAX_QUERIES_PER_USER: '100', INSIGHTS_MAX_QUERIES_PER_ACCOUNT: '100' };

describe('streams that are open at the same time', () => {
  it.each(['older', 'modern'] as const)(
    'are five for each caller and as many for all as configured, in the %s era; those open live on [LIM-12]',
    async (era) => {
      await start({ ...MANY_QUERIES, MAX_STREAMS: '7' });
      const [alice, bob, carol] = await Promise.all([token('alice'), token('bob'), token('carol')]);
      const hangUp = new AbortController();
      const hers = [];
      for (let n = 0; n < 4; n += 1) hers.push(await stream(alice, query(6), era));
      hers.push(await stream(alice, query(60), era, hangUp.signal));
      const refused = await stream(alice, query(60), era);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(await refused.text()).toContain('You have 5 streams open');
      const others = [await stream(bob, query(6), era), await stream(bob, query(6), era)];
      const beyond = await stream(carol, query(60), era);
      expect(beyond.status).toBe(429);
      expect(await beyond.text()).not.toMatch(/alice|bob|\d+ streams/);
      expect(openStreams()).toBe(7);

      hangUp.abort();
      await eventually(() => expect(openStreams()).toBe(6));
      others.push(await stream(carol, query(1), era));
      for (const answer of [...hers.slice(0, 4), ...others]) {
        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain('"status":"Complete"');
      }
      await eventually(() => expect(openStreams()).toBe(0));
      expect(stack.aws.calls.of('StartQuery')).toHaveLength(8);
      const limited = events('auth.failure').map(({ auth }) => auth?.reason);
      expect(limited).toEqual(['rate_limited', 'rate_limited']);
      expect(await metric('mcp_auth_failures_total', { method: 'jwt', reason: 'rate_limited' })).toBe(2);
    },
  );

  it('are all given back, whether they end, fail, are cancelled or lose their client [LIM-12]', async () => {
    await start({ ...MANY_QUERIES, MAX_STREAMS_PER_USER: '3', MAX_STREAMS: '6' });
    const callers = await Promise.all(['ann', 'ben', 'cat', 'dan'].map(token));
    const statuses: (number | undefined)[] = [];
    for (let round = 0; round < 6; round += 1) {
      const opened = callers.flatMap((caller, index) =>
        Array.from({ length: 4 }, async (_, n) => {
          const kind = (round + index + n) % 4;
          const args = kind === 0 ? { ...query(1), start_time: 'never' } : query(kind === 1 ? 0.1 : 60);
          const call = queryCall(caller, args, (round + n) % 2 === 0 ? 'older' : 'modern');
          statuses.push(await readOrHangUp(call, kind > 1 ? 20 * ((round * 7 + n * 3) % 10) : undefined));
        }),
      );
      await Promise.all(opened);
      expect(openStreams()).toBeLessThanOrEqual(6);
    }
    await eventually(() => expect(openStreams()).toBe(0));
    expect(statuses).toContain(200);
    for (const status of statuses) expect([200, 429, undefined]).toContain(status);
    for (const caller of callers) {
      expect(await readOrHangUp(queryCall(caller, query(0.1), 'older'), undefined)).toBe(200);
    }
  });
});

/** The most queries that AWS ran at the same time: each from its start until it was stopped or its time was over. */
function mostAtOnce(seconds: number): number {
  const stopped = new Map(
    stack.aws.calls.of('StopQuery').map(({ input, at }) => [(input as { queryId: string }).queryId, at.getTime()]),
  );
  expect(stopped.size).toBe(0);
  const starts = stack.aws.calls.of('StartQuery').filter(({ errorCode }) => errorCode === undefined);
  const times = starts.map(({ at }) => at.getTime());
  return Math.max(...times.map((now) => times.filter((at) => at <= now && at + seconds * 1_000 > now).length));
}

describe('Logs Insights queries at the same time', () => {
  const run = (bearer: string, args: object) => stack.call(bearer, 'execute_log_insights_query', args);

  it('are three of one caller; the other seven are told to wait for one [LIM-14]', async () => {
    await start({});
    const alice = await token('alice');
    const answers = await Promise.all(Array.from({ length: 10 }, () => run(alice, query(5))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(7);
    for (const { body } of refused) {
      expect(body.error).toBe('rate_limited');
      expect(body.error_description).toContain('You have 3 Logs Insights queries running');
    }
    expect(stack.aws.calls.of('StartQuery')).toHaveLength(3);
    const denied = events('tool.denied').map(({ tool }) => tool?.reason);
    expect(denied).toEqual(Array.from({ length: 7 }, () => 'concurrency'));
    expect(await metric('mcp_tool_denied_total', { reason: 'concurrency' })).toBe(7);
    expect((await run(alice, query(0.1))).status).toBe(200);
  });

  it('are 25 in one account, however many callers ask [LIM-14]', async () => {
    await start({});
    const callers = await Promise.all(Array.from({ length: 40 }, (_, n) => token(`user-${n}`)));
    // Everybody's credentials are there: from here on it is queries alone that compete.
    await Promise.all(callers.map((caller) => stack.call(caller, 'get_active_alarms', {})));
    const answers = await Promise.all(callers.map((caller) => run(caller, query(3))));
    const served = answers.filter(({ status }) => status === 200).length;
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40 - served);
    expect(served).toBeGreaterThanOrEqual(25);
    expect(mostAtOnce(3)).toBeLessThanOrEqual(25);
    expect(await metric('mcp_tool_denied_total', { reason: 'concurrency' })).toBe(40 - served);
    const told = answers.filter(({ status }) => status === 429).map(({ body }) => body.error_description ?? '');
    for (const text of told) expect(text).not.toMatch(/user-\d/);
  });

  it('that are cancelled or lose their client are stopped in AWS and make room at once [LIM-14]', async () => {
    await start({});
    const alice = await token('alice');
    const clients = [new AbortController(), new AbortController(), new AbortController()];
    const running = await Promise.all(clients.map(({ signal }) => stream(alice, query(60), 'older', signal)));
    await eventually(() => expect(stack.aws.calls.of('StartQuery')).toHaveLength(3));
    expect((await run(alice, query(0.1))).status).toBe(429);
    for (const client of clients) client.abort();
    await Promise.all(running.map((answer) => answer.text().catch(() => undefined)));
    await eventually(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(3));
    const again = await Promise.all([1, 2, 3].map(() => run(alice, query(0.1))));
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
