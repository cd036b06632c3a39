import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { eventually } from '../../test/support/stack.js';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { cancelLogsInsightQuery, CancelLogsInsightQueryTool } from './cancel-logs-insight-query.tool.js';
import { executeLogInsightsQuery, ExecuteLogInsightsQueryTool } from './execute-log-insights-query.tool.js';
import { getLogsInsightQueryResults, GetLogsInsightQueryResultsTool } from './get-logs-insight-query-results.tool.js';
import { LogsModule } from './logs.module.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([LogsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const WEB_ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web';
const BOBS_ARN = WEB_ARN.replace('111111111111', '222222222222');
const QUERY = {
  log_group_names: ['/shop/web'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: 'fields @timestamp, @message | limit 5',
};
const SLOW = { ...QUERY, query_string: 'fields @message | limit 5 # takes 60s' };
const execute = (args: object, options?: RigCall) =>
  rig.call(ExecuteLogInsightsQueryTool, executeLogInsightsQuery, args, options);
const results = (args: object, options?: RigCall) =>
  rig.call(GetLogsInsightQueryResultsTool, getLogsInsightQueryResults, args, options);
const cancel = (args: object, options?: RigCall) =>
  rig.call(CancelLogsInsightQueryTool, cancelLogsInsightQuery, args, options);

describe('execute_log_insights_query', () => {
  it('answers the rows of a query run as the caller', async () => {
    const result = await execute(QUERY);
    expect(result).toMatchObject({ status: 'Complete', message: null, truncated: false });
    expect(result.results).toHaveLength(5);
    expect(Object.keys(result.results[0] ?? {})).toEqual(expect.arrayContaining(['@timestamp', '@message', '@ptr']));
    expect(result.statistics?.recordsScanned).toBeGreaterThan(0);
    const [start] = rig.aws.calls.of('StartQuery');
    expect(start?.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    expect(result).toMatchObject({ returned: 5, total: 5, next_cursor: null, scan_estimate: null });
    expect(result.cost?.bytes_scanned).toBe(result.statistics?.bytesScanned);
    const { start: from, end: to } = result.time_range;
    expect(new Date(to).getTime() - new Date(from).getTime()).toBe(3_600_000);
    expect(start?.input).toMatchObject({ startTime: Math.floor(new Date(from).getTime() / 1_000) });
  });

  it('answers a query that finds nothing', async () => {
    const empty = await execute({ ...QUERY, query_string: 'filter @message = "no such line"' });
    expect(empty).toMatchObject({ status: 'Complete', results: [], returned: 0, total: 0, truncated: false });
  });

  it('waits on while AWS limits the rate of looks', async () => {
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'throttle', times: 4 });
    const result = await execute(QUERY);
    expect(result).toMatchObject({ status: 'Complete', returned: 5 });
    expect(rig.aws.calls.of('StopQuery')).toEqual([]);
  });

  it('renews a session that expires while the query runs', async () => {
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'expired-credentials', times: 1 });
    expect((await execute(QUERY)).status).toBe('Complete');
  });

  it.each([
    ['SQL', { query_string: 'SELECT `@message` FROM `/shop/web` LIMIT 4', log_group_names: null }],
    ['PPL', { query_string: 'source = `/shop/web` | fields `@message` | head 4', log_group_names: null }],
    ['PPL', { query_string: 'fields `@message` | head 4' }],
  ])('takes %s', async (query_language, args) => {
    const result = await execute({ ...QUERY, ...args, query_language });
    expect(result).toMatchObject({ status: 'Complete', returned: 4 });
    expect(rig.aws.calls.of('StartQuery')[0]?.input).toMatchObject({ queryLanguage: query_language });
  });

  it('takes ARNs and goes to their region', async () => {
    const arn = WEB_ARN.replace('us-east-1', 'eu-west-1');
    const result = await execute({ ...QUERY, log_group_names: null, log_group_identifiers: [`${arn}:*`] });
    expect(result.status).toBe('Complete');
    expect(rig.aws.calls.of('StartQuery')[0]).toMatchObject({
      region: 'eu-west-1',
      input: { logGroupIdentifiers: [arn] },
    });
  });

  it('reports each look with a growing number', async () => {
    const seen: [number, string | undefined][] = [];
    const args = { ...QUERY, query_string: 'fields @message | limit 5 # takes 1s' };
    await execute(args, { progress: (value: number, _total?: number, text?: string) => seen.push([value, text]) });
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen.map(([value]) => value)).toEqual(seen.map((_, index) => index + 1));
    expect(seen[0]?.[1]).toMatch(/^(Scheduled|Running): \d+ log events scanned$/);
  });

  it('ends the waiting but not the query, and its handle leads on', async () => {
    const waited = await execute({ ...QUERY, query_string: 'fields @message # takes 8s', max_timeout: 1 });
    expect(waited).toMatchObject({ status: 'Polling Timeout', results: [] });
    expect(waited.message).toContain('get_logs_insight_query_results');
    expect(rig.aws.calls.of('StopQuery')).toEqual([]);
    const later = await results({ query_id: waited.queryId });
    expect(later).toMatchObject({ queryId: waited.queryId, status: 'Running' });
    expect(await cancel({ query_id: waited.queryId })).toEqual({ success: true, message: null });
    expect(await results({ query_id: waited.queryId })).toMatchObject({ status: 'Cancelled' });
  });

  it('stops the query once within two seconds when the caller cancels [MCP-25]', async () => {
    const abort = new AbortController();
    const outcome = Promise.allSettled([execute(SLOW, { signal: abort.signal })]);
    await eventually(() => expect(rig.aws.calls.of('GetQueryResults').length).toBeGreaterThan(0));
    const at = performance.now();
    abort.abort();
    expect(await outcome).toMatchObject([{ reason: { code: 'cancelled' } }]);
    expect(performance.now() - at).toBeLessThan(2_000 + BUSY_MS);
    expect(rig.aws.calls.of('StopQuery')).toHaveLength(1);
  });

  it('stops nobody who left queries running once those have ended', async () => {
    const left = { ...QUERY, query_string: 'fields @message | limit 1 # takes 2s', max_timeout: 1 };
    await Promise.all([execute(left), execute(left), execute(left)]);
    await expect(execute(QUERY)).rejects.toMatchObject({ code: 'rate_limited' });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await execute(QUERY)).status).toBe('Complete');
  });

  it('names the field of an unknown log group', async () => {
    await expect(execute({ ...QUERY, log_group_names: ['/no/such'] })).rejects.toMatchObject({
      code: 'aws_not_found',
      message: expect.stringMatching(/^log_group_names: .*describe_log_groups/),
    });
  });

  it('is refused as an error when AWS denies it', async () => {
    rig.aws.faults.add({ operation: 'logs:StartQuery', kind: 'access-denied' });
    await expect(execute(QUERY)).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('logs:StartQuery'),
    });
  });

  it.each([
    ['a range that ends before it starts', 'start_time', { start_time: 'now', end_time: 'now-1h' }],
    ['seconds since the epoch', 'start_time', { start_time: '1763719200' }],
    ['a day that does not exist', 'end_time', { end_time: '2026-02-30' }],
    ['a limit of zero', 'limit', { limit: 0 }],
    ['a limit beyond what AWS takes', 'limit', { limit: 100_001 }],
    ['too long a waiting', 'max_timeout', { max_timeout: 601 }],
    ['an empty query', 'query_string', { query_string: '' }],
    ['too long a query', 'query_string', { query_string: 'x'.repeat(10_001) }],
    ['a query with SOURCE', 'query_string', { query_string: 'SOURCE logGroups() | fields @message' }],
    ['a query with unmask', 'query_string', { query_string: 'fields unmask(@message)' }],
    ['a name that is none', 'log_group_names', { log_group_names: ['a`b'] }],
    ['51 log groups', 'log_group_names', { log_group_names: Array.from({ length: 51 }, (_, index) => `/g/${index}`) }],
    ['no log group', 'log_group_names', { log_group_names: null }],
    ['both ways to name log groups', 'log_group_names', { log_group_identifiers: [WEB_ARN] }],
    [
      'a region the ARN is not in',
      'region',
      { log_group_names: null, log_group_identifiers: [WEB_ARN], region: 'eu-west-1' },
    ],
    [
      'a log group of another account',
      'log_group_identifiers',
      { log_group_names: null, log_group_identifiers: [BOBS_ARN] },
    ],
    ['an unknown argument', 'query', { query: 'x' }],
    ['an unknown language', 'query_language', { query_language: 'KQL' }],
    ['log groups beside SQL', 'log_group_names', { query_language: 'SQL', query_string: 'SELECT * FROM `/shop/web`' }],
    [
      'SQL over a log group of another account',
      'query_string',
      { query_language: 'SQL', log_group_names: null, query_string: `SELECT * FROM \`${BOBS_ARN}\`` },
    ],
    [
      'unmask in SQL',
      'query_string',
      { query_language: 'SQL', log_group_names: null, query_string: 'SELECT unmask(x) FROM `/shop/web`' },
    ],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(execute({ ...QUERY, ...args })).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('execute_log_insights_query before a large scan', () => {
  const LARGE = { ...QUERY, log_group_names: ['/shop/order-archive'], start_time: 'now-10d' };

  it('refuses it with the estimate, the price and how to narrow it, and starts nothing', async () => {
    await expect(execute(LARGE)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(
        /^start_time: .*about \d+ GB .*about \$\d.*limit is 100 GB.*shorter time range.*filterIndex.*confirm_scan: true/,
      ),
    });
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
  });

  it('runs it when the caller confirms, and tells the estimate', async () => {
    const result = await execute({ ...LARGE, confirm_scan: true });
    expect(result.status).toBe('Complete');
    expect(result.scan_estimate).toMatchObject({ gb: expect.any(Number), note: expect.stringMatching(/^rough/) });
    expect(result.scan_estimate?.gb).toBeGreaterThan(100);
  });

  it('asks nothing beforehand about a window too short to matter', async () => {
    await execute({ ...LARGE, start_time: 'now-1h' });
    expect(rig.aws.calls.of('DescribeLogGroups')).toEqual([]);
  });

  it('asks once for all log groups of a call', async () => {
    await execute({ ...QUERY, log_group_names: ['/shop/web', '/shop/checkout'], start_time: 'now-2d' });
    expect(rig.aws.calls.of('DescribeLogGroups').map(({ input }) => input)).toEqual([
      { logGroupIdentifiers: ['/shop/web', '/shop/checkout'] },
    ]);
  });

  it('runs without an estimate where none can be had, and says so', async () => {
    rig.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'access-denied' });
    const result = await execute(LARGE);
    expect(result.status).toBe('Complete');
    expect(result.scan_estimate).toEqual({ gb: null, note: expect.stringContaining('logs:DescribeLogGroups') });
  });

  it('waits no longer than three seconds for an estimate', async () => {
    rig.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'latency', latencyMs: 20_000 });
    const started = performance.now();
    expect((await execute(LARGE)).scan_estimate).toMatchObject({ gb: null });
    expect(performance.now() - started).toBeLessThan(3_000 + BUSY_MS);
  });
});

describe('execute_log_insights_query with ALLOWED_LOG_GROUPS', () => {
  let fenced: ToolRig;
  beforeAll(async () => {
    fenced = await startToolRig([LogsModule], { ALLOWED_LOG_GROUPS: '/shop/web,/shop/check*' });
  });
  afterAll(() => fenced.close());
  const run = (args: object) =>
    fenced.call(ExecuteLogInsightsQueryTool, executeLogInsightsQuery, { ...QUERY, ...args });
  const sql = (query_string: string): object => ({ query_language: 'SQL', log_group_names: null, query_string });
  const ppl = (query_string: string): object => ({ query_language: 'PPL', log_group_names: null, query_string });

  it.each([
    {},
    { log_group_names: ['/shop/checkout'] },
    { log_group_names: null, log_group_identifiers: [WEB_ARN] },
    sql('SELECT `@message` FROM `/shop/web` LIMIT 4'),
    ppl('source = `/shop/checkout` | fields `@message`'),
  ])('runs %j', async (args) => {
    expect((await run(args)).status).toBe('Complete');
  });

  it.each([
    ['log_group_names', { log_group_names: ['/shop/web', '/shop/payments'] }],
    ['log_group_identifiers', { log_group_names: null, log_group_identifiers: [WEB_ARN.replace('web', 'payments')] }],
    ['query_string', { query_string: 'SOURCE logGroups(namePrefix: ["/shop/payments"]) | fields @message' }],
    ['query_string', sql('SELECT * FROM `/shop/payments`')],
    ['query_string', sql('SELECT * FROM `/shop/web`, `/shop/payments`')],
    ['query_string', sql('SELECT * FROM `/shop/web` JOIN `/shop/payments` ON a = b')],
    ['query_string', sql("SELECT * FROM `logGroups(logGroupIdentifier: ['/shop/web', '/shop/payments'])`")],
    ['query_string', ppl('source = `/shop/payments`')],
    ['query_string', ppl('source = `/shop/web` | join on a = b `/shop/payments`')],
    ['query_string', { query_language: 'PPL', query_string: 'fields x | where x in [source = `/shop/payments`]' }],
  ])('refuses by the name %s, before any AWS call: %j [ARG-04]', async (field, args) => {
    fenced.aws.calls.clear();
    await expect(run(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(fenced.aws.calls.all()).toEqual([]);
  });
});
