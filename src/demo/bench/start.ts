import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.js';
import { median, startMeasuredStack } from './measured-stack.js';
import { packagesAtStart } from './server-packages.js';

/** What the server costs before anybody calls it, over an empty Nest application that loads the same packages. */
const STARTS = Number(process.env['BENCH_STARTS'] ?? 7);
const IDLE_MS = 2000;
const MEGABYTES_OVER_AT_MOST = 40;
const TIMES_AT_MOST = 2;

interface Start {
  /** From the start of the process until it answers. */
  readonly readyMs: number;
  readonly rssMegabytes: number;
}

const here = (file: string): URL => new URL(file, import.meta.url);
const stack = await startMeasuredStack();
const full = { file: here('full-server.js'), env: { ...stack.settings, CLOUDWATCH_MCP_PORT: '0' } };
const packages = packagesAtStart(here('../../start-app.js'));
const empty = { file: here('empty-server.js'), env: { BENCH_PACKAGES: JSON.stringify(packages) } };

async function start({ file, env }: typeof full | typeof empty): Promise<Start> {
  const began = performance.now();
  const child = await Child.start<{ url: string }>(file, env);
  const readyMs = performance.now() - began;
  await sleep(IDLE_MS);
  const { rssMegabytes } = await child.usage();
  child.stop();
  return { readyMs, rssMegabytes };
}

// The first start of each reads its files from the disk.
await start(empty);
await start(full);
const pairs: { readonly empty: Start; readonly full: Start }[] = [];
for (let turn = 0; turn < STARTS; turn += 1) {
  const first = turn % 2 === 0 ? await start(empty) : undefined;
  const second = await start(full);
  pairs.push({ empty: first ?? (await start(empty)), full: second });
}
stack.stop();

const range = (values: readonly number[]): string =>
  `${median(values).toFixed(0).padStart(5)}  (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
console.log(`${STARTS} starts of each in turn, ${packages.length} imported packages, medians:`);
for (const [name, of] of [
  ['an empty Nest application', 'empty'],
  ['this server', 'full'],
] as const) {
  console.log(`  ${name.padEnd(27)} ready after ms ${range(pairs.map((pair) => pair[of].readyMs))}`);
  console.log(`  ${''.padEnd(27)} idle RSS in MB${range(pairs.map((pair) => pair[of].rssMegabytes))}`);
}
const times = median(pairs.map((pair) => pair.full.readyMs / pair.empty.readyMs));
const over = median(pairs.map((pair) => pair.full.rssMegabytes - pair.empty.rssMegabytes));
console.log(`  start to ready ${times.toFixed(2)} times its time (at most ${TIMES_AT_MOST})`);
console.log(`  idle RSS ${over.toFixed(0)} MB above it (at most ${MEGABYTES_OVER_AT_MOST})`);
process.exitCode = times <= TIMES_AT_MOST && over <= MEGABYTES_OVER_AT_MOST ? 0 : 1;
