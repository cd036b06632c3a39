import type { McpCaller } from './mcp-caller.js';
import type { Caller, TourCalls } from './tour-calls.js';
import { expectEqual, expectThat, type TourLog } from './tour-log.js';

/** The eight tools of the walk, as the server lists them. */
export const WALKED_TOOLS = [
  'describe_log_groups',
  'analyze_log_group',
  'execute_log_insights_query',
  'get_logs_insight_query_results',
  'cancel_logs_insight_query',
  'get_metric_data',
  'get_active_alarms',
  'get_alarm_history',
] as const;

/** Where in the caller's account something went wrong and when, and the alarm that is still on. */
export interface Trouble {
  readonly alarm: string;
  readonly service: string;
  readonly from: Date;
  readonly until: Date;
}

interface LogGroup {
  readonly logGroupName: string;
  readonly logGroupArn: string;
}

interface Alarm {
  readonly alarm_name: string;
  readonly namespace: string;
  readonly metric_name: string;
  readonly statistic: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

interface QueryAnswer {
  readonly queryId: string;
  readonly status: string;
  readonly results: readonly Record<string, string>[];
  readonly statistics: { readonly recordsScanned?: number } | null;
}

const HALF_HOUR_MS = 30 * 60_000;

/**
 * Discovery and the eight tools, as one person on call would use them: from the alarm to the log line.
 * @returns the log group it looked into
 */
export async function toolsTour(
  tour: TourLog,
  calls: TourCalls,
  caller: Caller<McpCaller>,
  trouble: Trouble,
): Promise<string | undefined> {
  tour.chapter(`${caller.name}, whose role is in account ${caller.accountId}`);
  await tour.step('server/discover', () => discover(caller.tools));
  await tour.step('tools/list', () => listTools(caller.tools));
  const alarm = await tour.step('get_active_alarms', () => activeAlarms(calls, caller, trouble));
  await tour.step('get_alarm_history', () => alarmHistory(calls, caller, alarm));
  await tour.step('get_metric_data', () => metricData(calls, caller, alarm));
  const groups = await tour.step('describe_log_groups', () => logGroups(calls, caller));
  const group = groups?.find(({ logGroupName }) => logGroupName.includes(trouble.service)) ?? groups?.[0];
  const query = await tour.step('execute_log_insights_query', () => runQuery(calls, caller, group, trouble));
  await tour.step('get_logs_insight_query_results', () => queryResults(calls, caller, query));
  await tour.step('analyze_log_group', () => analyze(calls, caller, group, trouble));
  await tour.step('cancel_logs_insight_query', () => cancelQuery(calls, caller, group));
  return group?.logGroupName;
}

async function discover(mcp: McpCaller) {
  const { supportedVersions, _meta: meta } = (await mcp.request('server/discover')) as {
    supportedVersions: string[];
    _meta?: Record<string, { name?: string; version?: string }>;
  };
  expectThat(supportedVersions.includes('2026-07-28'), 'supportedVersions', '2026-07-28 among them', supportedVersions);
  const info = meta?.['io.modelcontextprotocol/serverInfo'];
  return { gist: `${info?.name} ${info?.version} speaks ${supportedVersions.join(', ')}`, value: undefined };
}

async function listTools(mcp: McpCaller) {
  const { tools } = (await mcp.request('tools/list')) as { tools: { name: string }[] };
  const names = tools.map(({ name }) => name);
  const missing = WALKED_TOOLS.filter((name) => !names.includes(name));
  expectEqual('tools that are missing', missing, []);
  return { gist: `${names.length} tools`, value: undefined };
}

async function activeAlarms(calls: TourCalls, caller: Caller, trouble: Trouble) {
  const { output } = await calls.output<{
    metric_alarms: Alarm[];
    composite_alarms: Pick<Alarm, 'alarm_name'>[];
  }>(caller, 'get_active_alarms', {});
  const names = [...output.composite_alarms, ...output.metric_alarms].map(({ alarm_name }) => alarm_name);
  const alarm = output.metric_alarms.find(({ alarm_name }) => alarm_name === trouble.alarm);
  expectThat(alarm !== undefined, 'metric_alarms', `${trouble.alarm} among them`, names);
  return { gist: `${names.length} in ALARM: ${names.join(', ')}`, value: alarm };
}

async function alarmHistory(calls: TourCalls, caller: Caller, alarm: Alarm | undefined) {
  expectThat(alarm !== undefined, 'alarm', 'one from get_active_alarms', alarm);
  const { output } = await calls.output<{ history_items: { timestamp: string; history_summary: string }[] }>(
    caller,
    'get_alarm_history',
    { alarm_name: alarm.alarm_name, start_time: 'now-14d' },
  );
  const [latest] = output.history_items;
  expectThat(latest !== undefined, 'history_items', 'at least one', output);
  const gist = `${output.history_items.length} changes, last ${latest.timestamp}: ${latest.history_summary}`;
  return { gist, value: undefined };
}

async function metricData(calls: TourCalls, caller: Caller, alarm: Alarm | undefined) {
  expectThat(alarm !== undefined, 'alarm', 'one from get_active_alarms', alarm);
  const metric_stat = {
    namespace: alarm.namespace,
    metric_name: alarm.metric_name,
    dimensions: alarm.dimensions.map(({ Name, Value }) => ({ name: Name, value: Value })),
    statistic: alarm.statistic,
  };
  const { output } = await calls.output<{
    metricDataResults: { datapoints: { timestamp: string; value: number }[] }[];
  }>(caller, 'get_metric_data', { queries: [{ id: 'm1', metric_stat }], start_time: 'now-6h' });
  const points = output.metricDataResults[0]?.datapoints ?? [];
  const latest = points.at(-1);
  expectThat(latest !== undefined, 'datapoints', 'at least one', output);
  const highest = points.reduce((best, point) => (point.value > best.value ? point : best));
  const gist = `${alarm.metric_name} ${alarm.statistic}: now ${rounded(latest.value)}, at most ${rounded(highest.value)} at ${highest.timestamp}`;
  return { gist: `${points.length} datapoints of ${gist}`, value: undefined };
}

async function logGroups(calls: TourCalls, caller: Caller) {
  const { output } = await calls.output<{ log_group_metadata: LogGroup[] }>(caller, 'describe_log_groups', {});
  const groups = output.log_group_metadata;
  expectThat(groups.length > 0, 'log_group_metadata', 'at least one', output);
  const foreign = groups.filter(({ logGroupArn }) => !logGroupArn.includes(`:${caller.accountId}:`));
  expectEqual('log groups of other accounts', foreign, []);
  const names = groups.map(({ logGroupName }) => logGroupName);
  return { gist: `${groups.length} log groups: ${names.join(', ')}`, value: groups };
}

async function runQuery(calls: TourCalls, caller: Caller, group: LogGroup | undefined, trouble: Trouble) {
  expectThat(group !== undefined, 'log group', 'one from describe_log_groups', group);
  const { output, progress } = await calls.output<QueryAnswer>(caller, 'execute_log_insights_query', {
    log_group_names: [group.logGroupName],
    ...around(trouble),
    query_string: '# takes 600ms\nfilter level = "ERROR" | stats count(*) as errors by error.type | sort errors desc',
  });
  expectEqual('status', output.status, 'Complete');
  const [worst] = output.results;
  expectThat(worst !== undefined, 'results', 'at least one row', output);
  expectThat(progress.length > 0, 'progress', 'at least one notification', progress);
  const read = output.statistics?.recordsScanned ?? 0;
  const gist = `${read} events of ${group.logGroupName} read, most errors: ${worst['error.type']} (${worst['errors']})`;
  return { gist, details: progress.map((message) => `progress: ${message}`), value: output };
}

async function queryResults(calls: TourCalls, caller: Caller, query: QueryAnswer | undefined) {
  expectThat(query !== undefined, 'query', 'one from execute_log_insights_query', query);
  const { output } = await calls.output<QueryAnswer>(caller, 'get_logs_insight_query_results', {
    query_id: query.queryId,
  });
  expectEqual('status', output.status, 'Complete');
  expectEqual('results', output.results, query.results);
  return { gist: `the same ${output.results.length} rows again, by the query's handle`, value: undefined };
}

async function analyze(calls: TourCalls, caller: Caller, group: LogGroup | undefined, trouble: Trouble) {
  expectThat(group !== undefined, 'log group', 'one from describe_log_groups', group);
  interface Patterns {
    readonly results: readonly Record<string, unknown>[];
  }
  const { output } = await calls.output<{
    log_anomaly_results: { anomalies: { description: string }[] };
    top_patterns: Patterns;
    top_patterns_containing_errors: Patterns;
  }>(caller, 'analyze_log_group', { log_group_arn: group.logGroupArn, ...around(trouble) });
  expectThat(output.top_patterns.results.length > 0, 'top_patterns', 'at least one', output);
  const [error] = output.top_patterns_containing_errors.results;
  expectThat(error !== undefined, 'top_patterns_containing_errors', 'at least one', output);
  const found = `${output.log_anomaly_results.anomalies.length} anomalies, ${output.top_patterns.results.length} patterns`;
  return { gist: `${found}, the most frequent error:`, details: [String(error['@pattern'])], value: undefined };
}

async function cancelQuery(calls: TourCalls, caller: Caller, group: LogGroup | undefined) {
  expectThat(group !== undefined, 'log group', 'one from describe_log_groups', group);
  const { output: started } = await calls.output<QueryAnswer>(caller, 'execute_log_insights_query', {
    log_group_names: [group.logGroupName],
    start_time: 'now-1h',
    end_time: 'now',
    query_string: '# takes 60s\nstats count(*) by bin(1m)',
    max_timeout: 1,
  });
  expectEqual('status after 1 s', started.status, 'Polling Timeout');
  const { output } = await calls.output<{ success: boolean }>(caller, 'cancel_logs_insight_query', {
    query_id: started.queryId,
  });
  expectEqual('success', output.success, true);
  return { gist: 'a query of a minute, no longer waited for after 1 s, is stopped in AWS', value: undefined };
}

function around({ from, until }: Trouble): { start_time: string; end_time: string } {
  return {
    start_time: new Date(from.getTime() - HALF_HOUR_MS).toISOString(),
    end_time: new Date(until.getTime() + HALF_HOUR_MS).toISOString(),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
