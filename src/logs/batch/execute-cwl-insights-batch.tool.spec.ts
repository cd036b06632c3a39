import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logWriter, writerRole } from '../../../test/support/log-writer.js';
import { eventually } from '../../../test/support/stack.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { LogsModule } from '../logs.module.js';
import { executeCwlInsightsBatch, ExecuteCwlInsightsBatchTool } from './execute-cwl-insights-batch.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([LogsModule], { INSIGHTS_MAX_QUERIES_PER_USER: '25' }, { roles: [writerRole()] });
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const WEB_ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web';
const BATCH = {
  log_group_names: ['/shop/web', '/shop/checkout'],
  regions: ['us-east-1', 'eu-west-1'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: 'fields @timestamp, @message',
  limit: 40,
};
const run = (args: object = {}, options?: RigCall) =>
  rig.call(ExecuteCwlInsightsBatchTool, executeCwlInsightsBatch, { ...BATCH, ...args }, options);
const starts = () => rig.aws.calls.of('StartQuery').map(({ region, input }) => ({ region, ...(input as object) }));
async function createGroups(count: number): Promise<string[]> {
  const writer = await logWriter(rig.aws);
  const names = Array.from({ length: count }, (_, index) => `/aws/lambda/quiet-${index}`);
  for (const name of names) await writer.create(name, 'none');
  rig.aws.calls.clear();
  return names;
}
const minutes = (from: number, to: number) => {
  const end = Math.floor(Date.now() / 1_000) - 60;
  const at = (minute: number): string => new Date((end - minute * 60) * 1_000).toISOString();
  return { start_time: at(from), end_time: at(to) };
};

describe('execute_cwl_insights_batch', () => {
  it('answers one list, newest first, from every Region, signed by the caller', async () => {
    const result = await run();
    expect(result.summary).toEqual({
      total_log_groups: 2,
      total_regions: 2,
      total_chunks: 2,
      successful_chunks: 2,
      retried_chunks: 0,
      re_chunked: 0,
      failed_chunks: 0,
      total_records_returned: 40,
      warnings: [],
    });
    expect(result.results).toHaveLength(40);
    const times = result.results.map((row) => row['@timestamp'] ?? '');
    expect(times).toEqual(times.toSorted().toReversed());
    expect(new Set(result.results.map((row) => row['_region']))).toEqual(new Set(['us-east-1', 'eu-west-1']));
    expect(new Set(result.results.map((row) => row['_logGroups']))).toEqual(new Set(['2 log groups']));
    expect(result).toMatchObject({ returned: 40, truncated: true, hint: expect.stringContaining('end_time') });
    expect(result.total).toBeGreaterThan(40);
    expect(result.cost?.bytes_scanned).toBeGreaterThan(0);
    for (const call of rig.aws.calls.of('StartQuery')) {
      expect(call.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    }
  });

  it('reads an ARN in its own Region only, names in every one, and a group once', async () => {
    const arn = `${WEB_ARN.replace('us-east-1', 'eu-west-1')}:*`;
    await run({ log_group_names: [arn, '/shop/payments', `${WEB_ARN}:*`, '/shop/payments'] });
    expect(starts()).toEqual([
      expect.objectContaining({ region: 'us-east-1', logGroupIdentifiers: ['/shop/payments', WEB_ARN] }),
      expect.objectContaining({ region: 'eu-west-1', logGroupIdentifiers: [arn.slice(0, -2), '/shop/payments'] }),
    ]);
  });

  it('marks the rows with the label and the one log group they are from', async () => {
    const { results } = await run({ log_group_names: ['/shop/web'], regions: ['us-east-1'], account_label: 'prod' });
    expect(results[0]).toMatchObject({ _region: 'us-east-1', _logGroups: '/shop/web', _account: 'prod' });
  });

  it('starts one query a Region for a busy aggregate, for a limit, and for more rows than the answer holds', async () => {
    for (const query_string of [
      'stats count(*) as lines by bin(5m)',
      'fields @timestamp | limit 20',
      'fields @timestamp, @message',
    ]) {
      rig.aws.calls.clear();
      const { summary } = await run({ query_string });
      expect(starts()).toHaveLength(2);
      expect(summary.re_chunked).toBe(0);
    }
  });

  it('takes the limit of the query for the whole answer', async () => {
    const result = await run({ query_string: 'fields @timestamp, @message | limit 20' });
    expect(result).toMatchObject({ returned: 20, total: 20, truncated: false, hint: null });
  });

  it('orders by the sort of the query, numbers as numbers', async () => {
    const { results } = await run({
      log_group_names: ['/shop/checkout'],
      query_string:
        'fields durationMs, @timestamp | filter ispresent(durationMs) | sort durationMs desc, @timestamp asc',
    });
    const durations = results.map((row) => Number(row['durationMs']));
    expect(durations).toHaveLength(40);
    expect(durations).toEqual(durations.toSorted((a, b) => b - a));
  });

  it('says when the rows lack what they would be ordered by', async () => {
    const { summary } = await run({ query_string: 'fields @message' });
    expect(summary.warnings).toEqual([expect.stringContaining('do not carry @timestamp')]);
  });

  it('splits a query that outlives its time into halves that together give each event once', async () => {
    const window = minutes(32, 0);
    const query_string = 'fields @timestamp, @message # takes 3s per hour';
    const args = { ...window, log_group_names: ['/shop/web'], regions: ['us-east-1'], limit: 10_000 };
    const whole = await run({ ...args, query_string: 'fields @timestamp, @message' });
    rig.aws.calls.clear();
    const split = await run({ ...args, query_string, max_timeout: 1 });
    expect(split.summary).toMatchObject({ re_chunked: 1, failed_chunks: 0, successful_chunks: 1 });
    expect(split.summary.warnings).toEqual([expect.stringContaining('split the time range into halves')]);
    expect(rig.aws.calls.of('StopQuery')).toHaveLength(1);
    expect(split.results).toEqual(whole.results);
    expect(split.results.length).toBeGreaterThan(100);
    const [, first, second] = starts() as unknown as { startTime: number; endTime: number }[];
    expect(second?.startTime).toBe(first?.endTime);
  });

  it('does not split aggregates that outlive their time, and says what to do', async () => {
    const query_string = 'stats count(*) by bin(5m) # takes 5s';
    const result = await run({ query_string, regions: ['us-east-1'], max_timeout: 1 });
    expect(result).toMatchObject({ results: [], total: null, summary: { failed_chunks: 1, re_chunked: 0 } });
    expect(result.summary.warnings).toEqual([expect.stringMatching(/aggregates .* narrow start_time/)]);
    expect(result.cost?.bytes_scanned).toBeGreaterThan(0);
    expect(starts()).toHaveLength(1);
    expect(rig.aws.calls.of('StopQuery')).toHaveLength(1);
  });

  it('does not split what AWS has not begun', async () => {
    const result = await run({ query_string: 'fields @timestamp # takes 60s', regions: ['us-east-1'], max_timeout: 1 });
    expect(result.summary.warnings).toEqual([expect.stringContaining('had not begun the query')]);
    expect(starts()).toHaveLength(1);
  });

  it('splits four times at most and stops every query it gave up', async () => {
    const query_string = 'fields @timestamp # takes 5s';
    const args = { log_group_names: ['/shop/web'], regions: ['us-east-1'], max_timeout: 1 };
    const { summary } = await run({ ...args, query_string });
    expect(summary).toMatchObject({ re_chunked: 15, successful_chunks: 0, failed_chunks: 1 });
    expect(summary.warnings.at(-1)).toContain('split 4 times');
    expect(starts()).toHaveLength(31);
    expect(rig.aws.calls.of('StopQuery')).toHaveLength(31);
  });

  it('stops every query once when the caller cancels [MCP-25]', async () => {
    const abort = new AbortController();
    const outcome = Promise.allSettled([
      run({ query_string: 'fields @message # takes 60s' }, { signal: abort.signal }),
    ]);
    await eventually(() => expect(rig.aws.calls.of('GetQueryResults').length).toBeGreaterThan(1));
    abort.abort();
    expect(await outcome).toMatchObject([{ reason: { code: 'cancelled' } }]);
    const stopped = rig.aws.calls.of('StopQuery').map(({ input }) => (input as { queryId: string }).queryId);
    expect(stopped).toHaveLength(2);
    expect(new Set(stopped).size).toBe(2);
  });

  it('puts counts of more than 50 log groups together, and refuses aggregates that cannot be', async () => {
    const names = ['/shop/web', ...(await createGroups(51)), '/shop/checkout'];
    const args = { regions: ['us-east-1'], ...minutes(30, 0) };
    const query_string = 'stats count(*) as lines, max(@timestamp) as newest by bin(10m) as time | sort time desc';
    const two = await run({ ...args, query_string, log_group_names: ['/shop/web', '/shop/checkout'] });
    rig.aws.calls.clear();
    const many = await run({ ...args, query_string, log_group_names: names });
    expect(starts()).toHaveLength(2);
    expect(many.results).toEqual(two.results.map((row) => ({ ...row, _logGroups: '53 log groups' })));
    expect(many.results.length).toBeGreaterThan(2);
    rig.aws.calls.clear();
    const average = { ...args, query_string: 'stats avg(durationMs) by bin(5m)', log_group_names: names };
    await expect(run(average)).rejects.toThrow(/^query_string: /);
    expect(rig.aws.calls.all()).toEqual([]);
  });

  it('keeps the rows of other Regions when one is denied, and does not ask it again', async () => {
    rig.aws.faults.add({ operation: 'logs:StartQuery', kind: 'access-denied', times: 1 });
    const { summary, results, total } = await run();
    expect(summary).toMatchObject({ successful_chunks: 1, failed_chunks: 1, retried_chunks: 0 });
    expect(summary.warnings).toEqual([
      expect.stringMatching(/-1: \/shop\/web, \/shop\/checkout, .*\(not retryable\)$/),
    ]);
    expect(results).toHaveLength(40);
    expect(total).toBeNull();
    expect(starts()).toHaveLength(2);
  });

  it('fails with the first error when nothing was read', async () => {
    rig.aws.faults.add({ operation: 'logs:StartQuery', kind: 'access-denied' });
    await expect(run()).rejects.toMatchObject({ code: 'aws_access_denied' });
    await expect(run({ log_group_names: ['/no/such'] })).rejects.toMatchObject({ code: 'aws_access_denied' });
    rig.aws.faults.clear();
    await expect(run({ log_group_names: ['/no/such'] })).rejects.toThrow(/^log_group_names: no such log group/);
  });

  it('tries again once when AWS limits the rate', async () => {
    rig.aws.faults.add({ operation: 'logs:StartQuery', kind: 'throttle', times: 3 });
    const { summary } = await run({ regions: ['us-east-1'] });
    expect(summary).toMatchObject({ successful_chunks: 1, retried_chunks: 1, warnings: [] });
  });

  it('goes on with renewed credentials when they expire', async () => {
    rig.aws.faults.add({ operation: 'logs:StartQuery', kind: 'expired-credentials', times: 1 });
    expect((await run()).summary).toMatchObject({ successful_chunks: 2, warnings: [] });
  });

  it('answers an empty result as such', async () => {
    const result = await run({ query_string: 'fields @timestamp | filter @message like "no such words anywhere"' });
    expect(result).toMatchObject({ results: [], returned: 0, total: 0, truncated: false, hint: null });
  });

  it.each([
    ['no log group', 'log_group_names', { log_group_names: [] }],
    ['a name that is none', 'log_group_names', { log_group_names: ['a`b'] }],
    ['an ARN of a Region not named', 'log_group_names', { log_group_names: [WEB_ARN], regions: ['eu-west-1'] }],
    [
      'an ARN of another account',
      'log_group_names',
      { log_group_names: [WEB_ARN.replaceAll('1', '2')], regions: ['us-east-1'] },
    ],
    [
      'more than one call may start',
      'log_group_names',
      {
        log_group_names: Array.from({ length: 1_000 }, (_, index) => `/g/${index}`),
        regions: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1', 'eu-west-2'],
      },
    ],
    ['no Region', 'regions', { regions: [] }],
    ['a Region that is none', 'regions', { regions: ['us-east-1.evil.com#'] }],
    ['a time range that ends before it starts', 'start_time', { start_time: 'now', end_time: 'now-1h' }],
    ['an empty query', 'query_string', { query_string: '' }],
    ['a query with SOURCE', 'query_string', { query_string: 'SOURCE logGroups() | fields @message' }],
    ['a query with unmask', 'query_string', { query_string: 'fields unmask(@message)' }],
    ['a limit of zero', 'limit', { limit: 0 }],
    ['a limit beyond what it takes', 'limit', { limit: 10_001 }],
    ['no time to wait', 'max_timeout', { max_timeout: 0 }],
    ['one Region as an argument of its own', 'region', { region: 'us-east-1' }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(run(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('a batch within limits of size', () => {
  let small: ToolRig;
  beforeAll(async () => {
    small = await startToolRig([LogsModule], {
      RESULT_BUDGET_BYTES: '10000',
      INSIGHTS_MAX_SCAN_GB: '1',
      INSIGHTS_MAX_QUERIES_PER_USER: '1',
      ALLOWED_LOG_GROUPS: '/shop/*',
    });
  });
  afterAll(() => small.close());
  const call = (args: object) =>
    small.call(ExecuteCwlInsightsBatchTool, executeCwlInsightsBatch, { ...BATCH, ...args });

  it('weighs no more than the budget and says how to get more', async () => {
    const result = await call({ limit: 1_000, start_time: 'now-10m' });
    expect(Buffer.byteLength(JSON.stringify(result.results))).toBeLessThanOrEqual(10_000);
    expect(result).toMatchObject({ truncated: true, returned: result.results.length });
    expect(result.total).toBeGreaterThan(result.returned);
  });

  it('leads by its hint to every row', async () => {
    const asked = { limit: 10_000, ...minutes(10, 0), regions: ['us-east-1'] };
    const keyOf = (row: object): string => JSON.stringify(row);
    const seen = new Set<string>();
    let answer = await call(asked);
    const total = answer.total ?? 0;
    expect(answer.truncated).toBe(true);
    for (let calls = 1; answer.truncated && calls < 50; calls += 1) {
      for (const row of answer.results) seen.add(keyOf(row));
      const end_time = /repeat the call with end_time (\S+);/.exec(answer.hint ?? '')?.[1];
      expect(end_time).toBeDefined();
      answer = await call({ ...asked, end_time });
    }
    for (const row of answer.results) seen.add(keyOf(row));
    expect(answer.truncated).toBe(false);
    expect(seen.size).toBe(total);
  });

  it('refuses a scan too large for all chunks together until it is confirmed', async () => {
    small.aws.calls.clear();
    const large = { start_time: 'now-14d', log_group_names: ['/shop/web', '/shop/checkout', '/shop/inventory'] };
    await expect(call(large)).rejects.toThrow(/^start_time: .*confirm_scan: true/);
    expect(small.aws.calls.of('StartQuery')).toEqual([]);
    const hour = { start_time: 'now-14d', end_time: 'now-335h', regions: ['us-east-1'] };
    expect((await call({ ...large, ...hour })).scan_estimate?.gb).toBeGreaterThan(0);
    small.aws.faults.add({ operation: 'logs:StartQuery', kind: 'access-denied' });
    await expect(call({ ...large, confirm_scan: true })).rejects.toMatchObject({ code: 'aws_access_denied' });
    small.aws.faults.clear();
  });

  it('reads only log groups on the list of the operator', async () => {
    small.aws.calls.clear();
    await expect(call({ log_group_names: ['/shop/web', '/payroll/run'] })).rejects.toThrow(/^log_group_names: /);
    expect(small.aws.calls.all()).toEqual([]);
  });
});
