import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, startMeasuredStack } from './measured-stack.js';

/** How long a desktop client waits for its tools, by the program it starts: our bridge and mcp-remote in turn. */
const STARTS = Number(process.env['BENCH_STARTS'] ?? 15);
const AT_MOST = 0.5;

interface Candidate {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const MESSAGES = [
  {
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list', params: {} },
];

interface Answer {
  readonly id?: number;
  readonly result?: { readonly tools?: readonly object[] };
}

/** Milliseconds from starting the program to its list of tools. */
async function start({ name, script, args, env }: Candidate): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const say = (messages: readonly object[]): void => {
    for (const message of messages) child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  say(MESSAGES.slice(0, 1));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { id, result } = JSON.parse(line) as Answer;
      if (id === 1) say(MESSAGES.slice(1));
      if (id !== 2) continue;
      if (!result?.tools?.length) throw new Error(`${name} listed no tools: ${line.slice(0, 300)}`);
      return performance.now() - began;
    }
    throw new Error(`${name} ended without an answer`);
  } finally {
    child.kill('SIGKILL');
  }
}

const stack = await startMeasuredStack();
const home = mkdtempSync(join(tmpdir(), 'bridge-start-'));
try {
  const { url } = stack.full.announced;
  const bridge: Candidate = {
    name: 'cloudwatch-mcp-bridge',
    script: fileURLToPath(new URL('../../stdio-bridge/bridge.js', import.meta.url)),
    args: [],
    env: { MCP_SERVER_URL: url, MCP_API_KEY: stack.token },
  };
  const mcpRemote: Candidate = {
    name: 'mcp-remote',
    script: join(dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')), 'dist/proxy.js'),
    args: [url, '--header', 'Authorization:${AUTHORIZATION}'],
    env: { AUTHORIZATION: `Bearer ${stack.token}`, HOME: home, MCP_REMOTE_CONFIG_DIR: home, BROWSER: '/bin/true' },
  };
  const times = new Map<Candidate, number[]>([
    [bridge, []],
    [mcpRemote, []],
  ]);
  // The first start of each reads its files from the disk.
  for (const candidate of times.keys()) await start(candidate);
  for (let turn = 0; turn < STARTS; turn += 1) {
    const order = turn % 2 === 0 ? [bridge, mcpRemote] : [mcpRemote, bridge];
    for (const candidate of order) times.get(candidate)?.push(await start(candidate));
  }
  console.log(`From the start of the program to its list of tools, ${STARTS} starts of each in turn, medians:`);
  for (const [{ name }, of] of times) {
    const range = `${Math.min(...of).toFixed(0)} to ${Math.max(...of).toFixed(0)}`;
    console.log(`  ${name.padEnd(22)} ${median(of).toFixed(0).padStart(5)} ms  (${range})`);
  }
  const ratio = median(times.get(bridge) ?? []) / median(times.get(mcpRemote) ?? []);
  console.log(`  ratio ${ratio.toFixed(2)} (at most ${AT_MOST})`);
  process.exitCode = ratio <= AT_MOST ? 0 : 1;
} finally {
  stack.stop();
  rmSync(home, { recursive: true, force: true });
}
