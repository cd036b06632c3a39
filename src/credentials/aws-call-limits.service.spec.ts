import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppConfig } from '../config/app-config.js';
import type { ServiceError } from '../errors.js';
import { AwsCallLimitsService, type LimitedCall } from './aws-call-limits.service.js';

let limits: AwsCallLimitsService;

const serviceWith = (awsCallRate: number, expectedReplicas = 1): AwsCallLimitsService =>
  new AwsCallLimitsService({ limits: { awsCallRate, expectedReplicas } } as AppConfig);

beforeEach(() => {
  vi.useFakeTimers();
  limits = serviceWith(1);
});
afterEach(() => {
  limits.onApplicationShutdown();
  vi.useRealTimers();
});

const call = (changed: Partial<LimitedCall> = {}): LimitedCall => ({
  account: '111111111111',
  region: 'us-east-1',
  operation: 'logs:StartQuery',
  owner: 'alice',
  signal: new AbortController().signal,
  ...changed,
});

/** Whether a call goes at once. */
function goes(changed: Partial<LimitedCall> = {}): boolean {
  const turn = limits.turn(call(changed));
  turn?.catch(() => undefined);
  return turn === undefined;
}

/** What became of calls that all came at this moment: when each went, or why it did not. */
function enter(owners: readonly string[], changed: Partial<LimitedCall> = {}): (number | ServiceError | undefined)[] {
  const started = performance.now();
  const outcomes: (number | ServiceError | undefined)[] = owners.map(() => undefined);
  owners.forEach((owner, index) => {
    void Promise.resolve(limits.turn(call({ owner, ...changed }))).then(
      () => (outcomes[index] = performance.now() - started),
      (error: ServiceError) => (outcomes[index] = error),
    );
  });
  return outcomes;
}

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

describe('AwsCallLimitsService', () => {
  it('lets calls within the quota go at once', () => {
    expect(times(10, {}).map(goes)).toEqual(times(10, true));
  });

  it('lets those above it wait for the next second', async () => {
    const outcomes = enter(times(25, 'alice'));
    await vi.advanceTimersByTimeAsync(3_000);
    const went = outcomes as number[];
    expect(went.filter((at) => at === 0)).toHaveLength(10);
    expect(went.filter((at) => at > 1_000 && at < 1_200)).toHaveLength(10);
    expect(went.filter((at) => at > 2_000 && at < 2_400)).toHaveLength(5);
  });

  it("keeps one user's crowd from holding up another", async () => {
    const outcomes = enter([...times(80, 'alice'), 'bob']);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(outcomes.at(-1)).toBeLessThan(1_200);
    expect(outcomes.filter((at) => at !== undefined)).toHaveLength(20);
  });

  it('counts each account, region and operation by itself', () => {
    for (const other of [
      {},
      { account: '222222222222' },
      { region: 'eu-west-1' },
      { operation: 'logs:GetQueryResults' },
    ]) {
      expect(times(11, other).map(goes)).toEqual([...times(10, true), false]);
    }
  });

  it('refuses at once who would wait for more than ten seconds, and says for how long', async () => {
    const outcomes = enter(times(140, 'alice'));
    await vi.advanceTimersByTimeAsync(0);
    const refused = outcomes.filter((outcome) => outcome instanceof Error);
    expect(refused).toHaveLength(29);
    expect(refused[0]).toMatchObject({ code: 'aws_throttled', retryAfterSeconds: 11 });
    expect(refused[0]?.message).toMatch(/logs:StartQuery in us-east-1.*Call again in 11 seconds/);
  });

  it('lets nobody wait for more than ten seconds', async () => {
    const outcomes = enter(times(100, 'alice'));
    // Others come meanwhile and take turns.
    for (const name of 'bcdefgh') enter(times(20, name));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(outcomes).not.toContain(undefined);
    expect(outcomes.find((outcome) => outcome instanceof Error)).toMatchObject({ code: 'aws_throttled' });
  });

  it('forgets who is cancelled while waiting', async () => {
    enter(times(10, 'alice'));
    const leaving = new AbortController();
    const left = limits.turn(call({ owner: 'bob', signal: leaving.signal }));
    const stays = limits.turn(call({ owner: 'carol' }));
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    await vi.advanceTimersByTimeAsync(1_200);
    await stays;
    // Nine of the new second's ten are left.
    expect(times(12, {}).filter(goes)).toHaveLength(9);
  });

  it('keeps those who were cancelled before: they stop what they started', async () => {
    enter(times(10, 'alice'));
    const stopping = limits.turn(call({ signal: AbortSignal.abort() }));
    await vi.advanceTimersByTimeAsync(1_200);
    await expect(stopping).resolves.toBeUndefined();
  });

  it.each([
    ['a raised quota', 4, 1, 40],
    ['a part of the quota', 0.5, 1, 5],
    ['three replicas', 1, 3, 3],
    ['more replicas than calls', 1, 50, 1],
  ])('gives %s its share', (_case, rate, replicas, expected) => {
    limits = serviceWith(rate, replicas);
    expect(times(expected + 5, {}).filter(goes)).toHaveLength(expected);
  });

  it('goes slower for a while after AWS has throttled', async () => {
    limits.slowDown(call());
    expect(times(8, {}).filter(goes)).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(62_000);
    expect(times(10, {}).filter(goes)).toHaveLength(10);
  });

  it('tells all who wait that the server stops', async () => {
    enter(times(10, 'alice'));
    const waiting = limits.turn(call());
    limits.onApplicationShutdown();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
