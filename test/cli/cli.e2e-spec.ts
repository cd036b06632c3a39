import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseApiKeys } from '../../src/config/api-key-entries.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
};
const CLI = `${ROOT}${manifest.bin['cloudwatch-mcp-server']}`;

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: npm run build`);
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env: {} }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('the command line of the built server', () => {
  it('makes a key, another one every time, and prints its entry [A6]', async () => {
    const made = await Promise.all([run('api-key', '--label', 'ci'), run('api-key', '--label', 'ci')]);
    const keys = made.map(({ stdout }) => /cwmcp_\S{59}/.exec(stdout)?.[0] ?? '');
    expect(new Set(keys).size).toBe(2);
    for (const [index, { code, stdout, stderr }] of made.entries()) {
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`ci:sha256:${parseApiKeys(keys[index] ?? '').entries[0]?.sha256}`);
    }
  });

  it.each([
    [['nope'], 'there is no command "nope"'],
    [['__proto__'], 'there is no command "__proto__"'],
    [['api-key'], '--label is missing'],
    [['api-key', '--lable', 'ci'], '--lable'],
    [['serve', '--port', '80'], 'serve takes no arguments'],
    [['health', '3334'], 'health takes no arguments'],
  ])('called with %j says in one line what is wrong, how it is called, and ends with 1', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, '']);
    const [first = '', ...others] = stderr.trimEnd().split('\n');
    expect(first).toMatch(/^cloudwatch-mcp-server: /);
    expect(first).toContain(message);
    expect(others[0]).toMatch(/^usage: cloudwatch-mcp-server /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([[[]], [['serve']]])('called with %j starts the server', async (args: string[]) => {
    const env = { ENABLE_AUTH: 'false', CLOUDWATCH_MCP_PORT: '0', METRICS_PORT: '0' };
    const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      for await (const line of createInterface(child.stdout)) {
        const { event, url } = JSON.parse(line) as { event?: { name: string }; url?: string };
        if (event?.name !== 'server.started') continue;
        expect((await fetch(`${url}/health/live`)).status).toBe(200);
        return;
      }
      throw new Error('ended before it started');
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is what npm run api-key runs', () => {
    expect(manifest.scripts['api-key']).toContain(`node ${manifest.bin['cloudwatch-mcp-server']} api-key`);
  });
});
