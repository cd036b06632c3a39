import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY_MS } from '../support/busy.js';
import { disguises } from '../support/canaries.js';
import { leakedPiece } from '../support/no-leak.js';
import { ServerProcess } from '../support/server-process.js';

const LOCAL = { ENABLE_AUTH: 'false', CLOUDWATCH_MCP_PORT: '0', METRICS_PORT: '0', RATE_LIMIT_PER_USER: '1000000' };
const TOKEN = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJjYW5hcnktYWxpY2UifQ', 'Y2FuYXJ5LXNpZ25hdHVyZS1vZi1hbGljZQ'].join(
  '.',
);
const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1';
const CALL = '{"name":"no_such_tool","arguments":{}}';

/** An error as HTTP clients make them: the token in its text, its cause, and in a request that hangs on it. */
const TROUBLE = `
const cause = new Error('request with authorization: Bearer ${TOKEN} failed');
const trouble = Object.assign(new Error('upstream refused ${TOKEN} and secretAccessKey=${SECRET_KEY}', { cause }), {
  config: { headers: { authorization: 'Bearer ${TOKEN}' } },
  response: { body: '${SECRET_KEY}' },
});`;
const FAULTS = {
  unhandledRejection: `process.on('SIGUSR2', () => { ${TROUBLE} Promise.reject(trouble); });`,
  uncaughtException: `process.on('SIGUSR2', () => { ${TROUBLE} setTimeout(() => { throw trouble; }, 1); });`,
} as const;

let folder: string;
let hooks: string;
let server: ServerProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-process-'));
  hooks = mkdtempSync(join(tmpdir(), 'log-process-hooks-'));
});
afterEach(() => {
  server.signal('SIGKILL');
  for (const made of [folder, hooks]) rmSync(made, { recursive: true });
});

/** A file, since a `data:` URL would show the script in every stack. */
function withHook(script: string): string[] {
  const hook = join(hooks, 'hook.mjs');
  writeFileSync(hook, script);
  return ['--import', hook];
}

async function start(env: Record<string, string>, script?: string): Promise<ServerProcess> {
  server = await ServerProcess.start({
    env: { ...LOCAL, ...env },
    cwd: folder,
    ...(script !== undefined && { nodeArguments: withHook(script) }),
  });
  return server;
}

const call = (url: string, body: string = CALL): Promise<Response> =>
  fetch(`${url}/mcp/tools/call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

/** A request whose head the server has, and whose body has only begun. */
async function halfARequest(port: number): Promise<Socket & { answer: string }> {
  const socket = Object.assign(connect(port, '127.0.0.1'), { answer: '' });
  socket.on('data', (chunk: Buffer) => (socket.answer += chunk.toString())).on('error', () => undefined);
  const head = `POST /mcp/tools/call HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${CALL.length}`;
  socket.write(`${head}\r\n\r\n`);
  await once(socket, 'data');
  socket.write(CALL.slice(0, 10));
  return socket;
}

describe.each(Object.entries(FAULTS))('an error nobody caught (%s)', (origin, script) => {
  it('is one redacted line; what runs is answered, then the process ends with 1 and leaves no dump [LOG-09]', async () => {
    const { url, port } = await start({ LOG_LEVEL: 'DEBUG' }, script);
    const socket = await halfARequest(port);
    server.signal('SIGUSR2');
    await vi.waitFor(() => expect(server.stdout).toContain('process.fault'), { timeout: 15_000 });
    await vi.waitFor(() => expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed'), { timeout: 15_000 });
    socket.write(CALL.slice(10));
    const since = Date.now();
    expect(await server.ended).toBe(1);
    expect(Date.now() - since).toBeLessThan(10_000 + BUSY_MS);
    expect(socket.answer).toContain('unknown_tool');
    expect(socket.answer.trimEnd()).toMatch(/\}$/);

    const told = server.lines().filter(({ event }) => (event as { name?: string })?.name === 'process.fault');
    expect(told).toMatchObject([
      {
        level: 'fatal',
        origin,
        err: { type: 'Error', message: expect.stringMatching(/^upstream refused \[masked: jwt\]/) as string },
      },
    ]);
    for (const secret of [TOKEN, SECRET_KEY].flatMap(disguises)) {
      expect(leakedPiece(server.stdout + server.stderr, secret)).toBeUndefined();
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('an error nobody caught while a request never ends', () => {
  it('ends the process within ten seconds all the same [LOG-09]', async () => {
    const { port } = await start({}, FAULTS.uncaughtException);
    const socket = await halfARequest(port);
    server.signal('SIGUSR2');
    const since = Date.now();
    expect(await server.ended).toBe(1);
    expect(Date.now() - since).toBeLessThan(10_000 + BUSY_MS);
    socket.destroy();
  });
});

describe('AUDIT_LOG', () => {
  const eventsIn = (text: string): string[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { event: { name: string } }).event.name);

  it('gets the security events, and standard output all other lines [D1]', async () => {
    const path = join(folder, 'audit.jsonl');
    const { url } = await start({ AUDIT_LOG: path });
    await (await call(url)).text();
    server.signal('SIGINT');
    expect(await server.ended).toBe(0);
    expect(eventsIn(readFileSync(path, 'utf8'))).toEqual(['tool.denied']);
    expect(server.stdout).not.toContain('tool.denied');
  });

  it('may be standard error', async () => {
    const { url } = await start({ AUDIT_LOG: 'stderr' });
    await (await call(url)).text();
    server.signal('SIGINT');
    expect(await server.ended).toBe(0);
    expect(eventsIn(server.stderr)).toEqual(['tool.denied']);
    expect(server.stdout).not.toContain('tool.denied');
  });

  it('stops the start, by its name, when the file cannot be opened', async () => {
    server = ServerProcess.launch({ env: { ...LOCAL, AUDIT_LOG: join(folder, 'missing', 'audit.jsonl') } });
    expect(await server.ended).toBe(1);
    expect(server.stderr).toMatch(/^AUDIT_LOG: [^\n]+ \(ENOENT\)[^\n]+\n$/);
    expect(server.stdout).toBe('');
  });

  it('on a full disk: requests are served, losses counted, and it is said once', async () => {
    const { url } = await start({ AUDIT_LOG: '/dev/full' });
    // Enough that a wrong "once" would be seen: the disk is tried again every second.
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => call(url)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await server.metrics()).toContain('mcp_audit_dropped_total 0\n');
    expect(await server.metrics()).toContain('mcp_tool_denied_total{reason="unknown_tool"} 200\n');
    const said = server.lines().filter(({ event }) => (event as { name?: string })?.name === 'log.failing');
    expect(said).toMatchObject([{ level: 'error', log: { stream: 'audit', fault: 'ENOSPC' } }]);
    server.signal('SIGINT');
    expect(await server.ended).toBe(0);
  });
});

describe('the end of the process', () => {
  it.each(['stdout', 'a file'])(
    'loses no line of %s: as many records as answers, to the last [LOG-04]',
    async (where) => {
      const path = join(folder, 'audit.jsonl');
      const { url } = await start(where === 'stdout' ? {} : { AUDIT_LOG: path });
      const answered: string[] = [];
      const worker = async (): Promise<void> => {
        const response = await call(url).catch(() => undefined);
        if (response === undefined) return;
        await response.text();
        if (answered.push(response.headers.get('x-request-id') ?? '') === 300) server.signal('SIGINT');
        return worker();
      };
      const workers = Array.from({ length: 20 }, worker);
      const code = await server.ended;
      await Promise.all(workers);
      expect(code).toBe(0);
      expect(answered.length).toBeGreaterThanOrEqual(300);
      const lines = where === 'stdout' ? server.stdout : readFileSync(path, 'utf8');
      expect(lines.endsWith('\n')).toBe(true);
      const recorded = lines
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { event?: { name: string }; request_id?: string })
        .filter(({ event }) => event?.name === 'tool.denied')
        .map(({ request_id }) => request_id);
      expect(new Set(recorded).size).toBe(recorded.length);
      const kept = new Set(recorded);
      expect(answered.filter((id) => !kept.has(id))).toHaveLength(0);
    },
  );
});
