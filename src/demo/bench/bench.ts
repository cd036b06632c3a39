import { Child } from './child.js';
import { measure, post, type Timing } from './load.js';
import { median, startMeasuredStack } from './measured-stack.js';
import type { Cost, Verification } from './verification.js';

const ROUNDS = 5;
const CALLS = Number(process.env['BENCH_CALLS'] ?? 2000);

interface Row extends Timing {
  readonly cpuMsPerCall: number;
  readonly rssMegabytes: number;
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const JOBS = {
  'tools/call': { params: { name: 'get_active_alarms', arguments: {} }, expected: 'metric_alarms' },
  'tools/list': { params: {}, expected: 'get_active_alarms' },
} as const;
type Method = keyof typeof JOBS;

function exchange(url: string, method: Method, token?: string): () => Promise<void> {
  const { params, expected } = JOBS[method];
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } });
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(method === 'tools/call' && { 'mcp-name': 'get_active_alarms' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return () => post(url, body, headers, expected);
}

async function round(child: Child<{ url: string }>, method: Method, token?: string): Promise<Row> {
  const call = exchange(child.announced.url, method, token);
  const before = await child.usage();
  const timing = await measure(call, CALLS);
  const after = await child.usage();
  return {
    ...timing,
    cpuMsPerCall: ((after.cpuSeconds - before.cpuSeconds) * 1000) / CALLS,
    rssMegabytes: after.rssMegabytes,
  };
}

function summary(rows: readonly Row[]): Row {
  const of = (name: keyof Row): number => median(rows.map((row) => row[name]));
  return {
    callsPerSecond: of('callsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMsPerCall: of('cpuMsPerCall'),
    rssMegabytes: of('rssMegabytes'),
  };
}

function print(name: string, row: Row): void {
  const cells = [
    `${row.callsPerSecond.toFixed(0)} calls/s`,
    `p50 ${row.p50Ms.toFixed(1)} ms`,
    `p99 ${row.p99Ms.toFixed(1)} ms`,
    `CPU ${row.cpuMsPerCall.toFixed(2)} ms/call`,
    `RSS ${row.rssMegabytes.toFixed(0)} MB`,
  ];
  console.log(`  ${name.padEnd(34)} ${cells.map((cell) => cell.padStart(16)).join(' ')}`);
}

const stack = await startMeasuredStack();
const { full, awsUrl, token, settings } = stack;
const here = (file: string): URL => new URL(file, import.meta.url);
const bare = await Child.start<{ url: string }>(here('bare-server.js'), { BENCH_AWS_URL: awsUrl });

console.log(`${ROUNDS} rounds of ${CALLS} calls, sixteen at once, the candidates in turn; medians.`);
for (const method of Object.keys(JOBS) as Method[]) {
  await round(bare, method);
  await round(full, method, token);
  const a: Row[] = [];
  const b: Row[] = [];
  const c: Row[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    a.push(await round(bare, method));
    b.push(await round(full, method, token));
    if (method !== 'tools/call') continue;
    const calls = await Child.start<Row>(here('bare-calls.js'), { BENCH_AWS_URL: awsUrl, BENCH_CALLS: String(CALLS) });
    c.push(calls.announced);
    calls.stop();
  }
  console.log(`\n${method}${method === 'tools/call' ? ' (get_active_alarms, three AWS calls)' : ''}`);
  print('a  SDK handler, bare node:http', summary(a));
  print('b  this server, everything on', summary(b));
  console.log(`  b/a ${median(b.map((row, turn) => row.callsPerSecond / (a[turn]?.callsPerSecond ?? 1))).toFixed(2)}`);
  if (c.length === 0) continue;
  print('c  bare AWS SDK call', summary(c));
  console.log(`  c/b ${median(c.map((row, turn) => row.callsPerSecond / (b[turn]?.callsPerSecond ?? 1))).toFixed(2)}`);
}

const verification = await Child.start<Verification>(here('verification.js'), {
  ...settings,
  CLOUDWATCH_MCP_PORT: '0',
  BENCH_TOKEN: token,
});
const { guard, jose } = verification.announced;
const perToken = ({ wall, cpu }: Cost): string => `${wall.toFixed(0)} us, ${cpu.toFixed(0)} us of CPU`;
console.log('\none RS256 token, its key cached');
console.log(`  this server's guard, to the principal  ${perToken(guard)}`);
console.log(`  jose.jwtVerify                         ${perToken(jose)}`);
console.log(
  `  ratio ${(guard.wall / jose.wall).toFixed(2)}, of CPU ${(guard.cpu / jose.cpu).toFixed(2)} (at most 2.5)`,
);
for (const child of [bare, verification]) child.stop();
stack.stop();
