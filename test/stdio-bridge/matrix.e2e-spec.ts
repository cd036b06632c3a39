import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answersById, BridgeProcess, type BridgeOptions, KEY, soon } from './bridge-process.js';
import { type Behaviour, events, FAULTS, json, MisbehavingServer, obey, UPSTREAM_TEXT } from './misbehaving-server.js';

/** `npm run test:bridge`: a thousand. */
const REQUESTS_OF_EACH_FAULT = Number(process.env['BRIDGE_REQUESTS'] ?? 100);
const FLOODED_AT_ONCE = REQUESTS_OF_EACH_FAULT >= 1000 ? 10 : 3;
const TIMEOUT_SECONDS = 2;
const REASONS: Readonly<Record<string, string>> = {
  '401': 'unauthorized',
  '403': 'forbidden',
  '429': 'rate_limited',
  '500': 'server_failure',
  HTML: 'not_mcp',
  empty: 'not_mcp',
  stalled: 'timeout',
  RST: 'connection_lost',
  'half JSON': 'not_mcp',
  'half stream': 'not_mcp',
  '202 to a request': 'not_mcp',
};
const MEGABYTE = Buffer.alloc(1_000_000, 'x');

let server: MisbehavingServer;
let bridges: BridgeProcess[];

beforeEach(async () => {
  bridges = [];
  server = await MisbehavingServer.start(obey);
});
afterEach(async () => {
  await Promise.all(bridges.map((bridge) => bridge.close()));
  await server.kill();
});

function start(env: BridgeOptions['env'] = {}, options: Omit<BridgeOptions, 'env'> = {}): BridgeProcess {
  const bridge = new BridgeProcess({ env: { MCP_SERVER_URL: server.origin, ...env }, ...options });
  bridges.push(bridge);
  return bridge;
}

describe('the key', () => {
  it('is in no argument and in no output, with all that can be switched on to look closer [BRG-01]', async () => {
    const bridge = start({ MCP_BRIDGE_DEBUG: 'true', NODE_DEBUG: 'http,net,tls,stream,timer' });
    const answer = await bridge.request('tools/call', { name: 'get_active_alarms' });
    server.behave = FAULTS['401'] ?? obey;
    const refused = await bridge.request('tools/list');
    const commandLine = readFileSync(`/proc/${bridge.child.pid}/cmdline`, 'utf8');
    await bridge.close();

    expect([answer.result, refused.error?.data]).toEqual([
      { method: 'tools/call' },
      { reason: 'unauthorized', status: 401 },
    ]);
    expect(server.authorizations).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
    expect(bridge.stderr).toContain('tools/call');
    for (const text of [commandLine, bridge.stdout, bridge.stderr]) {
      expect(text.length).toBeGreaterThan(0);
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(Buffer.from(KEY).toString('base64').slice(0, 40));
    }
    for (const line of bridge.stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  it.each([['127.0.0.1.example.com'], ['mcp.example.com'], ['192.168.1.10:3334'], ['[fd00::1]']])(
    'is not sent to http://%s, unencrypted beyond this computer [BRG-02]',
    async (host) => {
      const bridge = start({ MCP_SERVER_URL: `http://${host}` });
      const { error } = await bridge.request('initialize');
      expect(error).toMatchObject({
        data: { reason: 'configuration' },
        message: expect.stringMatching(/Use https:\/\//),
      });
      expect(bridge.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(server.received).toEqual([]);
    },
  );

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %i [BRG-02]', async (status) => {
    const elsewhere = await MisbehavingServer.start(obey);
    server.behave = (_, response) => response.writeHead(status, { Location: `${elsewhere.origin}/mcp` }).end();
    const bridge = start();
    const { error } = await bridge.request('tools/list');
    await elsewhere.kill();
    expect(error).toMatchObject({
      data: { reason: 'redirect', status },
      message: expect.stringMatching(/final address/),
    });
    expect(elsewhere.received).toEqual([]);
    expect(bridge.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('every request', () => {
  it.each(Object.keys(FAULTS))('is answered exactly once when the server answers with %s [BRG-04]', async (fault) => {
    server.behave = FAULTS[fault] ?? obey;
    const bridge = start({ MCP_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) });
    const ids = Array.from({ length: REQUESTS_OF_EACH_FAULT }, (_, index) => (index % 2 === 0 ? index : `id-${index}`));
    const started = performance.now();
    const answers = await Promise.all(ids.map((id) => bridge.request('tools/call', { name: 'x' }, id)));
    const ms = performance.now() - started;

    expect(answers.every(({ error }) => error !== undefined && !error.message.includes(UPSTREAM_TEXT))).toBe(true);
    const [first] = answers;
    expect(new Set(answers.map(({ error }) => error?.data?.['reason']))).toEqual(new Set([REASONS[fault]]));
    expect(first?.error?.data?.['retryAfterSeconds']).toBe(fault === '429' ? 17 : undefined);
    const counts = answersById(bridge);
    expect([ids.filter((id) => counts.get(id) !== 1), counts.size]).toEqual([[], ids.length]);
    if (fault === 'stalled') expect(ms).toBeGreaterThanOrEqual(TIMEOUT_SECONDS * 1000 - 50);
    const alive = bridge.request('ping');
    server.behave = obey;
    expect((await alive).jsonrpc).toBe('2.0');
    for (const text of [bridge.stdout, bridge.stderr]) {
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(UPSTREAM_TEXT);
    }
    // Many failures of one kind are one line.
    expect(bridge.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });
});

describe('what a server sends', () => {
  /** Sends `first`, then `piece` until 100 MB have gone or the connection has. */
  const hundredMegabytes = (type: string, first: string, piece: Buffer): Behaviour =>
    function flood(_, response) {
      response.writeHead(200, { 'Content-Type': type }).write(first);
      let sent = 0;
      const more = (): void => {
        while (sent < 100_000_000 && !response.destroyed) {
          sent += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
  const foreignEvent = Buffer.from(`data: {"jsonrpc":"2.0","id":"x","result":"${MEGABYTE.toString()}"}\n\n`);

  it.each([
    ['100 MB of JSON', hundredMegabytes('application/json', '{"jsonrpc":"2.0","result":"', MEGABYTE)],
    ['an event of 100 MB', hundredMegabytes('text/event-stream', 'data: "', MEGABYTE)],
    ['a comment of 100 MB', hundredMegabytes('text/event-stream', ': ', MEGABYTE)],
    ['100 MB of large events', hundredMegabytes('text/event-stream', '', foreignEvent)],
    ['100 MB of small events', hundredMegabytes('text/event-stream', '', Buffer.from(': still here\n\n'.repeat(5000)))],
  ])('is held to a bound: %s, for several requests at once [BRG-06]', async (_, behave) => {
    server.behave = behave;
    const bridge = start();
    const answers = await Promise.all(
      Array.from({ length: FLOODED_AT_ONCE }, () => bridge.request('tools/call', { name: 'x' })),
    );
    expect(answers.map(({ error }) => error?.data?.['reason'])).toEqual(
      answers.map(() => expect.stringMatching(/^too_(large|busy)$/)),
    );
    expect(bridge.peakMemory()).toBeLessThan(200_000_000);
    server.behave = obey;
    expect((await bridge.request('ping')).result).toEqual({ method: 'ping' });
  });

  it('is given up at the time limit when it never ends [BRG-06]', async () => {
    server.behave = (_, response) => {
      const timer = setInterval(() => response.write(': still here\n\n'), 5);
      events(response).once('close', () => clearInterval(timer));
    };
    const bridge = start({ MCP_TIMEOUT_SECONDS: '1' });
    const { error } = await bridge.request('tools/call', { name: 'x' });
    expect(error).toMatchObject({ data: { reason: 'timeout' }, message: expect.stringMatching(/within a second/) });
  });

  it('cannot steer a terminal [BRG-06]', async () => {
    const nasty = '\u001b[31mred\u001b]0;title\u0007\u009b2J\u202e\u0000\r\n';
    server.behave = ({ id }, response) =>
      json(response, { jsonrpc: '2.0', id, error: { code: -32600, message: nasty } }, 400, { 'X-Nasty': 'yes' });
    const bridge = start({ MCP_BRIDGE_DEBUG: 'true' });
    const { error } = await bridge.request(`tools/${nasty}`);
    expect(error?.message).toBe(nasty);
    server.behave = ({ id }, response) => json(response, { jsonrpc: '2.0', id: `${String(id)}${nasty}`, result: {} });
    expect((await bridge.request('tools/list', {}, nasty)).error?.data).toEqual({ reason: 'not_mcp' });
    await bridge.close();
    for (const text of [bridge.stdout, bridge.stderr]) expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(bridge.stderr).not.toContain('\u202e');
  });

  it.each([
    ['a foreign id', (id: unknown) => [{ id: `${String(id)}-other` }, { id }]],
    ['a doubled id', (id: unknown) => [{ id }, { id }]],
    ['an id of another type', (id: unknown) => [{ id: String(id) }, { id }]],
    ['no id', (id: unknown) => [{ id: null }, { id }]],
    ['an extra response', (id: unknown) => [{ id }, { id: 4711 }]],
  ])('is dropped when it is an answer with %s, as a stream or as JSON [BRG-08]', async (_, idsFor) => {
    const bridge = start();
    for (const form of [events, json]) {
      server.behave = ({ id }, response) => {
        const answers = idsFor(id).map((other, index) => ({ jsonrpc: '2.0', ...other, result: { index } }));
        if (form === json) json(response, answers);
        else events(response, ...answers).end();
      };
      expect((await bridge.request('tools/list')).result).toBeDefined();
    }
    await soon(() => expect(bridge.stderr).toContain('dropped a message of the server'));
    server.behave = obey;
    await bridge.request('ping');
    expect(answersById(bridge)).toEqual(new Map([1, 2, 3].map((id) => [id, 1])));
  });

  it('fails the request when it answers only others [BRG-08]', async () => {
    server.behave = (_, response) => json(response, { jsonrpc: '2.0', id: 'foreign', result: {} });
    const bridge = start();
    const { error } = await bridge.request('tools/list');
    expect(error?.data).toEqual({ reason: 'not_mcp' });
    expect(bridge.messages).toHaveLength(1);
  });
});

describe('files', () => {
  it('are not written [BRG-09]', async () => {
    const home = mkdtempSync(join(tmpdir(), 'bridge-home-'));
    const bridge = start({ HOME: home, TMPDIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home }, { cwd: home });
    await bridge.request('tools/list');
    server.behave = FAULTS['401'] ?? obey;
    await bridge.request('tools/list');
    await bridge.close();
    expect(readdirSync(home, { recursive: true })).toEqual([]);
    rmSync(home, { recursive: true });
  });
});
