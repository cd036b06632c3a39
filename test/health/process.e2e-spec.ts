import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const LOCAL = { ENABLE_AUTH: 'false', CLOUDWATCH_MCP_PORT: '0', METRICS_PORT: '0' };

const children: ChildProcess[] = [];

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: npm run build');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function launch(env: Record<string, string>): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN], { env });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stderr })) };
}

/** The URL in the start line. */
async function urlOf(child: ChildProcess): Promise<URL> {
  if (child.stdout === null) throw new Error('no standard output');
  for await (const line of createInterface(child.stdout)) {
    const { event, url } = JSON.parse(line) as { event?: { name: string }; url?: string };
    if (event?.name === 'server.started' && url !== undefined) {
      child.stdout.resume();
      return new URL(url);
    }
  }
  throw new Error('ended before it started');
}

describe('the process', () => {
  it('says in one screen what to set when nothing is configured, and exits with 1', async () => {
    const { code, stderr } = await launch({}).ended;
    expect(code).toBe(1);
    for (const hint of ['OIDC_ISSUER', 'API_KEYS', 'AWS_CLOUDWATCH_ROLE_ARN', 'ENABLE_AUTH=false', 'npm run demo']) {
      expect(stderr).toContain(hint);
    }
    expect(stderr.split('\n').length).toBeLessThan(25);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('lists every problem of its settings at once, and exits with 1', async () => {
    const { code, stderr } = await launch({ ...LOCAL, CLOUDWATCH_MCP_PORT: 'abc', TRUSTED_PROXIES: '10.0.0.0/99' })
      .ended;
    expect(code).toBe(1);
    expect(stderr).toContain('CLOUDWATCH_MCP_PORT:');
    expect(stderr).toContain('TRUSTED_PROXIES:');
  });

  it('says in one line that its port is busy, and exits with 1', async () => {
    const { port } = await urlOf(launch(LOCAL).child);
    const { code, stderr } = await launch({ ...LOCAL, CLOUDWATCH_MCP_PORT: port }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Port ${port} is already in use: .*CLOUDWATCH_MCP_PORT.*\\n$`));
  });

  it('is not ready at once on SIGTERM, then refuses new connections, finishes what runs and exits with 0 [D8]', async () => {
    const { child, ended } = launch(LOCAL);
    const { origin, hostname, port } = await urlOf(child);
    const body = '{"name":"no_such_tool","arguments":{}}';
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(
      `POST /mcp/tools/call HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.slice(0, 10));
    expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    let ready = await fetch(`${origin}/health/ready`);
    while (ready.status === 200) ready = await fetch(`${origin}/health/ready`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    expect(await ready.json()).toMatchObject({ status: 'draining' });
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    const refused = (): Promise<void> => expect(fetch(`${origin}/health`)).rejects.toThrow('fetch failed');
    await vi.waitFor(refused, { timeout: 15_000, interval: 250 });
    socket.write(body.slice(10));
    expect((await ended).code).toBe(0);
    expect(answer).toContain('unknown_tool');
    expect(answer.trimEnd()).toMatch(/\}$/);
  });

  it('does not wait for anybody to learn of it on SIGINT', async () => {
    const [waiting, other] = [launch(LOCAL), launch(LOCAL)];
    await Promise.all([urlOf(waiting.child), urlOf(other.child)]);
    waiting.child.kill('SIGTERM');
    other.child.kill('SIGINT');
    expect((await other.ended).code).toBe(0);
    expect(waiting.child.exitCode).toBeNull();
  });
});
