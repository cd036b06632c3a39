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

const QUERY = {
  log_group_names: ['/shop/web'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: 'fields @timestamp, @message | limit 5',
};
const callsTo = (service: string) => rig.aws.calls.all().filter((call) => call.service === service);
const execute = (args: object, options?: RigCall) =>
  rig.call(ExecuteLogInsightsQueryTool, executeLogInsightsQuery, args, options);
const results = (args: object, options?: RigCall) =>
  rig.call(GetLogsInsightQueryResultsTool, getLogsInsightQueryResults, args, options);
const cancel = (args: object, options?: RigCall) =>
  rig.call(CancelLogsInsightQueryTool, cancelLogsInsightQuery, args, options);

describe('get_logs_insight_query_results', () => {
  it("knows nothing of another's query, and asks AWS nothing [MCP-23]", async () => {
    const { queryId } = await execute(QUERY);
    const [awsId = ''] = queryId.split('.');
    rig.aws.calls.clear();
    for (const [query_id, options] of [
      [queryId, { as: 'bob' }],
      [awsId, {}],
      [`${awsId}.${'A'.repeat(43)}`, {}],
    ] as const) {
      await expect(results({ query_id }, options)).rejects.toMatchObject({ code: 'unknown_query' });
      await expect(cancel({ query_id }, options)).rejects.toMatchObject({ code: 'unknown_query' });
    }
    await expect(results({ query_id: queryId, region: 'eu-west-1' })).rejects.toMatchObject({ code: 'unknown_query' });
    expect(callsTo('logs')).toEqual([]);
  });

  it('gives the rows again without scanning again', async () => {
    const first = await execute(QUERY);
    rig.aws.calls.clear();
    const again = await results({ query_id: first.queryId });
    const { time_range: _range, scan_estimate: _estimate, ...state } = first;
    expect(again).toEqual(state);
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
    expect(rig.aws.calls.of('GetQueryResults')[0]?.principalArn).toContain(
      '111111111111:assumed-role/CloudWatchReader/',
    );
  });

  it('gives the rows that did not fit into an answer, each once', async () => {
    // At night an hour has fewer events than that.
    const first = await execute({
      ...QUERY,
      start_time: 'now-12h',
      query_string: 'fields @ptr, @message | limit 2500',
    });
    expect(first).toMatchObject({ truncated: true, total: 2_500 });
    expect(Buffer.byteLength(JSON.stringify(first.results))).toBeLessThanOrEqual(100_000);
    expect(first.message).toContain('next_cursor');
    const rows = [...first.results];
    let cursor = first.next_cursor;
    let parts = 0;
    while (cursor !== null) {
      const part = await results({ query_id: first.queryId, cursor });
      expect(part).toMatchObject({ total: 2_500, returned: part.results.length });
      rows.push(...part.results);
      cursor = part.next_cursor;
      parts += 1;
    }
    expect(parts).toBeGreaterThan(1);
    expect(new Set(rows.map((row) => row['@ptr'])).size).toBe(2_500);
    expect(rows).toHaveLength(2_500);
  });

  it('gives no more rows than asked for', async () => {
    const { queryId } = await execute(QUERY);
    const part = await results({ query_id: queryId, max_rows: 2 });
    expect(part).toMatchObject({ returned: 2, total: 5, truncated: true });
    const rest = await results({ query_id: queryId, cursor: part.next_cursor });
    expect(rest).toMatchObject({ returned: 3, total: 5, truncated: false, next_cursor: null });
  });

  it('tells a place AWS no longer knows by the name cursor', async () => {
    const { queryId } = await execute(QUERY);
    const cursor = Buffer.from(JSON.stringify({ t: 'expired', s: 0 })).toString('base64url');
    await expect(results({ query_id: queryId, cursor })).rejects.toThrow(/^cursor: .*leave cursor out/);
  });

  it('says so when AWS no longer has the query', async () => {
    const { queryId } = await execute(QUERY);
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'error', code: 'ResourceNotFoundException' });
    await expect(results({ query_id: queryId })).rejects.toThrow(/^query_id: .*run it again/);
  });

  it.each([
    ['cursor', { cursor: 'x' }],
    ['max_rows', { max_rows: 0 }],
    ['query_id', { query_id: '' }],
  ])('refuses a wrong %s before any AWS call', async (field, args) => {
    const { queryId } = await execute(QUERY);
    rig.aws.calls.clear();
    await expect(results({ query_id: queryId, ...args })).rejects.toThrow(new RegExp(`^${field}`));
    expect(callsTo('logs')).toEqual([]);
  });

  it.each([
    ['throttle', 'aws_throttled'],
    ['access-denied', 'aws_access_denied'],
  ] as const)('passes on that AWS answers %s', async (kind, code) => {
    const { queryId } = await execute(QUERY);
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind });
    await expect(results({ query_id: queryId })).rejects.toMatchObject({ code });
  });

  it('renews a session that has expired', async () => {
    const { queryId } = await execute(QUERY);
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'expired-credentials', times: 1 });
    expect((await results({ query_id: queryId })).status).toBe('Complete');
  });
});
