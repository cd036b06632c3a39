import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../support/busy.js';
import { eventually, signersOf } from '../support/stack.js';
import { StdioProcess } from '../support/stdio-process.js';
import { DEV, type LocalUser, startLocalUser } from './local-user.js';

/** Each test starts a process, on a machine that may be busy. */
const PATIENCE = { timeout: 60_000 };

let user: LocalUser;
let server: StdioProcess;

beforeAll(async () => {
  user = await startLocalUser();
});
beforeEach(() => user.aws.calls.clear());
afterEach(() => server.signal('SIGKILL'));
afterAll(() => user.close());

function start(env: Readonly<Record<string, string>> = {}): StdioProcess {
  server = new StdioProcess(user.env(env));
  return server;
}

const toolCall = (id: number, name: string, args: object = {}): object => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

const slowQuery = (id: number): object =>
  toolCall(id, 'execute_log_insights_query', {
    log_group_names: ['/shop/checkout'],
    start_time: 'now-1h',
    end_time: 'now',
    query_string: 'fields @message | limit 1 # takes 60s',
    max_timeout: 60,
  });

const polled = (): Promise<void> =>
  eventually(() => expect(user.aws.calls.of('GetQueryResults').length).toBeGreaterThan(0), 10_000);

/** A preloaded library that writes to standard output in every way, whenever it is told to. */
const NOISE = `process.on('SIGUSR2',()=>{for(const say of ['log','info','debug','dir','table'])console[say]('noise');process.stdout.write('noise\\n')})`;

describe('standard output of stdio', PATIENCE, () => {
  it('carries messages and nothing else, whatever is logged and whoever writes to the console [C7]', async () => {
    start({
      LOG_LEVEL: 'trace',
      METRICS_EMF: 'true',
      AUDIT_LOG: 'stdout',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(NOISE)}`,
    });
    await server.initialize();
    server.signal('SIGUSR2');
    server.send(toolCall(1, 'get_active_alarms'));
    server.send(toolCall(2, 'no_such_tool'));
    server.send(toolCall(3, 'get_active_alarms', { profile_name: 'missing' }));
    server.send({ id: 4, method: 'no/such' });
    for (const id of [1, 2, 3, 4]) await server.answer(id);
    await eventually(() => expect(server.stderr.match(/noise/g)?.length).toBeGreaterThanOrEqual(6), 10_000);
    server.closeInput();
    expect(await server.ended).toBe(0);
    for (const message of server.messages()) expect(message.jsonrpc).toBe('2.0');
    expect(server.stdout.endsWith('\n')).toBe(true);
    expect(server.stdout).not.toContain('noise');
    expect(server.stderr).toContain('"name":"tool.called"');
    expect(server.stderr).toContain('"level":"debug"');
  });

  it('stays empty when the configuration is wrong: every problem is on standard error, exit code 1 [C7]', async () => {
    start({ AWS_REGION: 'mars', TOOLSETS: 'nonsense', RESULT_BUDGET_BYTES: '1' });
    expect(await server.ended).toBe(1);
    expect(server.stdout).toBe('');
    for (const name of ['AWS_REGION:', 'TOOLSETS:', 'RESULT_BUDGET_BYTES:']) expect(server.stderr).toContain(name);
    expect(server.stderr).not.toMatch(/\n\s+at /);
  });

  it('is never the audit log', async () => {
    start({ AUDIT_LOG: '/dev/stdout' });
    expect(await server.ended).toBe(1);
    expect(server.stdout).toBe('');
    expect(server.stderr).toMatch(/^AUDIT_LOG: .* is standard output, which carries the protocol: .*\n$/);
  });

  it('stays empty for a wrong command line', async () => {
    server = new StdioProcess({}, ['stdio', '--port', '80']);
    expect(await server.ended).toBe(1);
    expect([server.stdout, server.stderr]).toEqual(['', expect.stringContaining('stdio takes no arguments')]);
  });
});

describe('the one local user of stdio', PATIENCE, () => {
  it('is served without authentication whatever is configured, of which one warning tells [C7]', async () => {
    start({ ENABLE_AUTH: 'true', API_KEYS: 'not-a-key', OIDC_ISSUER: 'http://nobody.example', TOOL_SCOPES: 'logs=x' });
    await server.initialize();
    server.send(toolCall(1, 'get_active_alarms'));
    expect((await server.answer(1)).result).toMatchObject({ structuredContent: expect.any(Object) });
    const warnings = server.stderr.split('\n').filter((line) => line.includes('"level":"warn"'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('Not used: ENABLE_AUTH, API_KEYS, OIDC_ISSUER, TOOL_SCOPES.');
  });

  it('has every call in the audit log, each under an id of its own', async () => {
    const file = join(user.folder, 'audit.jsonl');
    start({ AUDIT_LOG: file, LOG_LEVEL: 'ERROR' });
    await server.initialize();
    for (const id of [1, 2]) server.send(toolCall(id, 'get_active_alarms'));
    for (const id of [1, 2]) await server.answer(id);
    server.closeInput();
    await server.ended;
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const calls = lines
      .map((line) => JSON.parse(line) as { event: { name: string }; request_id: string; principal: object })
      .filter(({ event }) => event.name === 'tool.called');
    expect(new Set(calls.map(({ request_id: id }) => id)).size).toBe(2);
    for (const { principal } of calls) expect(principal).toMatchObject({ issuer: 'local', subject: 'local' });
  });

  it('hears which profile is missing, and nobody else signs [B5]', async () => {
    start({ AWS_PROFILE: 'nobody' });
    await server.initialize();
    server.send(toolCall(1, 'get_active_alarms'));
    expect(JSON.stringify(await server.answer(1))).toContain('The AWS profile nobody');
    expect(user.aws.calls.all()).toEqual([]);
  });

  it('listens on no port [C7]', async () => {
    start();
    await server.initialize();
    const sockets = readdirSync(`/proc/${server.pid}/fd`).map((fd) => readlinkSync(`/proc/${server.pid}/fd/${fd}`));
    expect(sockets.filter((target) => listening().has(target))).toEqual([]);
  });
});

/** Every listening socket of the machine, as a link of a descriptor names it. */
function listening(): Set<string> {
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1),
  );
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(fields.filter(([, , , state]) => state === '0A').map((field) => `socket:[${field[9]}]`));
}

describe('the end of stdio', PATIENCE, () => {
  it('comes with the end of standard input, at once and with exit code 0', async () => {
    start();
    await server.initialize();
    const began = performance.now();
    server.closeInput();
    expect(await server.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000 + BUSY_MS);
  });

  it.each<[how: string, end: () => void]>([
    ['standard input ends', () => server.closeInput()],
    ['SIGTERM comes', () => server.signal('SIGTERM')],
    ['SIGINT comes', () => server.signal('SIGINT')],
    ['the client is gone', () => server.disappear()],
  ])('stops the running query in AWS when %s, once, with the same rights', async (_how, end) => {
    start();
    await server.initialize();
    server.send(slowQuery(1));
    await polled();
    end();
    expect(await server.ended).toBe(0);
    expect(user.aws.calls.of('StopQuery')).toHaveLength(1);
    expect(signersOf(user.aws, 'StopQuery')).toEqual([DEV]);
  });

  it('comes although nothing was ever asked', async () => {
    start();
    server.closeInput();
    expect(await server.ended).toBe(0);
    expect(server.stdout).toBe('');
  });
});

describe('what a client sends over stdio', PATIENCE, () => {
  let server: StdioProcess;

  beforeAll(async () => {
    server = new StdioProcess(user.env());
    await server.initialize();
  }, PATIENCE.timeout);
  afterAll(() => server.signal('SIGKILL'));

  it('is answered although it is no message, and what comes after it is served [C7]', async () => {
    const broken = [
      'garbage',
      '{"jsonrpc":"2.0","id":1,"meth',
      '[{"jsonrpc":"2.0","id":2,"method":"ping"}]',
      '42',
      '\u0000',
    ];
    server.write(`${broken.join('\n')}\n\n\r\n`);
    server.write('{"jsonrpc":"2.0","id":"whole",');
    server.write('"method":"ping"}\n');
    expect((await server.answer('whole')).result).toEqual({});
    const refusals = server.messages().filter(({ id }) => id === null);
    expect(refusals.map(({ error }) => error?.code)).toEqual([-32_700, -32_700, -32_600, -32_600, -32_700]);
  });

  it('is answered when a line is larger than 10 MB, and the next one is served [C7]', async () => {
    const filler = 'x'.repeat(1024 * 1024);
    server.write('{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_accounts","arguments":{"a":"');
    for (let mb = 0; mb < 12; mb += 1) server.write(filler);
    server.write('"}},"id":"giant"}\n');
    server.send({ id: 'next', method: 'ping' });
    expect((await server.answer('giant')).error).toMatchObject({ message: 'The line is longer than 10 MB.' });
    expect((await server.answer('next')).result).toEqual({});
  });

  it('is answered once each, however much comes at once', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => index);
    server.write(ids.map((id) => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`).join(''));
    await server.answer(499);
    const answered = server.messages().flatMap(({ id }) => (typeof id === 'number' ? [id] : []));
    expect(answered.sort((one, other) => one - other)).toEqual(ids);
  });
});
