import { setTimeout as delay } from 'node:timers/promises';
import type { CallRecord } from '../aws-emulator/call-log.js';
import type { AwsEmulator } from '../aws-emulator/emulator.js';
import { SERVER_ACCESS_KEY_ID } from '../aws-emulator/identities.js';
import { measure, type Timing } from '../bench/load.js';
import { type Caller, callTool, makeCallers, type Mint } from './callers.js';
import type { Audit } from './audit.js';

/** A server that is called, and what it wrote about it. */
export interface Served {
  readonly endpoint: string;
  readonly audit: Audit;
}

/** Who calls whom how often. */
export interface IsolationPlan {
  readonly replicas: readonly Served[];
  readonly aws: AwsEmulator;
  readonly mint: Mint;
  readonly users: number;
  readonly callsPerUser: number;
}

/** What came of it; every list and difference must be empty or zero. */
export interface IsolationResult {
  readonly timing: Timing;
  readonly calls: number;
  readonly answers: number;
  /** Answers that are not the caller's own. */
  readonly wrongAnswers: readonly string[];
  /** AWS calls signed by anyone but the user they were made for. */
  readonly foreignSigners: readonly string[];
  /** Calls of CloudWatch signed by the server itself. */
  readonly signedByServer: number;
  readonly awsCalls: number;
  readonly auditedToolCalls: number;
  /** AWS calls whose audit record is missing or names another user than the one who signed. */
  readonly wrongAudits: readonly string[];
}

const CONCURRENCY = 48;
const AUDIT_DEADLINE_MS = 10_000;
const SHOWN = 10;
const WINDOW = { start_time: 'now-10m', end_time: 'now' };
const METRIC = { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', statistic: 'Sum' };

interface MetricSeries {
  readonly label?: string;
  readonly datapoints?: readonly object[];
}

/**
 * Many users call at once through several replicas, all with the same request ids over the same few sockets. Each call
 * carries a marker of its user through to AWS and back.
 */
export async function runIsolation(plan: IsolationPlan): Promise<IsolationResult> {
  const { replicas, users, callsPerUser, aws } = plan;
  const callers = await makeCallers(plan.mint, users);
  const wrongAnswers: string[] = [];
  const seen: CallRecord[] = [];
  const stopListening = aws.calls.onCall((call) => call.operation !== 'AssumeRole' && seen.push(call));
  let answers = 0;
  let turn = 0;
  const calls = users * callsPerUser;
  const timing = await measure(
    async () => {
      const current = turn++;
      const caller = callers[current % users] as Caller;
      const id = Math.floor(current / users);
      const replica = replicas[current % replicas.length] as Served;
      const wrong = await callOnce(replica.endpoint, caller, id);
      answers += 1;
      if (wrong !== undefined) wrongAnswers.push(wrong);
    },
    calls,
    CONCURRENCY,
  );
  stopListening();
  await auditWritten(replicas, calls);
  return { timing, calls, answers, wrongAnswers: wrongAnswers.slice(0, SHOWN), ...judge(plan, callers, seen) };
}

/** @returns what was wrong with the answer */
async function callOnce(endpoint: string, caller: Caller, id: number): Promise<string | undefined> {
  const marker = `${caller.subject}-call-${id}`;
  const queries = [{ id: 'm1', metric_stat: METRIC, label: marker }];
  const answer = await callTool(endpoint, caller.token, id, 'get_metric_data', { ...WINDOW, queries });
  const [series] = (answer.result?.structuredContent?.['metricDataResults'] ?? []) as MetricSeries[];
  // Only the first account has a shop: the other's users must see nothing of it.
  const ownData = (series?.datapoints?.length ?? 0) > 0 === caller.account.startsWith('1');
  return answer.id === id && series?.label === marker && ownData
    ? undefined
    : `${marker}: ${JSON.stringify(answer).slice(0, 200)}`;
}

/** Log lines of other processes arrive a moment after their answers. */
async function auditWritten(replicas: readonly Served[], calls: number): Promise<void> {
  const deadline = Date.now() + AUDIT_DEADLINE_MS;
  while (audited(replicas) < calls && Date.now() < deadline) await delay(50);
}

function audited(replicas: readonly Served[]): number {
  return replicas.flatMap(({ audit }) => [...audit.toolCalls.values()]).reduce((sum, count) => sum + count, 0);
}

function judge({ replicas }: IsolationPlan, callers: readonly Caller[], seen: readonly CallRecord[]) {
  const accounts = new Map(callers.map(({ subject, account }) => [subject, account]));
  const audits = new Map(replicas.flatMap(({ audit }) => [...audit.awsCalls]));
  const foreign = seen.filter(({ verified, accountId, principalArn, input }) => {
    const subject = subjectOf(input);
    return !verified || accountId !== accounts.get(subject) || signerOf(principalArn) !== subject;
  });
  const unaudited = seen.filter(({ requestId, principalArn }) => audits.get(requestId) !== signerOf(principalArn));
  return {
    awsCalls: seen.length,
    auditedToolCalls: audited(replicas),
    signedByServer: seen.filter(({ accessKeyId }) => accessKeyId === SERVER_ACCESS_KEY_ID).length,
    foreignSigners: foreign.slice(0, SHOWN).map(({ principalArn, input }) => `${principalArn} for ${subjectOf(input)}`),
    wrongAudits: unaudited.slice(0, SHOWN).map(({ principalArn, requestId }) => `${principalArn} in ${requestId}`),
  };
}

function subjectOf(input: unknown): string {
  const [query] = (input as { MetricDataQueries?: { Label?: string }[] }).MetricDataQueries ?? [];
  return query?.Label?.split('-call-')[0] ?? '';
}

/** The user in a session's name, which ends with a hash and the time. */
function signerOf(principalArn = ''): string {
  return /\/(user-\d+)-[a-z2-7]{20}-[0-9a-z]+$/.exec(principalArn)?.[1] ?? principalArn;
}
