// oxlint-disable typescript/no-explicit-any -- answers are read as callers read them, without types
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';

/**
 * What callers of the reference server rely on, call by call; where it differs on purpose the title says so, and
 * docs/known-differences.md why.
 */
let stack: Stack;
let token: string;

beforeAll(async () => {
  stack = await startStack({ env: { TOOLSETS: 'all' } });
  token = await stack.token('alice');
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.aws.calls.clear();
  stack.aws.faults.clear();
});

const GROUP = '/shop/checkout';
const GROUP_ARN = `arn:aws:logs:us-east-1:111111111111:log-group:${GROUP}`;
const HOUR = { start_time: 'now-1h', end_time: 'now' };
const QUERY = { log_group_names: [GROUP], ...HOUR, query_string: 'fields @timestamp, @message | limit 2' };
const BATCH = { log_group_names: [GROUP], regions: ['us-east-1'], ...HOUR, query_string: 'fields @message | limit 2' };
const ERRORS = {
  namespace: 'AWS/Lambda',
  metric_name: 'Errors',
  dimensions: [{ name: 'FunctionName', value: 'payments' }],
};

async function answer(name: string, args: object = {}): Promise<any> {
  const { status, body } = await stack.call(token, name, args);
  expect([status, body.error_description], name).toEqual([200, undefined]);
  return body.result;
}

async function refusal(name: string, args: object): Promise<string> {
  const { status, body } = await stack.call(token, name, args);
  expect(status, name).toBeGreaterThanOrEqual(400);
  return body.error_description ?? '';
}

const inputs = (operation: string): any[] => stack.aws.calls.of(operation).map(({ input }) => input);

describe('logs [C1]', () => {
  it('describe_log_groups: groups with their size, and the saved queries that apply to them', async () => {
    const { log_group_metadata: groups, saved_queries: queries } = await answer('describe_log_groups', {
      log_group_name_prefix: '/shop/',
    });
    expect(groups.map((group: any) => group.logGroupName)).toContain(GROUP);
    for (const group of groups) {
      expect(group).toMatchObject({
        creationTime: expect.stringMatching(/Z$/),
        metricFilterCount: expect.any(Number),
        storedBytes: expect.any(Number),
        inheritedProperties: expect.any(Array),
        logGroupClass: expect.stringMatching(/^(STANDARD|INFREQUENT_ACCESS)$/),
        logGroupArn: expect.not.stringMatching(/:\*$/),
      });
      expect(Object.keys(group)).toEqual(
        expect.arrayContaining(['retentionInDays', 'kmsKeyId', 'dataProtectionStatus']),
      );
    }
    const names = groups.map((group: any) => group.logGroupName);
    for (const { logGroupNames, logGroupPrefixes } of queries) {
      const applies =
        logGroupNames.some((name: string) => names.includes(name)) ||
        logGroupPrefixes.some((prefix: string) => names.some((name: string) => name.startsWith(prefix)));
      expect(applies).toBe(true);
    }
  });

  it('analyze_log_group: anomalies and both pattern queries by ARN, at most one sample, tokens dropped', async () => {
    const { log_anomaly_results: anomalies, ...patterns } = await answer('analyze_log_group', {
      log_group_arn: GROUP_ARN,
      ...HOUR,
    });
    expect(anomalies).toMatchObject({ anomaly_detectors: expect.any(Array), anomalies: expect.any(Array) });
    for (const { results, status } of [patterns.top_patterns, patterns.top_patterns_containing_errors]) {
      expect(status).toBe('Complete');
      for (const row of results) {
        expect(row).not.toHaveProperty('@tokens');
        expect(row).not.toHaveProperty('@visualization');
        expect(row['@logSamples'].length).toBeLessThanOrEqual(1);
      }
    }
    expect(inputs('StartQuery').map(({ logGroupIdentifiers, limit }) => [logGroupIdentifiers, limit])).toEqual([
      [[GROUP_ARN], 5],
      [[GROUP_ARN], 5],
    ]);
    const counts = patterns.top_patterns_containing_errors.results.map((row: any) => Number(row['@sampleCount']));
    expect(counts, 'sorted, unlike the reference').toEqual(counts.toSorted((a: number, b: number) => b - a));
  });

  it('execute_log_insights_query: rows as field to value, @ptr kept, seconds since the epoch in AWS', async () => {
    const { status, results, statistics } = await answer('execute_log_insights_query', { ...QUERY, limit: 7 });
    expect([status, results.length]).toEqual(['Complete', 2]);
    expect(Object.keys(results[0])).toEqual(expect.arrayContaining(['@timestamp', '@message', '@ptr']));
    expect(statistics.recordsScanned).toBeGreaterThan(0);
    const [{ startTime, endTime, limit, logGroupNames }] = inputs('StartQuery');
    expect([endTime - startTime, limit, logGroupNames]).toEqual([3_600, 7, [GROUP]]);
  });

  it('execute_log_insights_query: after max_timeout "Polling Timeout" with the id, and the query runs on', async () => {
    const slow = { ...QUERY, query_string: `${QUERY.query_string} # takes 60s`, max_timeout: 1 };
    const { status, results, message, queryId } = await answer('execute_log_insights_query', slow);
    expect([status, results]).toEqual(['Polling Timeout', []]);
    expect(message).toContain('get_logs_insight_query_results');
    expect(stack.aws.calls.of('StopQuery')).toEqual([]);
    expect(await answer('get_logs_insight_query_results', { query_id: queryId })).toMatchObject({
      status: expect.stringMatching(/^(Scheduled|Running)$/),
    });
    expect(await answer('cancel_logs_insight_query', { query_id: queryId })).toMatchObject({ success: true });
  });

  it('execute_log_insights_query: both or no log groups, and a bad time, are errors (not answers with status Error)', async () => {
    expect(await refusal('execute_log_insights_query', { ...QUERY, log_group_identifiers: [GROUP] })).toMatch(
      /^log_group/,
    );
    expect(await refusal('execute_log_insights_query', { ...QUERY, log_group_names: null })).toMatch(/^log_group/);
    expect(await refusal('execute_log_insights_query', { ...QUERY, start_time: 'soon' })).toMatch(/^start_time: /);
  });

  it('execute_cwl_insights_batch: summary, and rows that say where they are from', async () => {
    const { summary, results } = await answer('execute_cwl_insights_batch', {
      ...BATCH,
      regions: ['us-east-1', 'eu-west-1'],
      account_label: 'shop',
    });
    expect(summary).toMatchObject({
      total_log_groups: 1,
      total_regions: 2,
      total_chunks: 2,
      successful_chunks: expect.any(Number),
      retried_chunks: 0,
      re_chunked: 0,
      failed_chunks: expect.any(Number),
      total_records_returned: results.length,
      warnings: expect.any(Array),
    });
    expect(results[0]).toMatchObject({ _region: 'us-east-1', _logGroups: GROUP, _account: 'shop' });
    expect(summary.successful_chunks + summary.failed_chunks).toBe(2);
    const [row] = (await answer('execute_cwl_insights_batch', BATCH)).results;
    expect(row).not.toHaveProperty('_account');
  });

  it.each([
    [{ log_group_names: [] }, /^log_group_names: /],
    [{ regions: [] }, /^regions: /],
    [{ max_timeout: 0 }, /^max_timeout: /],
    [{ limit: 0 }, /^limit: /],
    [{ start_time: 'x' }, /^start_time: /],
    [{ start_time: 'now', end_time: 'now-1h' }, /^start_time: .*before/],
  ])('execute_cwl_insights_batch refuses %j', async (change, message) => {
    expect(await refusal('execute_cwl_insights_batch', { ...BATCH, ...change })).toMatch(message);
    expect(stack.aws.calls.of('StartQuery')).toEqual([]);
  });

  it('recommend_indexes_loggroup: scored fields, best first, those indexed and those not found apart', async () => {
    const result = await answer('recommend_indexes_loggroup', { log_group_identifier: `${GROUP_ARN}:*` });
    expect(result).toMatchObject({ time_range_days: 30, log_group: `${GROUP_ARN}:*` });
    expect(result.queries_analyzed).toBeGreaterThanOrEqual(result.unique_queries);
    const scores = result.recommendations.map(({ score }: any) => score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
    for (const { action, score, score_breakdown: parts } of result.recommendations) {
      expect(action).toBe('CREATE_INDEX');
      expect(score).toBeLessThanOrEqual(1);
      expect(Object.keys(parts).sort()).toEqual([
        'cardinality_score',
        'filter_equality_score',
        'frequency_score',
        'recency_score',
        'scan_volume_score',
      ]);
    }
    expect(result.already_indexed[0]).toMatchObject({ field_name: expect.any(String), source: expect.any(String) });
    expect(result.fields_not_found[0]).toMatchObject({ query_count: expect.any(Number) });
    expect(result.warnings.join(), 'says that it costs, unlike the reference').toContain('paid');
  });

  it('recommend_indexes_loggroup: a history that cannot be read is a warning, not an error', async () => {
    stack.aws.faults.add({ operation: 'logs:DescribeQueries', kind: 'access-denied' });
    const { queries_analyzed, warnings } = await answer('recommend_indexes_loggroup', { log_group_identifier: GROUP });
    expect([queries_analyzed, warnings.length > 0]).toEqual([0, true]);
  });

  it('recommend_indexes_account: one entry a log group, the best first, and says when the history was capped', async () => {
    const {
      log_group_results: groups,
      total_log_groups_analyzed: total,
      time_range_days: days,
    } = await answer('recommend_indexes_account');
    expect([groups.length <= total, days]).toEqual([true, 30]);
    const best = groups.map(({ recommendations: [first] }: any) => first?.score ?? 0);
    expect(best).toEqual(best.toSorted((a: number, b: number) => b - a));
    const capped = await answer('recommend_indexes_account', { max_queries: 5 });
    expect(capped.warnings.join()).toMatch(/capped at 5/);
  });
});

describe('metrics [C2]', () => {
  it.each([
    [{ start_time: '2026-11-21T00:00:00Z', end_time: '2026-11-21T02:00:00Z', target_datapoints: 30 }, 240],
    [{ start_time: '2026-11-21T00:00:00Z', end_time: '2026-11-21T00:01:00Z' }, 60],
    [{ start_time: '2026-11-21T00:00:00Z', end_time: '2026-11-21T00:07:00Z', target_datapoints: 6 }, 120],
  ])('get_metric_data: the period for %j is %d s', async (range, period) => {
    await answer('get_metric_data', { ...ERRORS, ...range });
    expect(inputs('GetMetricData')[0].MetricDataQueries[0].MetricStat.Period).toBe(period);
  });

  it('get_metric_data: one metric as m1, oldest point first, AVG unless said otherwise', async () => {
    const {
      metricDataResults: [series],
      messages,
    } = await answer('get_metric_data', ERRORS);
    expect(series).toMatchObject({ id: 'm1', statusCode: 'Complete', messages: [] });
    expect(messages).toEqual([]);
    const times = series.datapoints.map(({ timestamp }: any) => timestamp);
    expect(times).toEqual(times.toSorted());
    expect(inputs('GetMetricData')[0].MetricDataQueries[0].MetricStat.Stat).toBe('Average');
  });

  it('get_metric_data: a Metrics Insights query from its arguments', async () => {
    await answer('get_metric_data', {
      namespace: 'AWS/Lambda',
      metric_name: 'Errors',
      statistic: 'SUM',
      schema_dimension_keys: ['FunctionName'],
      group_by_dimension: 'FunctionName',
      order_by_statistic: 'MAX',
      sort_order: 'ASC',
      limit: 3,
    });
    expect(inputs('GetMetricData')[0].MetricDataQueries[0].Expression).toBe(
      'SELECT SUM("Errors") FROM SCHEMA("AWS/Lambda", "FunctionName") GROUP BY "FunctionName" ORDER BY MAX() ASC LIMIT 3',
    );
  });

  it.each([
    [{ namespace: 'AWS/Lambda' }, /^metric_name: /],
    [{ ...ERRORS, group_by_dimension: 'X', schema_dimension_keys: ['Y'] }, /^group_by_dimension: /],
    [{ ...ERRORS, sort_order: 'ASC', schema_dimension_keys: ['Y'] }, /^sort_order: .*order_by_statistic/],
    [{ queries: [{ id: 'a' }] }, /^queries\.0: .*metric_stat or expression/],
  ])('get_metric_data refuses %j', async (args, message) => {
    expect(await refusal('get_metric_data', args)).toMatch(message);
  });

  it('get_metric_metadata: without asking AWS; an unknown metric is found: false (not null)', async () => {
    expect(await answer('get_metric_metadata', { namespace: 'AWS/EC2', metric_name: 'CPUUtilization' })).toMatchObject({
      description: expect.stringMatching(/\w/),
      unit: 'Percent',
    });
    const unknown = await answer('get_metric_metadata', { namespace: 'AWS/EC2', metric_name: 'cpuutilization' });
    expect(unknown).toMatchObject({ found: false, description: '', recommendedStatistics: '', unit: '' });
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('analyze_metric: 14 days at 60 s, with the statistic it was given', async () => {
    const result = await answer('analyze_metric', { ...ERRORS, statistic: 'Sum' });
    expect(result).toMatchObject({
      message: 'Metric analysis completed successfully',
      trend: expect.stringMatching(/^(positive|negative|none)$/),
      statistics: {
        min: expect.any(Number),
        max: expect.any(Number),
        std_deviation: expect.any(Number),
        median: expect.any(Number),
      },
      data_quality: { total_points: expect.any(Number), publishing_period_seconds: 60 },
      metric_info: { ...ERRORS, statistic: 'Sum', analysis_period_minutes: 20_160 },
    });
    expect([0, 900, 3_600, 21_600, 86_400, 604_800]).toContain(result.seasonality_seconds);
    expect(inputs('GetMetricData')[0].MetricDataQueries[0].MetricStat).toMatchObject({ Stat: 'Sum', Period: 60 });
  });

  it('analyze_metric: says when there is nothing to analyze', async () => {
    const nothing = { ...ERRORS, dimensions: [{ name: 'FunctionName', value: 'nobody' }] };
    expect(await answer('analyze_metric', nothing)).toMatchObject({
      data_points_found: 0,
      seasonality_seconds: 0,
      message: 'No metric data available for analysis',
    });
  });

  it('get_recommended_metric_alarms: recommendations whose dimensions were given, never with 0.0 for no number', async () => {
    const { recommendations, message } = await answer('get_recommended_metric_alarms', ERRORS);
    expect(message).toBe(`Found ${recommendations.length} matching alarm recommendations`);
    for (const one of recommendations) {
      expect(one).toMatchObject({
        alarmDescription: expect.any(String),
        threshold: { justification: expect.any(String) },
        period: expect.any(Number),
        comparisonOperator: expect.any(String),
        statistic: expect.any(String),
        evaluationPeriods: expect.any(Number),
        datapointsToAlarm: expect.any(Number),
        treatMissingData: expect.any(String),
        dimensions: [{ name: 'FunctionName', value: 'payments' }],
        intent: expect.any(String),
      });
      expect(one.threshold.staticValue).not.toBe(0);
    }
    const none = { namespace: 'Nobody/Knows', metric_name: 'This' };
    expect(await answer('get_recommended_metric_alarms', none)).toMatchObject({
      recommendations: [],
      message: 'No alarm recommendations available for Nobody/Knows/This with the provided dimensions',
    });
  });

  it('PromQL: one signed GET a call, label names and values sorted, match[] repeated (not joined)', async () => {
    const { values } = await answer('get_promql_label_values', { label_name: '__name__' });
    const { labels } = await answer('get_promql_labels');
    expect([values, labels]).toEqual([values.toSorted(), labels.toSorted()]);
    const match = ['{__name__="Errors"}', '{__name__="Duration"}'];
    const { series } = await answer('get_promql_series', { match });
    expect(new Set(series.map((one: any) => one.__name__))).toEqual(new Set(['Errors', 'Duration']));
    expect(await answer('execute_promql_query', { query: '{__name__="Errors"}' })).toMatchObject({
      resultType: 'vector',
      result: [{ metric: { __name__: 'Errors' }, value: [expect.any(Number), expect.any(String)] }],
    });
  });
});

describe('alarms [C3]', () => {
  it('get_active_alarms: metric and composite alarms in ALARM, and says when there are more', async () => {
    const { metric_alarms: metric, composite_alarms: composite, message } = await answer('get_active_alarms');
    expect(message).toBeNull();
    for (const alarm of metric) {
      expect(alarm).toMatchObject({ alarm_type: 'MetricAlarm', state_value: 'ALARM', dimensions: expect.any(Array) });
      expect(alarm.threshold).not.toBe(0);
    }
    expect(composite[0]).toMatchObject({ alarm_type: 'CompositeAlarm', alarm_rule: expect.stringContaining('ALARM(') });
    const one = await answer('get_active_alarms', { max_items: 1 });
    expect(one).toMatchObject({ has_more_results: true, message: 'Showing 1 alarms (more available)' });
    expect(await refusal('get_active_alarms', { max_items: 0 })).toMatch(/^max_items: /);
  });

  it('get_alarm_history: state changes of the last day, with the windows to look at', async () => {
    const {
      alarm_details: details,
      history_items: items,
      time_range_suggestions: windows,
    } = await answer('get_alarm_history', { alarm_name: 'payments-duration-p99' });
    expect(details).toMatchObject({ current_state: 'ALARM', period: 300, evaluation_periods: 3, statistic: 'p99' });
    expect(details.dimensions).toEqual([{ FunctionName: 'payments' }]);
    expect(new Set(items.map(({ history_item_type: type }: any) => type))).toEqual(new Set(['StateUpdate']));
    const [first] = items;
    expect(first).toMatchObject({ old_state: 'OK', new_state: 'ALARM', state_reason: expect.any(String) });
    const window = windows.find(({ reason }: any) => reason.includes('evaluation periods'));
    const moment = Date.parse(first.timestamp);
    expect(windows.map(({ start_time }: any) => Date.parse(start_time))).toContain(moment - 5 * 300_000 * 3);
    expect(windows.map(({ end_time }: any) => Date.parse(end_time))).toContain(moment + 2 * 300_000);
    expect(window.reason).toContain('transition to ALARM');
  });

  it('get_alarm_history: an unknown alarm is an answer, not an error', async () => {
    expect(await answer('get_alarm_history', { alarm_name: 'nobody' })).toMatchObject({
      alarm_details: { alarm_type: 'Unknown', current_state: 'Unknown', alarm_description: 'Alarm not found' },
      history_items: [],
      has_more_results: false,
      message: 'No alarm history found for nobody in the specified time range',
    });
  });

  it('get_alarm_history: a composite with its components, and its history kept (unlike the reference)', async () => {
    const result = await answer('get_alarm_history', {
      alarm_name: 'shop-payments-degraded',
      include_component_alarms: true,
    });
    expect(result).toMatchObject({ composite_alarm_name: 'shop-payments-degraded', alarm_rule: expect.any(String) });
    expect(result.component_alarms.toSorted()).toEqual([
      'checkout-5xx-rate',
      'payments-duration-p99',
      'payments-errors',
      'web-cpu-high',
    ]);
    expect(result.component_details).toHaveLength(4);
    expect(result.history_items.length).toBeGreaterThan(0);
  });
});

describe('everywhere', () => {
  it('arrays, objects and numbers written as text are read as such', async () => {
    const asText = { ...QUERY, log_group_names: JSON.stringify([GROUP]), limit: '2' };
    expect((await answer('execute_log_insights_query', asText)).results).toHaveLength(2);
  });

  it('unknown arguments are refused by name (not ignored)', async () => {
    expect(await refusal('get_active_alarms', { maxItems: 5 })).toMatch(/^maxItems: unknown argument/);
  });

  it('AWS calls name this server and its version as user agent [C6]', async () => {
    await answer('get_active_alarms');
    await answer('execute_promql_query', { query: '{__name__="Errors"}' });
    for (const call of stack.aws.calls.all()) expect(call.userAgent).toMatch(/cloudwatch-mcp-server\/\d+\.\d+\.\d+/);
  });
});
