import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GetActiveAlarmsTool } from '../../src/alarms/get-active-alarms.tool.js';
import {
  type Era,
  ERAS,
  messageOf,
  MODERN_VERSION,
  type Observation,
  ProtocolProbe,
  rpcOf,
  toolCallOf,
  withHeaders,
} from '../support/protocol-probe.js';

const TOOL = 'get_active_alarms';

let probe: ProtocolProbe;

beforeAll(async () => {
  probe = await ProtocolProbe.start({ TOOLSETS: 'all' });
  // Alice's credentials are there: what is recorded later is of the call alone.
  await probe.send(toolCallOf('older', TOOL));
});
afterAll(() => probe.close());
beforeEach(() => probe.stack.aws.calls.clear());
afterEach(() => {
  expect(probe.stack.log.lines().filter(({ level }) => level === 'fatal')).toEqual([]);
});

const nothingRan = (): void => expect(probe.stack.aws.calls.all()).toEqual([]);

/** A refusal as JSON-RPC, in one JSON body, that tells nothing of the inside. */
function expectRefusal(observed: Observation, status: number, code: number, reason?: string): void {
  expect(observed.status, observed.text).toBe(status);
  expect(observed.headers['content-type']).toMatch(/^application\/json/);
  expect(rpcOf(observed)).toMatchObject({ jsonrpc: '2.0', error: { code, message: expect.any(String) as string } });
  probe.expectDenied(observed, reason);
  nothingRan();
}

describe('a batch', () => {
  const VERSIONS: readonly (readonly [string, Era, string | undefined])[] = [
    ['2025-11-25', 'older', '2025-11-25'],
    ['2025-03-26, which had batches', 'older', '2025-03-26'],
    ['no version', 'older', undefined],
    [MODERN_VERSION, 'modern', MODERN_VERSION],
  ];

  it.each(VERSIONS)('of two calls under %s runs neither [MCP-01]', async (_what, era, version) => {
    const message = toolCallOf(era, TOOL);
    const one = String(message.body);
    const headers = { 'mcp-protocol-version': version };
    const observed = await probe.observe(withHeaders({ ...message, body: `[${one},${one}]` }, headers));
    expectRefusal(observed, 400, -32600, 'batch');
  });

  it('counts against the limit of its sender like any request [MCP-01]', async () => {
    const limited = await ProtocolProbe.start({ RATE_LIMIT_PER_USER: '3' });
    try {
      const message = toolCallOf('older', TOOL);
      const batch = { ...message, body: `[${String(message.body)}]` };
      const remaining = [];
      for (let n = 0; n < 3; n += 1) remaining.push((await limited.send(batch)).headers['ratelimit-remaining']);
      expect(remaining).toEqual(['2', '1', '0']);
      expect((await limited.send(message)).status).toBe(429);
      expect(limited.stack.aws.calls.all()).toEqual([]);
    } finally {
      await limited.close();
    }
  });
});

describe('a media type', () => {
  const TYPES = [
    'text/plain',
    undefined,
    'application/jsonp',
    'multipart/form-data',
    'application/json; charset=utf-16',
  ];

  it.each(ERAS.flatMap((era) => TYPES.map((type) => [type, era] as const)))(
    'of the body other than JSON in UTF-8 is refused: %s (%s) [MCP-03]',
    async (type, era) => {
      const observed = await probe.observe(withHeaders(toolCallOf(era, TOOL), { 'content-type': type }));
      expectRefusal(observed, 415, -32600);
    },
  );

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
  ])('of the body may be written as %s [MCP-03]', async (type) => {
    const answer = await probe.send(withHeaders(toolCallOf('older', TOOL), { 'content-type': type }));
    expect(answer.status).toBe(200);
  });

  it.each(ERAS)('of the answer that there is none of is refused: text/html (%s) [MCP-04]', async (era) => {
    const observed = await probe.observe(withHeaders(toolCallOf(era, TOOL), { accept: 'text/html' }));
    expectRefusal(observed, 406, -32600);
  });

  it.each(ERAS.flatMap((era) => ['*/*', undefined, 'application/json'].map((accept) => [accept, era] as const)))(
    'of the answer is JSON for Accept: %s (%s) [MCP-04]',
    async (accept, era) => {
      const answer = await probe.send(withHeaders(toolCallOf(era, TOOL), { accept }));
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(rpcOf(answer)).toMatchObject({
        id: 1,
        result: { structuredContent: { metric_alarms: expect.any(Array) } },
      });
    },
  );
});

describe('a body that is no JSON', () => {
  const SECRET_TEXT = 'a-very-private-piece-of-text';
  const TEXTS: readonly (readonly [string, string])[] = [
    ['broken off', `{"jsonrpc":"2.0","id":1,"method":"${SECRET_TEXT}"`],
    ['with a trailing comma', `{"jsonrpc":"2.0","id":1,"method":"${SECRET_TEXT}",}`],
    ['with NaN', `{"jsonrpc":"2.0","id":NaN,"method":"${SECRET_TEXT}"}`],
    ['with single quotes', `{'jsonrpc':'2.0','id':1,'method':'${SECRET_TEXT}'}`],
    ['with a byte order mark', `\ufeff{"jsonrpc":"2.0","id":1,"method":"${SECRET_TEXT}"}`],
  ];

  it.each(ERAS.flatMap((era) => TEXTS.map(([what, body]) => [what, era, body] as const)))(
    'is a parse error to a caller and nothing to a stranger: %s (%s) [MCP-07]',
    async (_what, era, body) => {
      const message = { ...messageOf(era, 'tools/list'), body };
      const known = await probe.observe(message);
      expectRefusal(known, 400, -32700);
      expect(rpcOf(known).id).toBeNull();
      const stranger = await probe.observe(message, null);
      probe.expectChallenged(stranger);
      for (const { text, log } of [known, stranger]) expect(text + log).not.toContain(SECRET_TEXT);
    },
  );
});

describe('a method there is none of', () => {
  it.each([
    ['older', 200],
    ['modern', 404],
  ] as const)('is not found, in the %s era with status %i [MCP-10]', async (era, status) => {
    for (const method of ['admin/dump', '__proto__', 'constructor', 'tools/call/../list']) {
      const observed = await probe.observe(messageOf(era, method, {}, 7));
      expect(observed.status).toBe(status);
      expect(rpcOf(observed)).toEqual({ jsonrpc: '2.0', id: 7, error: { code: -32601, message: 'Method not found' } });
      probe.expectDenied(observed, 'unknown_method');
    }
    nothingRan();
  });
});

describe('a tool there is none of', () => {
  const NAMES = [
    '__proto__',
    'constructor',
    'toString',
    '../x',
    'x'.repeat(10_240),
    '💥',
    '',
    `${TOOL} `,
    'Get_Active_Alarms',
  ];

  it.each(ERAS)('is unknown, whatever it is called, in the %s era [MCP-11]', async (era) => {
    for (const name of NAMES) {
      const observed = await probe.observe(toolCallOf(era, name));
      const shown = name.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
      expect(observed.status).toBe(200);
      expect(rpcOf(observed)).toEqual({
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32602, message: `Unknown tool: ${shown}` },
      });
      probe.expectDenied(observed, 'unknown_tool');
    }
    nothingRan();
  });
});

describe('a request to open or end a session', () => {
  it.each(['GET', 'DELETE'])(
    'with %s is not allowed where none are kept, and no stream opens [MCP-16]',
    async (method) => {
      for (const accept of ['text/event-stream', 'application/json, text/event-stream', undefined]) {
        for (const session of [undefined, 'made-up']) {
          const headers = { accept, 'mcp-session-id': session, 'last-event-id': session };
          const observed = await probe.observe({ method, headers });
          expect(observed.headers['allow']).toBe('POST');
          expectRefusal(observed, 405, -32600);
        }
      }
    },
  );
});

describe('a protocol version', () => {
  const UNKNOWN = ['1999-01-01', '2099-01-01', 'garbage'];

  it.each(UNKNOWN)('that is unknown is refused in the older era: %s [MCP-17]', async (version) => {
    const message = withHeaders(toolCallOf('older', TOOL), { 'mcp-protocol-version': version });
    const observed = await probe.observe(message);
    expect(observed.status).toBe(400);
    expect(rpcOf(observed).error?.message).toContain(version);
    probe.expectDenied(observed);
    nothingRan();
  });

  it.each(UNKNOWN)(
    'that is unknown is refused with those that are known in the modern era: %s [MCP-17]',
    async (version) => {
      const message = toolCallOf('modern', TOOL);
      const body = String(message.body).replace(MODERN_VERSION, version);
      const observed = await probe.observe(withHeaders({ ...message, body }, { 'mcp-protocol-version': version }));
      expectRefusal(observed, 400, -32022);
      expect(rpcOf(observed).error?.data).toMatchObject({ supported: [MODERN_VERSION], requested: version });
    },
  );

  it('may be left out in the older era, and must be repeated in the header in the modern one [MCP-17]', async () => {
    expect((await probe.send(toolCallOf('older', TOOL))).status).toBe(200);
    probe.stack.aws.calls.clear();
    const message = withHeaders(toolCallOf('modern', TOOL), { 'mcp-protocol-version': undefined });
    expectRefusal(await probe.observe(message), 400, -32020);
  });
});

describe('an answer sent to the server', () => {
  const ANSWERS = [{ result: { content: [] } }, { error: { code: -32000, message: 'never asked' } }];

  it.each(ERAS)('changes nothing, in the %s era [MCP-19]', async (era) => {
    for (const answer of ANSWERS) {
      for (const id of [0, 1, 'x']) {
        const { headers } = messageOf(era, 'tools/list');
        const sent = {
          headers: { ...headers, 'mcp-method': undefined },
          body: JSON.stringify({ jsonrpc: '2.0', id, ...answer }),
        };
        const observed = await probe.observe(sent);
        expect(observed.status).toBe(era === 'older' ? 202 : 400);
        probe.expectDenied(observed);
      }
    }
    nothingRan();
    expect((await probe.send(toolCallOf(era, TOOL))).status).toBe(200);
  });
});

describe('a tool that fails in a way nobody foresaw', () => {
  const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
  afterEach(() => vi.restoreAllMocks());

  it.each(ERAS)('shows the caller a request id and nothing else, the operator its stack (%s) [MCP-21]', async (era) => {
    vi.spyOn(GetActiveAlarmsTool.prototype, 'execute').mockRejectedValue(
      new Error(`cannot read ${KEY_ID} from /srv/app/x.ts of https://sts.internal.test`),
    );
    const observed = await probe.observe(toolCallOf(era, TOOL));
    const requestId = String(observed.headers['x-request-id']);
    expect(observed.status).toBe(200);
    const { result } = rpcOf(observed);
    expect(result?.isError).toBe(true);
    const operator = `Internal error. Give the operator of this server the request id ${requestId}.`;
    expect(result?.content).toEqual([{ type: 'text', text: `[internal] ${operator} (request id ${requestId})` }]);
    expect(`${JSON.stringify(observed.headers)}${observed.text}`).not.toMatch(/AKIA|srv|x\.ts|sts\.internal|\bat /);
    const failures = observed.lines.filter(({ level }) => level === 'error');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ event: { name: 'tool.called' }, request_id: requestId });
    expect(failures[0]?.err?.stack).toMatch(/^Error: cannot read [\s\S]*\n\s+at /);
    expect(observed.log).not.toContain(KEY_ID);
    expect(observed.counted).toEqual({});
  });
});
