import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { medianCpuMs } from '../support/cpu.js';
import { ERAS, ProtocolProbe, rpcOf, toolCallOf } from '../support/protocol-probe.js';
import { type RawAnswer, rawExchange } from '../support/raw-http.js';
import { ServerProcess } from '../support/server-process.js';
import { eventually } from '../support/stack.js';

const LIMIT = 1_048_576;
const TOOL = 'get_active_alarms';

let probe: ProtocolProbe;

beforeAll(async () => {
  probe = await ProtocolProbe.start({ TOOLSETS: 'all' });
  await probe.send(toolCallOf('older', TOOL));
  probe.stack.aws.calls.clear();
});
afterAll(() => probe.close());

/** The head of a request of a known caller. */
function head(port: number, token: string, ...lines: readonly string[]): string {
  const all = [`Host: 127.0.0.1:${port}`, 'Content-Type: application/json', `Authorization: Bearer ${token}`, ...lines];
  return `POST /mcp HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}

function expectTooLarge({ status, headers, body }: RawAnswer): void {
  expect(status).toBe(413);
  expect(headers).toMatchObject({ connection: 'close', 'content-type': expect.stringMatching(/^application\/json/) });
  expect(JSON.parse(body)).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32600, message: 'The body is larger than 1 MB.' },
  });
}

describe('a body of more than 1 MB', () => {
  const padded = (bytes: number): string => {
    const [begin = '', end = ''] = String(toolCallOf('older', TOOL).body).split('"arguments":{}');
    const frame = `${begin}"arguments":{"region":"us-east-1"}${end}`;
    return frame + ' '.repeat(bytes - frame.length);
  };

  it.each(ERAS)(
    'by one byte is refused, in the %s era, and recorded; one byte less is served [MCP-05]',
    async (era) => {
      const { headers } = toolCallOf(era, TOOL);
      const observed = await probe.observe({ headers, body: padded(LIMIT + 1) });
      expect(observed.status).toBe(413);
      expect(observed.headers.connection).toBe('close');
      expect(rpcOf(observed)).toMatchObject({ id: null, error: { code: -32600 } });
      probe.expectDenied(observed, 'too_large');
      expect(probe.stack.aws.calls.all()).toEqual([]);
      const served = await probe.send({ headers: toolCallOf('older', TOOL).headers, body: padded(LIMIT) });
      expect(served.status).toBe(200);
      probe.stack.aws.calls.clear();
    },
  );

  it('is refused and recorded on the plain endpoint too [MCP-05]', async () => {
    const { headers } = toolCallOf('older', TOOL);
    const observed = await probe.observe({ path: '/tools/call', headers, body: padded(LIMIT + 1) });
    expect(observed.status).toBe(413);
    expect(JSON.parse(observed.text)).toMatchObject({ error: 'payload_too_large' });
    probe.expectDenied(observed, 'too_large');
  });

  it('is refused by its length alone, and not read when it is longer than it says [MCP-05]', async () => {
    const port = Number(new URL(probe.stack.endpoint).port);
    for (const length of [LIMIT + 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const [answer, ...others] = await rawExchange(port, head(port, probe.token, `Content-Length: ${length}`), '{');
      expect(others).toEqual([]);
      expectTooLarge(answer as RawAnswer);
    }
    const more = `{"jsonrpc": "2.0"${' '.repeat(LIMIT)}`;
    const [answer] = await rawExchange(port, head(port, probe.token, 'Content-Length: 17'), more);
    expect(answer?.status).toBe(400);
    expect(probe.stack.aws.calls.all()).toEqual([]);
  });
});

/** The longest this thread computed without a pause, in milliseconds, while something was done. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let since = process.threadCpuUsage();
  let over = false;
  const turn = (): void => {
    const { user, system } = process.threadCpuUsage(since);
    longest = Math.max(longest, (user + system) / 1000);
    since = process.threadCpuUsage();
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  over = true;
  return longest;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Infinity;

describe('arguments out of all proportion', () => {
  const members = Array.from({ length: 100_000 }, (_, n) => `"${n.toString(36)}":0`).join();
  const few = Array.from({ length: 9_900 }, (_, n) => `"${'x'.repeat(80)}${n}":0`).join();
  const ARGUMENTS: readonly (readonly [string, string])[] = [
    ['nested 100,000 deep', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['nested 100,000 deep in objects', `${'{"x":'.repeat(100_000)}0${'}'.repeat(100_000)}`],
    ['with 100,000 members', `{${members}}`],
    ['with 100,000 items', `{"log_group_name_prefix":[0${',0'.repeat(99_999)}]}`],
    ['with as many members as are read, 900 kB', `{${few}}`],
    ['with a text of 900 kB', `{"log_group_name_prefix":"${'x'.repeat(900_000)}"}`],
    ['with a name of 900 kB', `{"${'x'.repeat(900_000)}":1}`],
  ];

  it.each(ERAS.flatMap((era) => ARGUMENTS.map(([what, args]) => [what, era, args] as const)))(
    'are refused within 100 ms, and hold nobody up: %s (%s) [MCP-08]',
    async (_what, era, args) => {
      const { headers, body } = toolCallOf(era, 'describe_log_groups', 'ARGUMENTS');
      const sent = { headers, body: String(body).replace('"ARGUMENTS"', args) };
      const observed = await probe.observe(sent);
      const { result, error } = rpcOf(observed);
      expect(result?.isError === true || error?.code === -32602, observed.text.slice(0, 300)).toBe(true);
      expect(observed.text.length).toBeLessThan(2_000);
      probe.expectDenied(observed, 'invalid_args');
      const turns: number[] = [];
      for (let run = 0; run < 5; run += 1) turns.push(await longestTurnMs(() => probe.send(sent)));
      expect(median(turns)).toBeLessThan(100);
      expect(await medianCpuMs(() => probe.send(sent))).toBeLessThan(100);
      expect(probe.stack.aws.calls.all()).toEqual([]);
    },
  );
});

interface Endless {
  readonly answer: string;
  /** Bytes that left this side before the server closed the connection. */
  readonly sent: number;
}

/** Sends chunks for as long as the server takes them. */
function sendWithoutEnd(port: number, token: string): Promise<Endless> {
  const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head(port, token, 'Transfer-Encoding: chunked'));
      pour();
    });
    const pour = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pour).on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined).on('close', () => resolve({ answer, sent: socket.bytesWritten }));
  });
}

describe('a body without an end', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    const { settings } = probe.stack;
    const aws = {
      AWS_ACCESS_KEY_ID: 'AKIAEMULATORSERVER01',
      AWS_SECRET_ACCESS_KEY: 'emulator-server-secret-access-key-000001',
    };
    server = await ServerProcess.start({ env: { ...settings, ...aws, CLOUDWATCH_MCP_PORT: '0' } });
  });
  afterAll(async () => {
    server.signal('SIGKILL');
    await server.ended;
  });

  /** The most memory the process ever held, in MB (proc(5), VmHWM). */
  const mostMemory = (): number =>
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;

  const refused = (): unknown[] =>
    server.lines().filter(({ tool }) => (tool as { reason?: string } | undefined)?.reason === 'too_large');

  it('is cut off after 1 MB, a hundred times, twenty at once, and memory stays flat [MCP-05]', async () => {
    const some = () => Promise.all(Array.from({ length: 20 }, () => sendWithoutEnd(server.port, probe.token)));
    for (let round = 0; round < 3; round += 1) await some();
    const before = mostMemory();
    let offered = 0;
    for (let round = 0; round < 5; round += 1) {
      for (const { answer, sent } of await some()) {
        // An answer may be lost when the connection is reset under what was still being sent.
        if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
        // What the server read, and what the buffers of two sockets hold.
        expect(sent).toBeLessThan(16 * LIMIT);
        offered += sent;
      }
    }
    expect(offered).toBeGreaterThan(100 * LIMIT);
    expect(mostMemory() - before).toBeLessThan(64);
    await eventually(() => expect(refused()).toHaveLength(160));
  });
});
