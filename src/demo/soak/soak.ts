import { setTimeout as delay } from 'node:timers/promises';
import { startAwsEmulator } from '../aws-emulator/emulator.js';
import { startOidcIssuer } from '../oidc-issuer/oidc-issuer.js';
import { Bars } from './bars.js';
import { manyLogGroups, manyUnknownKeys, usersCall } from './crowd.js';
import { runIsolation } from './isolation.js';
import { labelProblems, seriesIn } from './metric-labels.js';
import { Replica } from './replica.js';
import type { Resources } from './resources-probe.js';
import { replicaEnvironment } from './replica-environment.js';

/** `npm run soak:isolation`: the whole of what the short form in the tests shows, with its numbers printed. */
const USERS = Number(process.env['SOAK_USERS'] ?? 1_000);
const CALLS = Number(process.env['SOAK_CALLS'] ?? 100);
const WAVE = Number(process.env['SOAK_WAVE'] ?? 2_000);
const WAVES = 6;
const LOG_GROUPS = WAVE / 2;
const UNKNOWN_KEYS = WAVE * 5;
const MOST_SERIES = 500;
const SETTLE_MS = 2_000;
/** Longer than the windows of the limits, which remember everyone until they end. */
const REST_MS = 75_000;
/** How far the heap may be from a flat line once the cache is full. */
const HEAP_SLACK_MEGABYTES = 6;

const { bar, missed: failures } = new Bars();

const resource = 'http://127.0.0.1/mcp';
const issuer = await startOidcIssuer({ resource });
const aws = await startAwsEmulator({ keepCalls: 100 });
const mint = (sub: string, claims: object): Promise<string> =>
  issuer.mintToken({ sub, ...claims }, { expiresInSeconds: 36_000 });
const environment = replicaEnvironment({ resource, issuer: issuer.issuer, awsUrl: aws.url });
const main = new URL('../../main.js', import.meta.url);

await isolation();
await crowd();
await aws.close();
await issuer.close();
console.log(failures.length === 0 ? '\nEvery bar holds.' : `\n${failures.length} bars do not hold.`);
process.exit(failures.length === 0 ? 0 : 1);

async function isolation(): Promise<void> {
  const replicas = await Promise.all([1, 2, 3].map(() => Replica.start(main, environment)));
  console.log(`${USERS} users with ${CALLS} calls each over ${replicas.length} replicas, ids 0 to ${CALLS - 1} reused`);
  const result = await runIsolation({ replicas, aws, mint, users: USERS, callsPerUser: CALLS });
  const { timing, calls } = result;
  console.log(
    `  ${timing.callsPerSecond.toFixed(0)} calls/s, p50 ${timing.p50Ms.toFixed(0)} ms, p99 ${timing.p99Ms.toFixed(0)} ms`,
  );
  bar(result.answers === calls, `${result.answers} answers to ${calls} calls`);
  bar(result.wrongAnswers.length === 0, `0 answers with another's data ${result.wrongAnswers.join(' ')}`);
  bar(result.awsCalls === calls, `${result.awsCalls} CloudWatch calls`);
  bar(result.foreignSigners.length === 0, `0 of them signed by another ${result.foreignSigners.join(', ')}`);
  bar(result.signedByServer === 0, `${result.signedByServer} signed by the role of the server`);
  bar(result.auditedToolCalls === calls, `${result.auditedToolCalls} tool calls in the audit log`);
  bar(result.wrongAudits.length === 0, `0 AWS calls audited for another than signed ${result.wrongAudits.join(', ')}`);
  await Promise.all(replicas.map((replica) => replica.stop()));
}

async function crowd(): Promise<void> {
  const probe = new URL('./resources-probe.js', import.meta.url).href;
  const replica = await Replica.start(main, environment, ['--expose-gc', '--import', probe]);
  const server = { endpoint: replica.endpoint, issuer: issuer.issuer, mint };
  console.log(`\n${WAVES} waves of ${WAVE} new users each through a cache of 1,000 entries, one replica`);
  const readings: Resources[] = [show('at start', await replica.resources())];
  for (let wave = 0; wave < WAVES; wave += 1) {
    await usersCall(server, WAVE, wave * WAVE);
    await delay(SETTLE_MS);
    readings.push(show(`after ${(wave + 1) * WAVE} users`, await replica.resources()));
  }
  const late = readings.slice(-4);
  const spread = (of: (reading: Resources) => number): number => Math.max(...late.map(of)) - Math.min(...late.map(of));
  const heap = spread(({ heapMegabytes }) => heapMegabytes);
  bar(heap <= HEAP_SLACK_MEGABYTES, `heap flat within ${heap.toFixed(1)} MB over the last ${late.length} readings`);
  const sockets = spread((reading) => reading.sockets);
  bar(sockets <= 8, `sockets flat within ${sockets}`);
  await labels(replica, server);
  await delay(REST_MS);
  const rested = show('after a rest', await replica.resources());
  const kept = rested.heapMegabytes - (readings[1]?.heapMegabytes ?? 0);
  bar(kept <= HEAP_SLACK_MEGABYTES, `${kept.toFixed(1)} MB more heap than after the first ${WAVE} users`);
  await replica.stop();
}

async function labels(replica: Replica, server: Parameters<typeof usersCall>[0]): Promise<void> {
  await manyLogGroups(server, LOG_GROUPS);
  const refused = await manyUnknownKeys(server, UNKNOWN_KEYS);
  show('at the end', await replica.resources());
  const series = seriesIn(await (await fetch(replica.metricsUrl)).text());
  const problems = labelProblems(series);
  console.log(`\n/metrics after ${WAVE * WAVES} users, ${LOG_GROUPS} log groups and ${UNKNOWN_KEYS} unknown keys`);
  bar(refused === UNKNOWN_KEYS, `${refused} tokens of unknown keys refused with 401`);
  bar(series.length <= MOST_SERIES, `${series.length} series, at most ${MOST_SERIES}`);
  bar(problems.length === 0, `0 labels with a user, token, ARN, log group, key id or address ${problems.join(', ')}`);
}

function show(when: string, resources: Resources): Resources {
  const { rssMegabytes, heapMegabytes, sockets } = resources;
  const cells = [`RSS ${rssMegabytes.toFixed(0)} MB`, `heap ${heapMegabytes.toFixed(1)} MB`, `${sockets} sockets`];
  console.log(`  ${when.padEnd(20)} ${cells.map((cell) => cell.padStart(14)).join(' ')}`);
  return resources;
}
