import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { cancelLogsInsightQuery, CancelLogsInsightQueryTool } from './cancel-logs-insight-query.tool.js';
import { executeLogInsightsQuery, ExecuteLogInsightsQueryTool } from './execute-log-insights-query.tool.js';
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
const execute = (args: object, options?: RigCall) =>
  rig.call(ExecuteLogInsightsQueryTool, executeLogInsightsQuery, args, options);
const cancel = (args: object, options?: RigCall) =>
  rig.call(CancelLogsInsightQueryTool, cancelLogsInsightQuery, args, options);

describe('cancel_logs_insight_query', () => {
  it('says so when the query has ended already', async () => {
    const { queryId } = await execute(QUERY);
    const answer = await cancel({ query_id: queryId });
    expect(answer.success).toBe(false);
    expect(answer.message).toContain('not running any more');
  });

  it('stops a running query as the caller and frees its slot', async () => {
    const slow = { ...QUERY, query_string: 'fields @message | limit 5 # takes 60s', max_timeout: 1 };
    const left = await Promise.all([execute(slow), execute(slow), execute(slow)]);
    await expect(execute(slow)).rejects.toMatchObject({ code: 'rate_limited', denied: 'concurrency' });
    expect(rig.aws.calls.of('StartQuery')).toHaveLength(3);
    for (const { queryId } of left)
      expect(await cancel({ query_id: queryId })).toEqual({ success: true, message: null });
    expect((await execute(QUERY)).status).toBe('Complete');
    expect(rig.aws.calls.of('StopQuery')[0]?.principalArn).toContain('111111111111:assumed-role/CloudWatchReader/');
  });

  it('passes other failures on', async () => {
    const { queryId } = await execute(QUERY);
    rig.aws.faults.add({ operation: 'logs:StopQuery', kind: 'access-denied' });
    await expect(cancel({ query_id: queryId })).rejects.toMatchObject({ code: 'aws_access_denied' });
  });
});
