import { fork } from 'node:child_process';
import { once } from 'node:events';

import { startAwsEmulator } from '../aws-emulator/emulator.js';
import { startOidcIssuer } from '../oidc-issuer/oidc-issuer.js';
import { Bars } from './bars.js';
import { badCredentials } from './bad-credentials.js';
import { type Caller, callTool, makeCallers, ROLES } from './callers.js';
import { labelProblems, seriesIn } from './metric-labels.js';
import { Replica } from './replica.js';
import { replicaEnvironment } from './replica-environment.js';
import type { StormOrder, StormReport } from './storm-attack.js';

/**
 * `npm run soak:storm`: bad credentials of many kinds from many addresses, while a few people work. In rounds, each after
 * as much calm: whatever else the machine does then disturbs both.
 */
const SECONDS = Number(process.env['STORM_SECONDS'] ?? 30);
const ROUNDS = 3;
const PER_SECOND = Number(process.env['STORM_RATE'] ?? 500);
const USERS = 20;
const CALLS_PER_SECOND = 40;
const MOST_SERIES = 500;
const MOST_LOG_BYTES = 1_024;
const SLOWER = 2;
/** Below this a difference is the scheduler's, not the server's. */
const LEAST_P99_MS = 10;

const { bar, missed: failures } = new Bars();

const resource = 'http://127.0.0.1/mcp';
const issuer = await startOidcIssuer({ resource });
const aws = await startAwsEmulator({ keepCalls: 100 });
const environment = replicaEnvironment({ resource, issuer: issuer.issuer, awsUrl: aws.url });
const replica = await Replica.start(new URL('../../main.js', import.meta.url), {
  ...environment,
  API_KEYS: 'a-key-that-nobody-in-the-storm-has-got',
  AWS_CLOUDWATCH_ROLE_ARN: ROLES[0],
  RATE_LIMIT_FAILED_AUTH: '20',
  EXPECTED_REPLICAS: '1',
});
const users = await makeCallers((sub, claims) => issuer.mintToken({ sub, ...claims }), USERS);
const credentials = await badCredentials(issuer, resource);

console.log(
  `${SECONDS} s of ${PER_SECOND} bad credentials a second, of ${credentials.length} kinds, beside ${USERS} users`,
);
await work(2);
const calm: number[] = [];
const stormy: number[] = [];
const report: Record<string, Record<string, number>> = {};
let logBytes = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  calm.push(p99(await work(SECONDS / ROUNDS)));
  const before = replica.audit.bytes;
  const [times, counts] = await Promise.all([work(SECONDS / ROUNDS), storm(SECONDS / ROUNDS)]);
  stormy.push(p99(times));
  add(report, counts);
  logBytes += replica.audit.bytes - before;
}
const series = seriesIn(await (await fetch(replica.metricsUrl)).text());
await replica.stop();
await aws.close();
await issuer.close();

const attacks = totals(report);
const bytesEach = logBytes / (sum(attacks) + SECONDS * CALLS_PER_SECOND);
console.log(`  answers ${JSON.stringify(attacks)}`);
for (const [kind, counts] of Object.entries(report)) console.log(`    ${kind.padEnd(26)} ${JSON.stringify(counts)}`);
const count = (pattern: RegExp): number =>
  sum(Object.fromEntries(Object.entries(attacks).filter(([status]) => pattern.test(status))));
bar(sum(attacks) >= 0.99 * SECONDS * PER_SECOND, `${sum(attacks)} attempts made`);
bar(count(/^2/) === 0, `${count(/^2/)} let in`);
bar(count(/^5|broken/) === 0, `${count(/^5|broken/)} answered 5xx or not at all`);
bar(count(/^429/) > 0, `${count(/^429/)} over the budget of their address`);
bar(series.length <= MOST_SERIES, `${series.length} metric series, at most ${MOST_SERIES}`);
const problems = labelProblems(series);
bar(problems.length === 0, `0 labels with a user, token or address ${problems.join(', ')}`);
bar(bytesEach <= MOST_LOG_BYTES, `${bytesEach.toFixed(0)} bytes of log a request, at most ${MOST_LOG_BYTES}`);
const [before, during] = [median(calm), median(stormy)];
bar(
  during <= Math.max(SLOWER * before, LEAST_P99_MS),
  `p99 of the users ${during.toFixed(1)} ms in the storm, ${before.toFixed(1)} ms before (medians of ${ROUNDS})`,
);
console.log(failures.length === 0 ? '\nEvery bar holds.' : `\n${failures.length} bars do not hold.`);
process.exit(failures.length === 0 ? 0 : 1);

/** The users' calls at a steady pace; how many milliseconds each took. Fails when one fails. */
async function work(seconds: number): Promise<readonly number[]> {
  const calls: Promise<number>[] = [];
  const begun = performance.now();
  for (let n = 0; n < seconds * CALLS_PER_SECOND; n += 1) {
    const due = begun + (n * 1_000) / CALLS_PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const user = users[n % users.length];
    if (user !== undefined) calls.push(timedCall(user));
  }
  return Promise.all(calls);
}

async function timedCall({ token }: Caller): Promise<number> {
  const begun = performance.now();
  await callTool(replica.endpoint, token, 1, 'get_active_alarms', {});
  return performance.now() - begun;
}

/** In a process of its own, so that what the users wait for is the server and not the attackers. */
async function storm(seconds: number): Promise<StormReport> {
  const order: StormOrder = { endpoint: replica.endpoint, credentials, perSecond: PER_SECOND, seconds };
  const attackers = fork(new URL('./storm-attack.js', import.meta.url));
  attackers.send(order);
  const [counts] = (await once(attackers, 'message')) as [StormReport];
  return counts;
}

function add(to: Record<string, Record<string, number>>, counts: StormReport): void {
  for (const [kind, statuses] of Object.entries(counts)) {
    const sums = (to[kind] ??= {});
    for (const [status, number] of Object.entries(statuses)) sums[status] = (sums[status] ?? 0) + number;
  }
}

function totals(counts: StormReport): Readonly<Record<string, number>> {
  const all: Record<string, Record<string, number>> = {};
  for (const statuses of Object.values(counts)) add(all, { all: statuses });
  return all['all'] ?? {};
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, number) => total + number, 0);
}

function p99(milliseconds: readonly number[]): number {
  return milliseconds.toSorted((a, b) => a - b)[Math.floor(milliseconds.length * 0.99)] ?? 0;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
