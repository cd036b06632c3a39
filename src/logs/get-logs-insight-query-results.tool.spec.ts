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
    expect(again).toEqual(first);
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
  });
});
