import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SERVER_ACCESS_KEY_ID } from '../../src/demo/aws-emulator/identities.js';
import type { CallRecord } from '../../src/demo/aws-emulator/call-log.js';
import { ALICE_ROLE, type Stack, startStack } from '../support/stack.js';

/** `npm run soak:sts` makes it 500 users and lets the five minutes last five minutes. */
const USERS = Number(process.env['STS_OUTAGE_USERS'] ?? 60);
const LASTS_SECONDS = Number(process.env['STS_OUTAGE_SECONDS'] ?? 5);
const NEWCOMERS = Math.ceil(USERS / 10);

const MINUTE = 60_000;
const OUTAGE_MS = 5 * MINUTE;
/** How many minutes of the story go by in one minute of the run. */
const SPEED = OUTAGE_MS / (LASTS_SECONDS * 1000);
/** Sessions last 15 minutes: these users' are between 0 and 10 minutes old when the outage begins. */
const OLDEST_MS = 10 * MINUTE;
/** Everybody asks something this often. */
const EVERY_MS = 20_000;

const QUERY = { metric_stat: { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', statistic: 'Sum' } };

interface Answer {
  readonly user: string;
  readonly at: number;
  readonly status: number;
  readonly error?: string | undefined;
  readonly own: boolean;
}

let stack: Stack;
let tokens: Map<string, string>;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  stack = await startStack({ env: { AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE } });
  const names = [...namesOf('warm', USERS), ...namesOf('new', NEWCOMERS)];
  tokens = new Map(await Promise.all(names.map(async (name) => [name, await stack.token(name)] as const)));
});
afterAll(async () => {
  vi.useRealTimers();
  await stack.close();
});

function namesOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}${index}`);
}

/** One question under a label that only its asker uses. */
async function ask(user: string): Promise<Answer> {
  const at = Date.now();
  const queries = [{ id: 'm1', label: user, ...QUERY }];
  const args = { start_time: 'now-10m', end_time: 'now', queries };
  const { status, body } = await stack.call(tokens.get(user) ?? '', 'get_metric_data', args);
  const [series] = (body.result?.['metricDataResults'] ?? []) as { label: string }[];
  return { user, at, status, error: body.error, own: series?.label === user };
}

/** One question each, not more at a time than one small machine can play server, AWS and users for. */
async function askAll(users: readonly string[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = [...users];
  const worker = async (): Promise<void> => {
    for (let user = left.pop(); user !== undefined; user = left.pop()) answers.push(await ask(user));
  };
  await Promise.all(Array.from({ length: 25 }, worker));
  return answers;
}

/** Lets the clock of server and AWS run `SPEED` times as fast until the story has reached a time. */
async function clockUntil(end: number): Promise<void> {
  const began = { story: Date.now(), real: performance.now() };
  for (let now = began.story; now < end;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    now = Math.min(end, began.story + (performance.now() - began.real) * SPEED);
    vi.setSystemTime(now);
  }
}

/** A user who asks again and again, at times of their own. */
async function keepsAsking(user: string, until: number, answers: Answer[]): Promise<void> {
  let next = Date.now() + Math.random() * EVERY_MS;
  while (next < until) {
    while (Date.now() < next) await new Promise((resolve) => setTimeout(resolve, 10));
    answers.push(await ask(user));
    next += EVERY_MS;
  }
}

const subjectOf = ({ input }: CallRecord): string => (input as { Tags: { Value: string }[] }).Tags[1]?.Value ?? '';

function triesOf(user: string, from: number, until: number): readonly CallRecord[] {
  return stack.aws.calls
    .of('AssumeRole')
    .filter((call) => subjectOf(call) === user && call.at.getTime() >= from && call.at.getTime() < until);
}

describe(`STS answers 429 to 80 % of calls for five minutes (${LASTS_SECONDS} s here)`, () => {
  it(
    `while the sessions of ${USERS} users run out: no answer is lost, and nobody uses the identity of the server [B6][ISO-07]`,
    { timeout: (LASTS_SECONDS + 60) * 1_000 },
    async () => {
      const begin = Date.now();
      const outage = begin + OLDEST_MS;
      const end = outage + OUTAGE_MS;
      // Everybody signs in at a time of their own, and asks now and then from there on.
      const warm = namesOf('warm', USERS);
      for (let minute = 0; minute < OLDEST_MS / MINUTE; minute += 1) {
        vi.setSystemTime(begin + minute * MINUTE);
        const signedIn = warm.filter((_, index) => index % (OLDEST_MS / MINUTE) <= minute);
        const before = await askAll(signedIn);
        expect(before.filter(({ status, own }) => status !== 200 || !own)).toEqual([]);
      }
      vi.setSystemTime(outage);
      const rule = { operation: 'sts:AssumeRole', kind: 'throttle', share: 0.8 } as const;
      stack.aws.faults.add(rule);

      const answers: Answer[] = [];
      const newcomers: Answer[] = [];
      const coming = namesOf('new', NEWCOMERS).map(async (user, index) => {
        const at = outage + (OUTAGE_MS * index) / NEWCOMERS;
        while (Date.now() < at) await new Promise((resolve) => setTimeout(resolve, 10));
        newcomers.push(await ask(user));
      });
      await Promise.all([clockUntil(end), ...coming, ...warm.map((user) => keepsAsking(user, end, answers))]);
      stack.aws.faults.clear();

      // Nobody who had signed in noticed anything.
      expect(answers.length).toBeGreaterThan(USERS * 10);
      expect(answers.filter(({ status, own }) => status !== 200 || !own)).toEqual([]);
      // Whoever came during the outage got in or was told to come back; all were answered.
      expect(newcomers).toHaveLength(NEWCOMERS);
      const turnedAway = newcomers.filter(({ status }) => status !== 200);
      expect(turnedAway.map(({ error }) => error)).toEqual(turnedAway.map(() => 'credentials_unavailable'));
      // Three tries a user, and not all at once.
      const tries = [...warm, ...namesOf('new', NEWCOMERS)].map((user) => triesOf(user, outage, end).length);
      expect(Math.max(...tries)).toBeLessThanOrEqual(3);
      expect(
        stack.aws.calls.of('AssumeRole').filter(({ errorCode }) => errorCode === 'Throttling').length,
      ).toBeGreaterThan(USERS / 2);
      const data = stack.aws.calls.of('GetMetricData');
      expect(
        data.filter(({ accessKeyId }) => accessKeyId === undefined || accessKeyId === SERVER_ACCESS_KEY_ID),
      ).toEqual([]);
      const foreign = data.filter(
        ({ input, principalArn }) =>
          !principalArn?.includes(
            `/${(input as { MetricDataQueries: { Label: string }[] }).MetricDataQueries[0]?.Label}-`,
          ),
      );
      expect(foreign).toEqual([]);

      // When it is over everybody gets in, without a restart.
      const after = await askAll([...warm, ...namesOf('new', NEWCOMERS)]);
      expect(after.filter(({ status, own }) => status !== 200 || !own)).toEqual([]);
      report(answers, newcomers, tries);
    },
  );
});

function report(answers: readonly Answer[], newcomers: readonly Answer[], tries: readonly number[]): void {
  const refused = newcomers.filter(({ status }) => status !== 200).length;
  console.log(
    `${answers.length} answers to ${USERS} users during the outage, 0 lost; ${NEWCOMERS} newcomers, ${refused} told to come back; ` +
      `tries of STS a user: at most ${Math.max(...tries)}, ${tries.reduce((sum, count) => sum + count, 0)} in all`,
  );
}
