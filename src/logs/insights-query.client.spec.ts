import type { CloudWatchLogsClient, GetQueryResultsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { eventually } from '../../test/support/stack.js';
import { assume, clients } from '../demo/aws-emulator/emulator-fixture.js';
import { AwsFault, type OperationTable } from '../demo/aws-emulator/operation.js';
import { type AwsEmulator, runEmulator } from '../demo/aws-emulator/running-emulator.js';
import { runQuery, startQuery, type Waiting } from './insights-query.client.js';
import { readEndedQuery, readQuery } from './query-pages.client.js';
import type { QuerySlot } from './running-queries.service.js';

const QUERY = { logGroupNames: ['/shop/web'], startTime: 0, endTime: 1, queryString: 'fields @message' };

const ALL = { limit: 100_000, budgetBytes: Number.POSITIVE_INFINITY };

let aws: AwsEmulator;
let slot: { readonly [K in keyof QuerySlot]: Mock<QuerySlot[K]> };
let client: CloudWatchLogsClient;
/** How often a look at a query still finds it running. */
let runningLooks: number;
let rowsInAll: number;
let queryLanguage: 'CWLI' | 'SQL';

const resources = (): readonly string[] => ['arn:aws:logs:us-east-1:111111111111:log-group:/shop/web'];
const operations: OperationTable = {
  StartQuery: { resources, handle: () => ({ queryId: 'query-1' }) },
  StopQuery: { handle: () => ({ success: true }) },
  GetQueryResults: {
    resources,
    handle: ({ nextToken, maxItems = 10_000 }: GetQueryResultsCommandInput) => {
      const statistics = { recordsMatched: rowsInAll, recordsScanned: 7, bytesScanned: 9 };
      if (runningLooks-- > 0) return { status: 'Running', statistics, results: [] };
      const from = Number(nextToken ?? 0);
      const to = Math.min(rowsInAll, from + maxItems);
      const results = Array.from({ length: to - from }, (_, index) => [{ field: 'n', value: String(from + index) }]);
      const paged = queryLanguage === 'CWLI' && to < rowsInAll;
      return { queryLanguage, status: 'Complete', statistics, results, ...(paged && { nextToken: String(to) }) };
    },
  },
};

beforeEach(async () => {
  runningLooks = 0;
  rowsInAll = 3;
  queryLanguage = 'CWLI';
  slot = { started: vi.fn(), release: vi.fn(), leaveRunning: vi.fn() };
  aws = await runEmulator({ logs: operations, monitoring: {} });
  client = clients(aws.url, await assume(aws.url)).logs;
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const waiting = (more: Partial<Waiting> = {}): Waiting => ({
  timeoutSeconds: 30,
  signal: new AbortController().signal,
  endWaiting: new AbortController().signal,
  slot,
  rows: ALL,
  onPoll: () => undefined,
  ...more,
});
const count = (operation: string): number => aws.calls.of(operation).length;
const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

describe('runQuery', () => {
  it('waits until the query has ended and tells each look before', async () => {
    runningLooks = 2;
    const looks: string[] = [];
    const query = await runQuery(
      client,
      QUERY,
      waiting({ onPoll: (status, scanned) => looks.push(`${status} ${scanned}`) }),
    );
    expect(query).toMatchObject({ queryId: 'query-1', status: 'Complete', statistics: { recordsMatched: 3 } });
    expect(query.rows).toEqual({ items: [{ n: '0' }, { n: '1' }, { n: '2' }], nextCursor: null });
    expect(looks).toEqual(['Running 7', 'Running 7']);
    expect(count('StopQuery')).toBe(0);
    expect(slot.started).toHaveBeenCalledWith('query-1');
    expect(slot.leaveRunning).not.toHaveBeenCalled();
    expect(slot.release).toHaveBeenCalled();
  });

  it('reads the pages after the first', async () => {
    rowsInAll = 9_500;
    const { rows } = await runQuery(client, QUERY, waiting());
    expect(rows.items).toHaveLength(9_500);
    expect(rows.items.at(-1)).toEqual({ n: '9499' });
    expect(rows.nextCursor).toBeNull();
  });

  it('asks for no page beyond what it is to answer', async () => {
    rowsInAll = 9_500;
    const { rows } = await runQuery(client, QUERY, waiting({ rows: { limit: 100_000, budgetBytes: 1_000 } }));
    expect(rows.items.length).toBeGreaterThan(50);
    expect(rows.nextCursor).not.toBeNull();
    expect(count('GetQueryResults')).toBe(1);
  });

  it('reads all rows of a language that has no pages', async () => {
    rowsInAll = 9_500;
    queryLanguage = 'SQL';
    const { rows } = await runQuery(client, QUERY, waiting());
    expect(rows.items).toHaveLength(9_500);
  });

  it('stops waiting at the time-out and leaves the query running', async () => {
    runningLooks = Number.POSITIVE_INFINITY;
    const started = performance.now();
    const query = await runQuery(client, QUERY, waiting({ timeoutSeconds: 1 }));
    expect(performance.now() - started).toBeLessThan(1_000 + BUSY_MS);
    expect(query).toMatchObject({ status: 'Polling Timeout', rows: { items: [] } });
    expect(count('StopQuery')).toBe(0);
    expect(slot.leaveRunning).toHaveBeenCalledOnce();
  });

  it('stops each query once within two seconds of cancelling and leaves no timer behind [MCP-25]', async () => {
    runningLooks = Number.POSITIVE_INFINITY;
    const before = timers();
    const abort = new AbortController();
    const runs = Array.from({ length: 20 }, () => runQuery(client, QUERY, waiting({ signal: abort.signal })));
    const outcomes = Promise.allSettled(runs);
    await eventually(() => expect(count('GetQueryResults')).toBeGreaterThanOrEqual(20));
    const cancelledAt = performance.now();
    abort.abort();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'cancelled' } });
    expect(performance.now() - cancelledAt).toBeLessThan(2_000 + BUSY_MS);
    expect(count('StopQuery')).toBe(20);
    const looks = count('GetQueryResults');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(count('GetQueryResults')).toBe(looks);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('stops the query when a look fails, and tells that failure', async () => {
    runningLooks = Number.POSITIVE_INFINITY;
    aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'access-denied' });
    aws.faults.add({ operation: 'logs:StopQuery', kind: 'server-error' });
    await expect(runQuery(client, QUERY, waiting())).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(count('StopQuery')).toBeGreaterThan(0);
    // Nobody knows that it ended.
    expect(slot.leaveRunning).toHaveBeenCalledOnce();
  });

  it('starts nothing for a caller who has gone already', async () => {
    await expect(runQuery(client, QUERY, waiting({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(count('StartQuery')).toBe(0);
    expect(slot.release).toHaveBeenCalledOnce();
  });

  it('stops a query whose start the caller did not wait for', async () => {
    runningLooks = Number.POSITIVE_INFINITY;
    aws.faults.add({ operation: 'logs:StartQuery', kind: 'latency', latencyMs: 300 });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    await expect(runQuery(client, QUERY, waiting({ signal: abort.signal }))).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(count('StopQuery')).toBe(1);
  });
});

describe('startQuery', () => {
  it('leaves the query running in its slot and asks AWS no more', async () => {
    runningLooks = Number.POSITIVE_INFINITY;
    expect(await startQuery(client, QUERY, { slot, signal: new AbortController().signal })).toBe('query-1');
    expect(aws.calls.all().map(({ operation }) => operation)).not.toContain('GetQueryResults');
    expect(slot.started).toHaveBeenCalledWith('query-1');
    expect(slot.leaveRunning.mock.invocationCallOrder[0]).toBeLessThan(slot.release.mock.invocationCallOrder[0] ?? 0);
  });

  it.each([
    ['stops it', false, 0],
    ['keeps its slot while nobody knows that it ended', true, 1],
  ])('when the caller leaves before its id is known %s', async (_case, fails, left) => {
    aws.faults.add({ operation: 'logs:StartQuery', kind: 'latency', latencyMs: 300 });
    if (fails) aws.faults.add({ operation: 'logs:StopQuery', kind: 'access-denied' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    await expect(startQuery(client, QUERY, { slot, signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(count('StopQuery')).toBe(1);
    expect(slot.leaveRunning).toHaveBeenCalledTimes(left);
  });

  it('releases the slot when AWS starts nothing', async () => {
    aws.faults.add({ operation: 'logs:StartQuery', kind: 'access-denied' });
    await expect(startQuery(client, QUERY, { slot, signal: new AbortController().signal })).rejects.toThrow();
    expect(slot.release).toHaveBeenCalledOnce();
    expect(slot.leaveRunning).not.toHaveBeenCalled();
  });
});

describe('readEndedQuery', () => {
  it('asks once for a running query and has no rows of it, and all of one that has ended', async () => {
    rowsInAll = 2_500;
    runningLooks = 1;
    const look = () => readEndedQuery(client, 'query-1', ALL, new AbortController().signal);
    expect(await look()).toMatchObject({ status: 'Running', rows: { items: [] }, statistics: { recordsScanned: 7 } });
    expect(count('GetQueryResults')).toBe(1);
    expect((await look()).rows.items).toHaveLength(2_500);
  });
});

describe('readQuery', () => {
  it('gives every row once, part by part', async () => {
    rowsInAll = 4_321;
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const request = { cursor, limit: 700, budgetBytes: 9_000 };
      const { rows } = await readQuery(client, 'query-1', request, new AbortController().signal);
      seen.push(...rows.items.map(({ n = '' }) => n));
      cursor = rows.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: rowsInAll }, (_, index) => String(index)));
  });

  it('passes on what AWS says of an unknown query', async () => {
    const failing = await runEmulator({
      logs: {
        GetQueryResults: {
          resources,
          handle: () => {
            throw new AwsFault('ResourceNotFoundException', 'no such query');
          },
        },
      },
      monitoring: {},
    });
    const { logs } = clients(failing.url, await assume(failing.url));
    await expect(readQuery(logs, 'query-1', ALL, new AbortController().signal)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    logs.destroy();
    await failing.close();
  });
});
