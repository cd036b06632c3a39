import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../support/busy.js';
import { EVERY_CLIENT } from '../support/clients.js';
import { ALICE_ROLE, BOB_ROLE, eventually, signersOf, type Stack, startStack } from '../support/stack.js';

const SHOP = '111111111111';
const LOGISTICS = '222222222222';
/** How long the long session lasts; 60 is the most a call may ask for. */
const LONG_SECONDS = Number(process.env['LIVE_TAIL_SECONDS'] ?? 3);

const ACCESS = `
accounts:
  shop: { role: '${ALICE_ROLE}' }
  logistics: { role: '${BOB_ROLE}' }
  overview: { role: '${ALICE_ROLE}', linkedAccounts: ['${LOGISTICS}'] }
grants:
  - { subject: alice, account: shop }
  - { subject: bob, account: logistics }
  - { subject: watcher, account: overview }
`;

let folder: string;
let stack: Stack;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'log-events-'));
  writeFileSync(join(folder, 'access.yaml'), ACCESS);
  stack = await startStack({
    env: {
      ACCESS_FILE: join(folder, 'access.yaml'),
      API_KEYS: undefined,
      AWS_CLOUDWATCH_ROLE_ARN: undefined,
      AWS_ALLOWED_ROLE_ARNS: undefined,
    },
    aws: { linkedAccounts: { [SHOP]: [LOGISTICS] } },
  });
});
beforeEach(() => stack.aws.calls.clear());
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

interface Person {
  readonly name: string;
  readonly account: string;
  readonly group: string;
}

const PEOPLE: readonly Person[] = [
  { name: 'alice', account: SHOP, group: '/shop/web' },
  { name: 'bob', account: LOGISTICS, group: '/logistics/labels' },
];

type Row = Readonly<Record<string, string>>;

async function call<T>(person: string, name: string, args: object): Promise<T> {
  const { status, body } = await stack.call(await stack.token(person), name, args);
  expect([status, body.error_description]).toEqual([200, undefined]);
  return body.result as T;
}

/** A row of a group, with its pointer. */
async function rowOf(person: string, group: string): Promise<Row> {
  const { results } = await call<{ results: Row[] }>(person, 'execute_log_insights_query', {
    log_group_identifiers: [group],
    query_string: 'fields @timestamp, @logStream, @message, @ptr | limit 1',
    start_time: 'now-3h',
    end_time: 'now-1h',
  });
  stack.aws.calls.clear();
  return results[0] ?? {};
}

/** Every call AWS has seen since the last look is one of these and signed by this person's own session. */
function signedBy(person: Person, operations: readonly string[]): void {
  const seen = stack.aws.calls.all().filter(({ service }) => service !== 'sts');
  expect([...new Set(seen.map(({ operation }) => operation))].sort()).toEqual([...operations].sort());
  const session = new RegExp(
    `^arn:aws:sts::${person.account}:assumed-role/CloudWatchReader/${person.name}-[a-z2-7]{20}-[0-9a-z]+$`,
  );
  for (const operation of operations) {
    expect(signersOf(stack.aws, operation)).toEqual([expect.stringMatching(session)]);
  }
}

describe.each(PEOPLE)('$name', (person) => {
  it('searches a log group of their own', async () => {
    const args = { log_group: person.group, start_time: 'now-3h', limit: 5 };
    const { events } = await call<{ events: object[] }>(person.name, 'filter_log_events', args);
    expect(events).toHaveLength(5);
    signedBy(person, ['FilterLogEvents']);
  });

  it('opens the record of a row, and what is around it', async () => {
    const row = await rowOf(person.name, person.group);
    const record = await call<Row>(person.name, 'get_log_record', { ptr: row['@ptr'] });
    expect(record).toMatchObject({ log_group: person.group, log_stream: row['@logStream'], message: row['@message'] });
    signedBy(person, ['GetLogRecord']);
    const context = await call<{ events: { is_event: boolean; message: string }[] }>(
      person.name,
      'get_log_event_context',
      { ptr: row['@ptr'] },
    );
    const marked = context.events.filter(({ is_event: isEvent }) => isEvent);
    expect(marked.map(({ message }) => message)).toEqual([row['@message']]);
    signedBy(person, ['GetLogRecord', 'GetLogEvents']);
  });

  it('lists the fields of a log group', async () => {
    const args = { log_group: person.group, time: 'now-2h' };
    const { fields } = await call<{ fields: { name: string }[] }>(person.name, 'get_log_group_fields', args);
    expect(fields.map(({ name }) => name)).toContain('@message');
    signedBy(person, ['GetLogGroupFields']);
  });

  it('tails a log group, and the session is over with the answer', async () => {
    const args = { log_groups: [person.group], max_seconds: 1 };
    expect(await call(person.name, 'tail_log_group', args)).toMatchObject({ ended_by: 'max_seconds' });
    signedBy(person, ['StartLiveTail']);
    await eventually(() => expect(stack.aws.calls.of('StartLiveTail')[0]?.streamEndedAt).toBeDefined());
  });

  it('reaches nothing of the other, by name, ARN or pointer [ARG-07]', async () => {
    const [other] = PEOPLE.filter(({ name }) => name !== person.name) as [Person];
    const { '@ptr': ptr } = await rowOf(other.name, other.group);
    const arn = `arn:aws:logs:us-east-1:${other.account}:log-group:${other.group}`;
    const attempts: readonly (readonly [string, object, string])[] = [
      ['filter_log_events', { log_group: other.group }, 'aws_not_found'],
      ['filter_log_events', { log_group: arn }, 'target_not_allowed'],
      ['get_log_group_fields', { log_group: arn }, 'target_not_allowed'],
      ['tail_log_group', { log_groups: [person.group, arn] }, 'target_not_allowed'],
      ['get_log_event_context', { log_group: arn, log_stream: 's', timestamp: 'now' }, 'target_not_allowed'],
    ];
    for (const [name, args, code] of attempts) {
      const { body } = await stack.call(await stack.token(person.name), name, args);
      expect([name, body.error]).toEqual([name, code]);
    }
    for (const name of ['get_log_record', 'get_log_event_context']) {
      const { body } = await stack.call(await stack.token(person.name), name, { ptr });
      expect(body.error).toMatch(/^(aws_access_denied|target_not_allowed)$/);
    }
    expect(stack.aws.calls.of('GetLogEvents')).toEqual([]);
  });
});

describe('a linked account', () => {
  const arn = `arn:aws:logs:us-east-1:${LOGISTICS}:log-group:/logistics/labels`;

  it('is read by ARN and by pointer, in the name of the monitoring account', async () => {
    const row = await rowOf('watcher', arn);
    const args = { log_group: arn, start_time: 'now-3h' };
    const found = await call<{ events: object[] }>('watcher', 'filter_log_events', args);
    expect(found.events.length).toBeGreaterThan(0);
    const pointed = { ptr: row['@ptr'] };
    expect(await call('watcher', 'get_log_record', pointed)).toMatchObject({ log_group: '/logistics/labels' });
    expect(await call('watcher', 'get_log_event_context', pointed)).toMatchObject({
      log_group: '/logistics/labels',
      console_url: null,
      events: expect.arrayContaining([expect.objectContaining({ is_event: true })]),
    });
    expect(stack.aws.calls.of('GetLogEvents')[0]?.input).toMatchObject({ logGroupIdentifier: arn });
    await call('watcher', 'get_log_group_fields', { log_group: arn });
    await call('watcher', 'tail_log_group', { log_groups: [arn], max_seconds: 1 });
    const seen = stack.aws.calls.all().filter(({ service }) => service === 'logs');
    expect([...new Set(seen.map(({ accountId }) => accountId))]).toEqual([SHOP]);
  });

  it('stays closed to a caller of the same role for whom it is not listed, even by pointer [ARG-07]', async () => {
    const { '@ptr': ptr } = await rowOf('watcher', arn);
    for (const name of ['get_log_record', 'get_log_event_context']) {
      const { body } = await stack.call(await stack.token('alice'), name, { ptr });
      expect(body).toMatchObject({ error: 'target_not_allowed', error_description: expect.stringMatching(/^ptr: /) });
    }
    expect(stack.aws.calls.of('GetLogEvents')).toEqual([]);
  });
});

describe.each(EVERY_CLIENT)('a tail called by %s', (_client, connect) => {
  it('reports progress, and its session in AWS is over within two seconds when the caller cancels', async () => {
    const client = await connect(stack.endpoint, await stack.token('alice'));
    const abort = new AbortController();
    const seen: (string | undefined)[] = [];
    const args = { log_groups: ['/shop/web'], max_seconds: 60, max_events: 1_000 };
    const options = {
      signal: abort.signal,
      onprogress: ({ message }: { message?: string }) => void seen.push(message),
    };
    const outcome = Promise.allSettled([client.call('tail_log_group', args, options)]);
    await eventually(() => expect(seen.length).toBeGreaterThan(0));
    expect(seen[0]).toMatch(/^\d+ events$/);
    const [session] = stack.aws.calls.of('StartLiveTail');
    expect(session?.streamEndedAt).toBeUndefined();
    const at = performance.now();
    abort.abort();
    await eventually(() => expect(session?.streamEndedAt).toBeDefined());
    expect(performance.now() - at).toBeLessThan(2_000 + BUSY_MS);
    expect(await outcome).toMatchObject([{ status: 'rejected' }]);
    await client.close();
  });
});

describe(`a tail of ${LONG_SECONDS} seconds`, () => {
  it('outlasts the limits of ordinary calls', { timeout: 90_000 }, async () => {
    const args = { log_groups: ['/shop/web'], filter_pattern: 'nosuchword', max_seconds: LONG_SECONDS };
    const result = await call<{ seconds: number }>('alice', 'tail_log_group', args);
    expect(result).toMatchObject({ events: [], ended_by: 'max_seconds' });
    expect(result.seconds).toBeGreaterThanOrEqual(LONG_SECONDS);
    expect(stack.aws.calls.of('StartLiveTail')).toHaveLength(1);
  });
});
