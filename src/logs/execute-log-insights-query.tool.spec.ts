import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    await new Promise((resolve) => setTimeout(resolve, 400));
    const at = performance.now();
    abort.abort();
    expect(await outcome).toMatchObject([{ reason: { code: 'cancelled' } }]);
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(rig.aws.calls.of('StopQuery')).toHaveLength(1);
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
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    await expect(execute({ ...QUERY, ...args })).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
