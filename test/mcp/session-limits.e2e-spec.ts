import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SessionsService } from '../../src/mcp/sessions/sessions.service.js';
import { StreamLimitService } from '../../src/security-monitoring/rate-limit/stream-limit.service.js';
import {
  openingOf,
  messagesOf,
  queryTaking,
  SessionClient,
  SessionProbeModule,
  streamed,
} from '../support/session-client.js';
import { eventually, type Stack, startStack, usersOf } from '../support/stack.js';

/** `npm run test:sessions` makes it 10,000. */
const OPENINGS = Number(process.env['SESSION_OPENINGS'] ?? 200);
const AT_ONCE = 20;
const PER_CALLER = 10;
const IDLE_SECONDS = 2;

const KEPT = { MCP_LEGACY_SESSIONS: 'true' };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let stack: Stack;
let token: string;

const open = (as = token): Promise<SessionClient> => SessionClient.open(stack.endpoint, as);
const sizeOf = (of: Stack): number => of.app.app.get(SessionsService).size;
const statusOf = async (response: Promise<Response>): Promise<number> => (await response).status;

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  stack = await startStack({ env, modules: [SessionProbeModule] });
  token = await stack.token('alice');
}

describe('a session without use', () => {
  beforeAll(() => start({ ...KEPT, MCP_SESSION_IDLE_SECONDS: String(IDLE_SECONDS) }));
  afterAll(() => stack.close());

  it('is kept as long as something of it is open, and then ends after its time', async () => {
    const [idle, listening, calling] = await Promise.all([open(), open(), open()]);
    const stream = await listening.listen();
    const call = streamed(await calling.start('test/ask'));
    const { value: question } = await call.next();
    await pause(IDLE_SECONDS * 1_250);
    expect(await statusOf(idle.start('ping'))).toBe(404);
    expect(sizeOf(stack)).toBe(2);
    expect(await statusOf(listening.start('ping'))).toBe(200);
    await calling.send({ id: question?.id, result: { action: 'decline' } });
    expect((await call.next()).value).toMatchObject({ result: { action: 'decline' } });
    await stream.body?.cancel();
    await eventually(() => expect(sizeOf(stack)).toBe(0), IDLE_SECONDS * 3_000);
    expect(await statusOf(listening.start('ping'))).toBe(404);
  });

  it('is kept by a ping', async () => {
    const client = await open();
    for (let elapsed = 0; elapsed < IDLE_SECONDS * 1_500; elapsed += 500) {
      await pause(500);
      expect(await statusOf(client.start('ping'))).toBe(200);
    }
  });
});

describe('the sessions of one caller', () => {
  beforeAll(() => start({ ...KEPT, MAX_STREAMS_PER_USER: '4', RATE_LIMIT_PER_USER: '1000000' }));
  afterAll(() => stack.close());

  it(
    `are never more than ${PER_CALLER}, the latest, whoever else has some: ${OPENINGS} are opened`,
    { timeout: 300_000 },
    async () => {
      const bobs = await open(await stack.token('bob'));
      const sizes = new Set<number>();
      let latest: SessionClient[] = [];
      for (let opened = 0; opened < OPENINGS; opened += AT_ONCE) {
        latest = await Promise.all(Array.from({ length: AT_ONCE }, () => open()));
        sizes.add(sizeOf(stack));
      }
      expect([...sizes]).toEqual([PER_CALLER + 1]);
      const statuses = await Promise.all(latest.map((client) => statusOf(client.start('ping'))));
      expect(statuses.filter((status) => status === 200)).toHaveLength(PER_CALLER);
      expect(statuses.filter((status) => status === 404)).toHaveLength(AT_ONCE - PER_CALLER);
      expect(await statusOf(bobs.start('ping'))).toBe(200);
    },
  );

  it('are refused with 429 while calls run in all of them', async () => {
    const caller = await stack.token('carol');
    const clients = await Promise.all(Array.from({ length: PER_CALLER }, () => open(caller)));
    const calls = await Promise.all(clients.map(async (client) => streamed(await client.start('test/ask'))));
    await Promise.all(calls.map((call) => call.next()));
    const refused = await openingOf(stack.endpoint, caller);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await messagesOf(refused)).toMatchObject([{ error: { message: expect.stringContaining('10 sessions') } }]);
    await clients[0]?.delete();
    expect(await statusOf(openingOf(stack.endpoint, caller))).toBe(200);
    await Promise.all(clients.map((client) => client.delete()));
  });

  it('leave half of the streams to calls', async () => {
    const caller = await stack.token('dave');
    const [first, second, third] = [await open(caller), await open(caller), await open(caller)];
    const listening = [await first.listen(), await second.listen()];
    expect(listening.map(({ status }) => status)).toEqual([200, 200]);
    expect(await statusOf(third.listen())).toBe(429);
    // Listening anew takes the place of the earlier stream.
    expect(await statusOf(first.listen())).toBe(200);
    const answers = await Promise.all([first, second].map((client) => client.start('tools/call', queryTaking(30))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await statusOf(third.start('tools/call', queryTaking(30)))).toBe(429);
    await Promise.all([first, second, third].map((client) => client.delete()));
    await eventually(() => expect(stack.app.app.get(StreamLimitService).size).toBe(0));
  });
});

describe('a stream of a session', () => {
  beforeAll(() => start(KEPT));
  beforeEach(() => stack.aws.calls.clear());
  afterAll(() => stack.close());

  const expiring = (seconds: number): Promise<string> =>
    stack.token('alice', { exp: Math.floor(Date.now() / 1_000) + seconds });

  it('ends with the token it was opened with, and the session lives on with a new one', async () => {
    const client = await open();
    client.token = await expiring(3);
    const stream = await client.listen();
    expect(await stream.text()).toBe('');
    // Long before it would be refused.
    expect(await statusOf(client.start('ping'))).toBe(200);
    client.token = token;
    expect(await statusOf(client.start('ping'))).toBe(200);
    expect(await statusOf(client.listen())).toBe(200);
    await client.delete();
  });

  it('that carries a call ends with the token, says so, and the query is stopped', async () => {
    const client = await open();
    client.token = await expiring(3);
    const messages = await messagesOf(await client.start('tools/call', queryTaking(60)));
    expect(messages.at(-1)).toMatchObject({ error: { message: expect.stringContaining('has expired') } });
    await eventually(() => expect(stack.aws.calls.of('StopQuery')).toHaveLength(1));
    expect(usersOf(stack.aws, 'StopQuery')).toEqual(['CloudWatchReader/alice']);
    await client.heldBy(token).delete();
  });

  it('opened after the end of its token, as clocks differ, ends when the token would be refused', async () => {
    const client = await open();
    client.token = await expiring(-26);
    const stream = await client.listen();
    expect(stream.status).toBe(200);
    expect(await client.call('ping')).toMatchObject({ result: {} });
    expect(await stream.text()).toBe('');
    expect(await statusOf(client.start('ping'))).toBe(401);
    await client.heldBy(token).delete();
  });
});

describe('the end of the process', () => {
  it('ends what listens at once, answers what runs, and then every session', async () => {
    await start(KEPT);
    const client = await open();
    const listening = await client.listen();
    const answer = client.start('tools/call', queryTaking(1.5));
    await eventually(() => expect(stack.aws.calls.of('StartQuery')).toHaveLength(1));
    const service = stack.app.app.get(SessionsService);
    const closed = stack.close();
    expect(await listening.text()).toBe('');
    expect(service.size).toBe(1);
    expect((await messagesOf(await answer)).at(-1)).toMatchObject({
      result: { structuredContent: { status: 'Complete' } },
    });
    await closed;
    expect(service.size).toBe(0);
  });
});

describe('without MCP_LEGACY_SESSIONS', () => {
  beforeAll(() => start({}));
  afterAll(() => stack.close());

  it('nothing is kept, and neither GET nor DELETE reaches anything, with an id of ours or none [MCP-16]', async () => {
    const client = await open();
    expect(client.id).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
    expect(sizeOf(stack)).toBe(0);
    for (const id of [client.id, '']) {
      for (const method of ['GET', 'DELETE', 'PUT']) {
        const response = await client.heldBy(token, id).request({ method, headers: { accept: 'text/event-stream' } });
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
        expect(await response.json()).toEqual({
          jsonrpc: '2.0',
          id: null,
          error: { code: -32600, message: 'Send POST; this server keeps no sessions.' },
        });
      }
    }
    expect(stack.app.app.get(StreamLimitService).size).toBe(0);
    expect(await client.call('tools/list')).toHaveProperty('result.tools');
  });
});

describe('browsers', () => {
  it.each([
    ['true', 'GET, POST, DELETE, OPTIONS'],
    ['false', 'POST, OPTIONS'],
  ])('may send, with MCP_LEGACY_SESSIONS=%s, %s', async (kept, methods) => {
    const origin = 'https://chat.example.com';
    await start({ MCP_LEGACY_SESSIONS: kept, CORS_ALLOWED_ORIGINS: origin });
    const headers = { origin, 'access-control-request-method': 'DELETE' };
    const preflight = await fetch(stack.endpoint, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-methods')).toBe(methods);
    await stack.close();
  });
});
