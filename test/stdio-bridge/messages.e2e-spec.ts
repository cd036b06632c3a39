import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answersById, BridgeProcess, type BridgeOptions, soon } from './bridge-process.js';
import { events, json, MisbehavingServer, obey } from './misbehaving-server.js';

const MODERN = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};

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

function start(env: BridgeOptions['env'] = {}): BridgeProcess {
  const bridge = new BridgeProcess({ env: { MCP_SERVER_URL: server.origin, ...env } });
  bridges.push(bridge);
  return bridge;
}

const sent = (method: string): (typeof server.received)[number] | undefined =>
  server.received.find(({ message }) => message.method === method);

describe('lines of the client', () => {
  it('may come in any pieces, with any line ends and blank lines between', async () => {
    const bridge = start();
    for (const piece of [
      '{"jsonrpc":"2.0",',
      '"id":1,"method":"a"}\r\n\n  \n{"json',
      'rpc":"2.0","id":"2","method":"ä',
      '"}\n',
    ]) {
      bridge.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await soon(() =>
      expect(answersById(bridge)).toEqual(
        new Map<unknown, number>([
          [1, 1],
          ['2', 1],
        ]),
      ),
    );
    expect(sent('ä')).toBeDefined();
  });

  it.each([
    ['no JSON', 'hello', -32700, null],
    ['half a message', '{"jsonrpc":"2.0","id":7,"meth', -32700, null],
    ['a text', '"hello"', -32600, null],
    ['null', 'null', -32600, null],
    ['another JSON-RPC', '{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, 7],
    ['no method', '{"jsonrpc":"2.0","id":7}', -32600, 7],
    ['a method that is no text', '{"jsonrpc":"2.0","id":7,"method":1}', -32600, 7],
    ['an id that JavaScript rounds', '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', -32600, null],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, null],
    ['a batch', '[{"jsonrpc":"2.0","id":7,"method":"ping"}]', -32600, 7],
    ['an empty batch', '[]', -32600, null],
  ])('are answered when they are no message: %s', async (_, line, code, id) => {
    const bridge = start();
    bridge.send(`${line}\n`);
    expect((await bridge.request('ping', {}, 'after')).result).toBeDefined();
    expect(bridge.messages[0]).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    expect(server.received).toHaveLength(1);
  });

  it('of more than 10 MB are dropped and answered, and the next is read', async () => {
    const bridge = start();
    const megabyte = 'x'.repeat(1_000_000);
    for (let sentMegabytes = 0; sentMegabytes < 40; sentMegabytes += 1) bridge.send(megabyte);
    bridge.send('\n');
    expect((await bridge.request('ping')).result).toBeDefined();
    expect(bridge.messages[0]).toMatchObject({
      id: null,
      error: { code: -32600, message: expect.stringMatching(/more than 10 MB/) },
    });
    expect(bridge.peakMemory()).toBeLessThan(200_000_000);
  });

  it('with the id of a running request are dropped, with a warning', async () => {
    const waiting: (() => void)[] = [];
    server.behave = (message, response, request) => waiting.push(() => obey(message, response, request));
    const bridge = start();
    const answer = bridge.request('first', {}, 5);
    bridge.send({ jsonrpc: '2.0', id: 5, method: 'second' });
    await soon(() => expect(bridge.stderr).toContain('dropped a request'));
    await soon(() => expect(waiting).toHaveLength(1));
    for (const go of waiting) go();
    expect((await answer).result).toEqual({ method: 'first' });
  });
});

describe('a message of 2026-07-28', () => {
  it.each([
    ['tools/call', { name: 'get_active_alarms' }, 'get_active_alarms'],
    ['prompts/get', { name: 'größer' }, `=?base64?${Buffer.from('größer').toString('base64')}?=`],
    ['resources/read', { uri: 'cloudwatch://x' }, 'cloudwatch://x'],
    ['tasks/get', { taskId: 't-1' }, 't-1'],
    ['tools/list', {}, undefined],
  ])('%s goes with the headers that repeat it [E1]', async (method, params, name) => {
    await start().request(method, { ...params, ...MODERN });
    expect(sent(method)?.headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method });
    expect(sent(method)?.headers['mcp-name']).toBe(name);
    expect(sent(method)?.headers['mcp-session-id']).toBeUndefined();
  });

  it.each([400, 404])('gets the refusal of the protocol itself as it is (%i)', async (status) => {
    const error = { code: -32022, message: 'Unsupported protocol version', data: { supported: ['2026-07-28'] } };
    server.behave = ({ id }, response) => json(response, { jsonrpc: '2.0', id, error }, status);
    expect(await start().request('server/discover', MODERN)).toEqual({ jsonrpc: '2.0', id: 1, error });
  });

  it('is cancelled by closing its response', async () => {
    let closed = false;
    server.behave = (_, response) =>
      events(response)
        .once('close', () => (closed = true))
        .flushHeaders();
    const bridge = start();
    bridge.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', ...MODERN } });
    await soon(() => expect(server.received).toHaveLength(1));
    bridge.notify('notifications/cancelled', { requestId: 1, ...MODERN });
    await soon(() => expect(closed).toBe(true));
    server.behave = obey;
    await bridge.request('ping', {}, 2);
    expect(answersById(bridge)).toEqual(new Map([[2, 1]]));
    expect(sent('notifications/cancelled')).toBeUndefined();
  });
});

describe('a message of an older revision', () => {
  it('goes with the session and the revision of the handshake, also right behind it [E1]', async () => {
    server.behave = (message, response, request) => {
      const { id, method } = message;
      if (method !== 'initialize') return obey(message, response, request);
      const result = { protocolVersion: '2025-06-18' };
      setTimeout(() => json(response, { jsonrpc: '2.0', id, result }, 200, { 'Mcp-Session-Id': 'session-1' }), 100);
    };
    const bridge = start();
    const initialized = bridge.request('initialize', { protocolVersion: '2025-11-25' });
    bridge.notify('notifications/initialized');
    await Promise.all([initialized, bridge.request('tools/list')]);
    expect(sent('initialize')?.headers['mcp-session-id']).toBeUndefined();
    for (const method of ['notifications/initialized', 'tools/list']) {
      expect(sent(method)?.headers).toMatchObject({
        'mcp-session-id': 'session-1',
        'mcp-protocol-version': '2025-06-18',
      });
      expect(sent(method)?.headers['mcp-method']).toBeUndefined();
    }
  });

  it('gets a new session when the server forgot the old one', async () => {
    let sessions = 0;
    server.behave = (message, response, request) => {
      const { id, method } = message;
      if (method === 'initialize') {
        sessions += 1;
        const result = { protocolVersion: '2025-11-25' };
        return json(response, { jsonrpc: '2.0', id, result }, 200, { 'Mcp-Session-Id': `session-${sessions}` });
      }
      if (request.headers['mcp-session-id'] === `session-${sessions}`) return obey(message, response, request);
      json(response, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, 404);
    };
    const bridge = start();
    await bridge.request('initialize', {});
    sessions = 10;
    const answers = await Promise.all([1, 2, 3].map((n) => bridge.request('tools/call', { name: `t${n}` })));
    expect(answers.map(({ result }) => result)).toEqual(answers.map(() => ({ method: 'tools/call' })));
    expect(sessions).toBe(11);
    expect(server.received.filter(({ message }) => message.method === 'notifications/initialized')).toHaveLength(1);
    expect(answersById(bridge).size).toBe(4);
  });

  it('is cancelled at the server, and its request ends [E1]', async () => {
    let closed = false;
    server.behave = (message, response, request) => {
      if (message.method !== 'tools/call') return obey(message, response, request);
      events(response)
        .once('close', () => (closed = true))
        .flushHeaders();
    };
    const bridge = start();
    bridge.send({ jsonrpc: '2.0', id: 'long', method: 'tools/call', params: { name: 'x' } });
    await soon(() => expect(server.received).toHaveLength(1));
    bridge.notify('notifications/cancelled', { requestId: 'long', reason: 'no longer needed' });
    await soon(() =>
      expect([closed, sent('notifications/cancelled')?.message.params]).toEqual([
        true,
        { requestId: 'long', reason: 'no longer needed' },
      ]),
    );
    await bridge.request('ping');
    expect(answersById(bridge)).toEqual(new Map([[1, 1]]));
  });
});

describe('what a server says before it answers', () => {
  it('reaches the client as it comes, and the reply of the client reaches the server', async () => {
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 0.5 } };
    const question = { jsonrpc: '2.0', id: 'q1', method: 'elicitation/create', params: {} };
    let finish: () => void = () => undefined;
    server.behave = (message, response) => {
      if (message.method === undefined) {
        response.writeHead(202).end();
        return finish();
      }
      const stream = events(response, progress, question);
      finish = () => stream.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })}\n\n`);
    };
    const bridge = start();
    const answer = bridge.request('tools/call', { name: 'x' });
    await soon(() => expect(bridge.messages).toEqual([progress, question]));
    bridge.send({ jsonrpc: '2.0', id: 'q1', result: { action: 'accept' } });
    expect((await answer).result).toEqual({});
    expect(bridge.stderr).toBe('');
  });
});

describe('a server that is killed', () => {
  it('fails a tool call at once, is not called again for it, and serves when it is back', async () => {
    server.behave = () => undefined;
    const bridge = start();
    const answer = bridge.request('tools/call', { name: 'x' });
    await soon(() => expect(server.received).toHaveLength(1));
    await server.kill();
    expect((await answer).error).toMatchObject({
      message: expect.stringMatching(/may have restarted/),
      data: { reason: 'connection_lost' },
    });
    server.behave = obey;
    await server.listen();
    expect((await bridge.request('tools/call', { name: 'y' })).result).toBeDefined();
    expect(server.received.map(({ message }) => message.params?.name)).toEqual(['x', 'y']);
  });

  it('is not noticed by a list, nor by a tool call that never reached it', async () => {
    let broken = 0;
    server.behave = (message, response, request) => {
      broken += 1;
      if (broken === 1) response.socket?.resetAndDestroy();
      else obey(message, response, request);
    };
    const bridge = start();
    expect((await bridge.request('tools/list')).result).toBeDefined();
    await server.kill();
    const call = bridge.request('tools/call', { name: 'x' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.listen();
    expect((await call).result).toBeDefined();
  });
});

describe('the end', () => {
  it('comes at once and cleanly when the client closes standard input', async () => {
    const bridge = start();
    await bridge.request('ping');
    bridge.closeInput();
    expect(await bridge.ended).toBe(0);
    expect(bridge.stderr).toBe('');
  });

  it('comes after the answers to what a script wrote, a last line without its end included', async () => {
    server.behave = (message, response, request) => void setTimeout(() => obey(message, response, request), 200);
    const bridge = start();
    bridge.send('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n{"jsonrpc":"2.0","id":2,"method":"ping"}');
    bridge.closeInput();
    expect(await bridge.ended).toBe(0);
    expect(answersById(bridge)).toEqual(
      new Map([
        [1, 1],
        [2, 1],
      ]),
    );
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('comes with %s, and what runs is answered', async (signal) => {
    server.behave = () => undefined;
    const bridge = start();
    const answer = bridge.request('tools/call', { name: 'x' });
    await soon(() => expect(server.received).toHaveLength(1));
    bridge.child.kill(signal);
    expect(await bridge.ended).toBe(0);
    expect((await answer).error?.data).toEqual({ reason: 'stopping' });
  });

  it('comes when the client stops reading', async () => {
    const bridge = start();
    await bridge.request('ping');
    bridge.child.stdout?.destroy();
    bridge.child.stderr?.destroy();
    for (let n = 0; n < 5; n += 1) bridge.notify('x');
    bridge.send({ jsonrpc: '2.0', id: 'unread', method: 'ping' });
    expect(await bridge.ended).toBe(0);
  });
});

describe('a client that reads slowly', () => {
  it('slows down the server instead of filling memory', async () => {
    const event = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(100_000) } };
    let written = 0;
    server.behave = ({ id }, response) => {
      const stream = events(response);
      const more = (): void => {
        while (written < 150) {
          written += 1;
          if (!stream.write(`data: ${JSON.stringify(event)}\n\n`)) return void stream.once('drain', more);
        }
        stream.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n\n`);
      };
      more();
    };
    const bridge = start();
    bridge.child.stdout?.pause();
    const answer = bridge.request('tools/call', { name: 'x' });
    let before = -1;
    await soon(() => {
      const now = written;
      const standing = now > 0 && now === before;
      before = now;
      expect(standing).toBe(true);
    });
    expect(written).toBeLessThan(150);
    bridge.child.stdout?.resume();
    expect((await answer).result).toEqual({});
    expect(bridge.messages).toHaveLength(151);
  });
});
