import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v1Client } from '../support/clients.js';
import { installed, machine, nodeOf, pack, type Packed, publishDry, run, temporaryFolder } from './npm-package.js';

const SERVER = 'cloudwatch-mcp-server';
const BRIDGE = 'cloudwatch-mcp-bridge';
const LOCAL = { ENABLE_AUTH: 'false', CLOUDWATCH_MCP_PORT: '0', METRICS_PORT: '0', AWS_EC2_METADATA_DISABLED: 'true' };

const node20 = await nodeOf(20);
if (node20 === undefined) console.warn('skipped: the bridge on Node 20, since no Node 20 is on this machine');

const root = temporaryFolder();
const packed: Record<string, Packed> = {};
let serverFolder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  for (const name of [SERVER, BRIDGE]) packed[name] = await pack(name, join(root, 'packed'));
  serverFolder = await installed(packed[SERVER]?.tarball ?? '', root);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

/** The installed server, listening; its address. */
async function serve(): Promise<string> {
  const bin = join(serverFolder, 'node_modules/.bin', SERVER);
  const child = spawn(bin, ['serve'], { cwd: serverFolder, env: { ...machine(process.execPath), ...LOCAL } });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const { event, url } = JSON.parse(line) as { event?: { name: string }; url?: string };
    if (event?.name !== 'server.started' || url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('ended before it listened');
}

describe.each([
  [SERVER, 'dist/cli/cli.js', { packed: 1_000_000, unpacked: 5_000_000 }],
  [BRIDGE, 'dist/stdio-bridge/bridge.js', { packed: 60_000, unpacked: 200_000 }],
])('the package %s', (name, bin, most) => {
  it('holds what runs and nothing of sources, tests or the demo', () => {
    const paths = packed[name]?.files.map(({ path }) => path) ?? [];
    expect(paths).toEqual(expect.arrayContaining([bin, 'LICENSE', 'README.md', 'package.json']));
    const others = paths.filter((path) => !/^dist\/[\w./-]+\.(js|json)$/.test(path));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(paths.filter((path) => /\.spec\.|\.map$|(^|\/)(src|test|demo|generate)\//.test(path))).toEqual([]);
    expect(paths.some((path) => path.startsWith('dist/stdio-bridge/'))).toBe(name === BRIDGE);
    expect(paths.every((path) => !path.startsWith('dist/') || path.startsWith('dist/stdio-bridge/'))).toBe(
      name === BRIDGE,
    );
  });

  it('is small', () => {
    console.log(`${name}: ${packed[name]?.packedBytes} bytes packed, ${packed[name]?.unpackedBytes} unpacked`);
    expect(packed[name]?.packedBytes).toBeLessThan(most.packed);
    expect(packed[name]?.unpackedBytes).toBeLessThan(most.unpacked);
  });

  it('would be published without a complaint', async () => {
    const { code, stdout, stderr } = await publishDry(name);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^\\+ ${name}@`, 'm'));
    // Npm warns of what it corrects in a manifest; that nobody is logged in is no matter of the package.
    const complaints = stderr
      .split('\n')
      .filter((line) => /^npm (warn publish|error)/i.test(line) && !/logged in/.test(line));
    expect(complaints).toEqual([]);
  });
});

describe('cloudwatch-mcp-server, installed from npm', () => {
  it('brings the versions of its dependencies that were tested, and no Node', () => {
    const manifest = JSON.parse(readFileSync(join(serverFolder, 'node_modules', SERVER, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      const found = JSON.parse(readFileSync(join(serverFolder, 'node_modules', name, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(found.version, name).toBe(version);
    }
    expect(readdirSync(join(serverFolder, 'node_modules')).filter((name) => name.startsWith('node-'))).toEqual([]);
  });

  it('answers over stdio as npx starts it [C7]', async () => {
    const env = machine(process.execPath);
    const args = ['--no', SERVER, 'stdio'];
    const client = await v1Client(
      new StdioClientTransport({ command: 'npx', args, cwd: serverFolder, env, stderr: 'ignore' }),
    );
    expect((await client.tools()).map(({ name }) => name)).toContain('get_active_alarms');
    await client.close();
  });

  it('listens and is healthy', async () => {
    const url = await serve();
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('examines a configuration', async () => {
    const bin = join(serverFolder, 'node_modules/.bin', SERVER);
    const { code, stdout } = await run(bin, ['doctor', '--json'], { cwd: serverFolder, env: LOCAL });
    const { checks, healthy } = JSON.parse(stdout) as { checks: unknown[]; healthy: boolean };
    expect(checks.length).toBeGreaterThan(0);
    expect(code).toBe(healthy ? 0 : 1);
  });
});

describe.skipIf(node20 === undefined)('cloudwatch-mcp-bridge, installed from npm with Node 20', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await installed(packed[BRIDGE]?.tarball ?? '', root, node20);
    program = join(folder, 'node_modules/.bin', BRIDGE);
  });

  it('is alone: it needs nothing else', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([BRIDGE]);
    expect(existsSync(join(folder, 'node_modules', BRIDGE, 'node_modules'))).toBe(false);
  });

  it('finds the server and passes messages to it', async () => {
    const MCP_SERVER_URL = await serve();
    const checked = await run(program, ['--check'], { cwd: folder, node: node20, env: { MCP_SERVER_URL } });
    expect(checked.code, `${checked.stdout}${checked.stderr}`).toBe(0);

    const env = { ...machine(node20 ?? ''), MCP_SERVER_URL };
    const client = await v1Client(new StdioClientTransport({ command: program, cwd: folder, env, stderr: 'ignore' }));
    expect((await client.tools()).map(({ name }) => name)).toContain('get_active_alarms');
    await client.close();
  });
});
