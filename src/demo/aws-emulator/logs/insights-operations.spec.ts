import type {
  DescribeQueriesCommandOutput,
  GetLogRecordCommandOutput,
  GetQueryResultsCommandOutput,
  StartQueryCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AwsFault } from '../operation.js';
import { failuresInMinute, serviceNamed } from '../scenario.js';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import { BUSY_MS } from '../../../../test/support/busy.js';
import { LogsFixture } from './logs-fixture.js';
import { CONCURRENT_QUERIES } from './query-ledger.js';

/** The scan itself takes real time, on a machine that may be busy. */
const PATIENCE = { timeout: BUSY_MS };

let logs: LogsFixture;

beforeEach(() => {
  logs = new LogsFixture();
});

async function start(input: object = {}, accountId?: string): Promise<string> {
  const query = {
    logGroupName: '/shop/checkout',
    startTime: logs.minutesAgo(60),
    endTime: logs.minutesAgo(0),
    queryString: 'fields @timestamp, level | limit 50',
    ...input,
  };
  const { queryId } = await logs.call<StartQueryCommandOutput>('StartQuery', query, accountId);
  return queryId ?? '';
}

async function results(queryId: string, input: object = {}): Promise<GetQueryResultsCommandOutput> {
  return logs.call('GetQueryResults', { queryId, ...input });
}

/** The result of a query once it is complete, as records. */
async function answer(input: object): Promise<Record<string, string | undefined>[]> {
  const queryId = await start(input);
  logs.wait(60);
  const output = await vi.waitUntil(async () => {
    const current = await results(queryId);
    return current.status === 'Complete' && current;
  }, PATIENCE);
  return (output.results ?? []).map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
}

describe('StartQuery and GetQueryResults', () => {
  it('goes from Scheduled over Running with growing numbers to Complete', async () => {
    const queryId = await start({ queryString: '# takes 3s\nfields @timestamp | limit 50' });
    expect(await results(queryId)).toMatchObject({
      status: 'Scheduled',
      results: [],
      statistics: { recordsScanned: 0 },
    });
    logs.wait(1_500);
    await expect.poll(async () => (await results(queryId)).results, PATIENCE).toHaveLength(25);
    const running = await results(queryId);
    expect(running.status).toBe('Running');
    logs.wait(1_500);
    const complete = await results(queryId);
    expect(complete.status).toBe('Complete');
    expect(complete.results).toHaveLength(50);
    expect(complete.results?.slice(0, 25)).toEqual(running.results);
    expect(complete.statistics?.recordsScanned).toBeGreaterThan(running.statistics?.recordsScanned ?? Infinity);
    expect(complete.statistics?.bytesScanned).toBeGreaterThan(running.statistics?.bytesScanned ?? Infinity);
  });

  it('shows no part of an aggregation before the end', async () => {
    const queryId = await start({ queryString: 'stats count(*) # takes 2s' });
    logs.wait(1_000);
    await expect.poll(async () => (await results(queryId)).statistics?.recordsScanned, PATIENCE).toBeGreaterThan(0);
    expect((await results(queryId)).results).toEqual([]);
  });

  it('counts as many failed orders as the scenario has in the same minutes', async () => {
    const queryString = 'filter level = "ERROR" | stats count(*) as errors by bin(1m) as minute | sort minute asc';
    const rows = await answer({ queryString, startTime: logs.minutesAgo(170), endTime: logs.minutesAgo(110) });
    const [shop] = logs.scenario.accounts;
    if (!shop) throw new Error('no shop');
    for (const { minute, errors } of rows) {
      expect(Number(errors)).toBe(
        failuresInMinute(serviceNamed(shop, 'checkout'), new Date(`${minute?.replace(' ', 'T')}Z`)),
      );
    }
    expect(rows.length).toBeGreaterThan(30);
  });

  it('merges several groups by time, named or by ARN', async () => {
    const rows = await answer({
      logGroupName: undefined,
      logGroupIdentifiers: ['/shop/web', 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout'],
      queryString: 'fields @timestamp, @log | limit 200',
    });
    const times = rows.map((row) => Date.parse(`${row['@timestamp']?.replace(' ', 'T')}Z`));
    expect(times).toEqual(times.toSorted((left, right) => right - left));
    expect(new Set(rows.map((row) => row['@log']))).toEqual(
      new Set(['111111111111:/shop/web', '111111111111:/shop/checkout']),
    );
  });

  it('includes both ends of the range and nothing else', async () => {
    await logs.call('CreateLogGroup', { logGroupName: '/edge' });
    await logs.call('CreateLogStream', { logGroupName: '/edge', logStreamName: 's' });
    const [from, to] = [logs.minutesAgo(2), logs.minutesAgo(1)];
    const logEvents = [from * 1_000 - 1, from * 1_000, to * 1_000, to * 1_000 + 1].map((timestamp, index) => ({
      timestamp,
      message: `m${index}`,
    }));
    await logs.call('PutLogEvents', { logGroupName: '/edge', logStreamName: 's', logEvents });
    const names = { logGroupName: undefined, logGroupNames: ['/edge', '/shop/order-archive'] };
    const inRange = await answer({
      ...names,
      startTime: from,
      endTime: to,
      queryString: 'filter @log like "/edge" | display @message',
    });
    expect(inRange.map((row) => row['@message'])).toEqual(['m2', 'm1']);
  });

  it('takes the smaller of its own limit and the one of the text', async () => {
    expect(await answer({ limit: 5 })).toHaveLength(5);
    expect(await answer({ limit: 60 })).toHaveLength(50);
  });

  it('takes SQL and PPL, whose results have one page', async () => {
    const sql = {
      logGroupName: undefined,
      queryLanguage: 'SQL',
      queryString: 'SELECT level FROM `/shop/checkout` LIMIT 3',
    };
    const rows = await answer(sql);
    expect(rows).toHaveLength(3);
    expect(await answer({ queryLanguage: 'PPL', queryString: 'fields level | head 3' })).toEqual(rows);
    const queryId = await start(sql);
    logs.wait(60);
    const first = await vi.waitUntil(async () => {
      const page = await results(queryId, { maxItems: 2 });
      return page.status === 'Complete' && page;
    }, PATIENCE);
    expect(first).toMatchObject({ queryLanguage: 'SQL', statistics: { resultCount: 3 } });
    expect(first.results).toHaveLength(2);
    expect(first.nextToken).toBeUndefined();
  });

  it('pages results', async () => {
    const queryId = await start();
    logs.wait(60);
    const first = await results(queryId, { maxItems: 30 });
    const second = await results(queryId, { maxItems: 30, nextToken: first.nextToken });
    expect([first.results?.length, second.results?.length, second.nextToken]).toEqual([30, 20, undefined]);
  });

  it('finds the incident with every saved query of the account', async () => {
    for (const { name, queryString, logGroupNames } of logs.store().savedQueries) {
      const groups = logGroupNames.length > 0 ? logGroupNames : undefined;
      const rows = await answer({
        logGroupName: undefined,
        logGroupNames: groups,
        queryString,
        startTime: logs.minutesAgo(360),
      });
      expect(rows.length, name).toBeGreaterThan(0);
    }
  });

  it.each([
    [{ queryString: 'fields a | nosuch' }, 'MalformedQueryException'],
    [{ startTime: 0, endTime: 10 }, 'MalformedQueryException'],
    [{ logGroupName: '/nosuch' }, 'ResourceNotFoundException'],
    [{ logGroupName: undefined, logGroupNames: ['/shop/web', '/nosuch'] }, 'ResourceNotFoundException'],
    [{ logGroupName: undefined }, 'InvalidParameterException'],
    [{ logGroupNames: ['/shop/web'] }, 'InvalidParameterException'],
    [
      { logGroupName: undefined, logGroupNames: Array.from({ length: 51 }, () => '/shop/web') },
      'InvalidParameterException',
    ],
    [{ queryString: 'SOURCE logGroups(namePrefix: ["/"]) | limit 1' }, 'InvalidParameterException'],
    [{ startTime: 20, endTime: 10 }, 'InvalidParameterException'],
    [{ startTime: undefined }, 'InvalidParameterException'],
    [{ startTime: 1.5 }, 'InvalidParameterException'],
    [{ limit: 100_001 }, 'InvalidParameterException'],
    [{ queryLanguage: 'SQL' }, 'MalformedQueryException'],
    [{ queryLanguage: 'SQL', queryString: 'SELECT * FROM `/shop/web`' }, 'InvalidParameterException'],
    [{ queryString: `limit 1 # ${'x'.repeat(10_000)}` }, 'InvalidParameterException'],
  ])('refuses %j with %s', async (input, code) => {
    await expect(start(input)).rejects.toMatchObject({ code });
  });

  it('runs a hundred queries at a time in one account, not one more', async () => {
    for (let index = 0; index < CONCURRENT_QUERIES; index += 1) await start({ queryString: 'limit 1 # takes 1m' });
    await expect(start()).rejects.toMatchObject({ code: 'LimitExceededException' });
    await start({ logGroupName: '/logistics/labels' }, LOGISTICS_ACCOUNT);
    logs.wait(61_000);
    const attempt = (): Promise<string> => start().catch((error: AwsFault) => error.code);
    await expect.poll(attempt, PATIENCE).not.toBe('LimitExceededException');
  });

  it('knows a query in its own account only', async () => {
    const queryId = await start();
    for (const name of ['GetQueryResults', 'StopQuery']) {
      await expect(logs.call(name, { queryId }, LOGISTICS_ACCOUNT)).rejects.toMatchObject({
        code: 'ResourceNotFoundException',
      });
    }
  });

  it('asks IAM for the groups of the query when results are read', async () => {
    const queryId = await start();
    expect(logs.resources('GetQueryResults', { queryId })).toEqual([
      'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout',
    ]);
  });
});

describe('StopQuery', () => {
  it('cancels a running query for good', async () => {
    const queryId = await start({ queryString: 'stats count(*) # takes 1m' });
    logs.wait(30_000);
    expect(await logs.call('StopQuery', { queryId })).toEqual({ success: true });
    logs.wait(60_000);
    expect(await results(queryId)).toMatchObject({ status: 'Cancelled', results: [] });
  });

  it('refuses a query that has ended, either way', async () => {
    const stopped = await start({ queryString: 'limit 1 # takes 1m' });
    await logs.call('StopQuery', { queryId: stopped });
    await expect(logs.call('StopQuery', { queryId: stopped })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    const complete = await start();
    logs.wait(60);
    await results(complete);
    await expect(logs.call('StopQuery', { queryId: complete })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});

describe('DescribeQueries', () => {
  it('lists the queries of the account, newest first, by group and status', async () => {
    const first = await start({ queryString: 'limit 1 # takes 1m' });
    const second = await start({ logGroupName: '/shop/web', queryString: 'limit 2 # takes 1m' });
    await logs.call('StopQuery', { queryId: first });
    const ids = async (input: object): Promise<(string | undefined)[]> => {
      const { queries = [] } = await logs.call<DescribeQueriesCommandOutput>('DescribeQueries', input);
      return queries.map(({ queryId }) => queryId);
    };
    expect((await ids({})).slice(0, 2)).toEqual([second, first]);
    expect((await ids({ logGroupName: '/shop/web' }))[0]).toBe(second);
    expect(await ids({ status: 'Cancelled' })).toEqual([first]);
    const inLogistics = await logs.call<DescribeQueriesCommandOutput>('DescribeQueries', {}, LOGISTICS_ACCOUNT);
    expect(inLogistics.queries?.filter(({ queryId }) => queryId === first || queryId === second)).toEqual([]);
  });
});

describe('GetLogRecord', () => {
  it('opens the event a result points at, in its own account only', async () => {
    const [row] = await answer({ queryString: 'filter level = "ERROR" | limit 1', startTime: logs.minutesAgo(180) });
    const logRecordPointer = row?.['@ptr'] ?? '';
    const { logRecord } = await logs.call<GetLogRecordCommandOutput>('GetLogRecord', { logRecordPointer });
    expect(logRecord).toMatchObject({
      '@message': row?.['@message'],
      level: 'ERROR',
      'error.type': expect.any(String),
    });
    await expect(logs.call('GetLogRecord', { logRecordPointer }, LOGISTICS_ACCOUNT)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('refuses a made-up pointer', async () => {
    await expect(logs.call('GetLogRecord', { logRecordPointer: 'abc' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});
