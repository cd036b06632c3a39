import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadAppConfig } from '../config/app-config.js';
import { type LeftQuery, RunningQueriesService, type SlotOptions } from './running-queries.service.js';

const MINUTE_MS = 60_000;
const config = loadAppConfig({
  API_KEYS: randomBytes(32).toString('hex'),
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111111111111:role/CloudWatchReader',
  INSIGHTS_MAX_QUERIES_PER_USER: '2',
  INSIGHTS_MAX_QUERIES_PER_ACCOUNT: '3',
});
const owner = (subject: string, region = 'us-east-1') => ({
  issuer: 'https://idp.example',
  subject,
  account: '111111111111',
  region,
});
const never = new AbortController().signal;
const now: SlotOptions = { wait: false, signal: never };
const queued: SlotOptions = { wait: true, signal: never };

let queries: RunningQueriesService;

beforeEach(() => {
  vi.useFakeTimers();
  queries = new RunningQueriesService(config);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A query that goes on after its call was answered. */
async function leave(subject: string, queryId: string): Promise<void> {
  const slot = await queries.slot(owner(subject), now);
  slot.started(queryId);
  slot.leaveRunning();
}

describe('slot', () => {
  it('refuses a caller beyond their own limit, over all regions, and says what to do', async () => {
    await queries.slot(owner('alice'), now);
    await queries.slot(owner('alice', 'eu-west-1'), now);
    await expect(queries.slot(owner('alice', 'eu-north-1'), now)).rejects.toMatchObject({
      code: 'rate_limited',
      denied: 'concurrency',
      retryAfterSeconds: 5,
      message: expect.stringContaining('cancel_logs_insight_query'),
    });
  });

  it('refuses everybody in an account and region that is full, and nobody elsewhere', async () => {
    for (const subject of ['alice', 'bob', 'carol']) await queries.slot(owner(subject), now);
    await expect(queries.slot(owner('dave'), now)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(queries.slot(owner('dave', 'eu-west-1'), now)).resolves.toBeDefined();
  });

  it('tells callers of the same subject at different issuers apart', async () => {
    for (let count = 0; count < 2; count += 1) await queries.slot(owner('alice'), now);
    await expect(queries.slot({ ...owner('alice'), issuer: 'https://other.example' }, now)).resolves.toBeDefined();
  });

  it('waits for a slot in the order of arrival', async () => {
    const [first, second] = [await queries.slot(owner('alice'), now), await queries.slot(owner('alice'), now)];
    const order: string[] = [];
    const waiting = ['one', 'two'].map((name) => queries.slot(owner('alice'), queued).then(() => order.push(name)));
    await vi.advanceTimersByTimeAsync(1);
    expect(order).toEqual([]);
    first.release();
    await vi.advanceTimersByTimeAsync(1);
    expect(order).toEqual(['one']);
    second.release();
    await Promise.all(waiting);
    expect(order).toEqual(['one', 'two']);
  });

  it('ends the waiting with the signal and keeps nothing', async () => {
    const held = [await queries.slot(owner('alice'), now), await queries.slot(owner('alice'), now)];
    const abort = new AbortController();
    const waiting = Promise.allSettled([queries.slot(owner('alice'), { wait: true, signal: abort.signal })]);
    await vi.advanceTimersByTimeAsync(1);
    abort.abort();
    for (const slot of held) slot.release();
    expect(await waiting).toMatchObject([{ reason: { code: 'cancelled' } }]);
    expect(queries.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts a slot once, however often it is given back', async () => {
    const slot = await queries.slot(owner('alice'), now);
    await queries.slot(owner('alice'), now);
    slot.release();
    slot.release();
    slot.leaveRunning();
    await queries.slot(owner('alice'), now);
    await expect(queries.slot(owner('alice'), now)).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

describe('a query left running', () => {
  it('keeps its slot until it is seen ended', async () => {
    await leave('alice', 'one');
    await leave('alice', 'two');
    await expect(queries.slot(owner('alice'), now)).rejects.toMatchObject({ code: 'rate_limited' });
    queries.ended('one');
    queries.ended('one');
    (await queries.slot(owner('alice'), now)).release();
    queries.ended('two');
    expect(queries.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('blocks its caller no longer than AWS runs it, and others ten minutes', async () => {
    for (const subject of ['alice', 'bob', 'carol']) await leave(subject, subject);
    await expect(queries.slot(owner('dave'), now)).rejects.toMatchObject({ code: 'rate_limited' });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    (await queries.slot(owner('dave'), now)).release();
    await leave('alice', 'second');
    await expect(queries.slot(owner('alice'), now)).rejects.toMatchObject({ code: 'rate_limited' });
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(queries.size).toBe(0);
  });

  it('is looked at before its caller is refused, and no other caller’s is', async () => {
    await leave('alice', 'ended');
    await leave('alice', 'running');
    await leave('bob', 'of-bob');
    const looked: LeftQuery[] = [];
    const hasEnded = async (query: LeftQuery): Promise<boolean> => {
      looked.push(query);
      return query.queryId === 'ended';
    };
    await expect(queries.slot(owner('alice'), { ...now, hasEnded })).resolves.toBeDefined();
    expect(looked.map(({ queryId }) => queryId).sort()).toEqual(['ended', 'running']);
    expect(looked[0]).toEqual({ queryId: 'ended', account: '111111111111', region: 'us-east-1' });
  });

  it('is asked about sparingly, whoever waits', async () => {
    await leave('alice', 'one');
    await leave('alice', 'two');
    const hasEnded = vi.fn(async () => false);
    const abort = new AbortController();
    const options = { wait: true, signal: abort.signal, hasEnded };
    const waiting = Promise.allSettled(Array.from({ length: 50 }, () => queries.slot(owner('alice'), options)));
    await vi.advanceTimersByTimeAsync(10_100);
    expect(hasEnded.mock.calls.length).toBeLessThanOrEqual(2 * 3);
    hasEnded.mockResolvedValueOnce(true);
    await vi.advanceTimersByTimeAsync(5_000);
    abort.abort();
    expect((await waiting).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('stays one when the look fails', async () => {
    await leave('alice', 'one');
    await leave('alice', 'two');
    const hasEnded = (): Promise<boolean> => Promise.reject(new Error('no answer'));
    await expect(queries.slot(owner('alice'), { ...now, hasEnded })).rejects.toMatchObject({ code: 'rate_limited' });
  });
});
