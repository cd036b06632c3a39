import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigurationInvalid } from '../../src/errors.js';
import { sourceFiles } from '../contract/source-tree.js';
import { medianCpuMs } from '../support/cpu.js';
import { expectNoLeak } from '../support/no-leak.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let token: string;

beforeAll(async () => {
  stack = await startStack({ env: { TOOLSETS: 'all', AWS_ALLOWED_REGIONS: 'us-east-1,eu-west-1' } });
  token = await stack.token('alice');
  await stack.call(token, 'get_active_alarms');
});
afterAll(() => stack.close());
beforeEach(() => stack.aws.calls.clear());

const GROUP = '/shop/checkout';
const HOUR = { start_time: 'now-1h', end_time: 'now' };
const QUERY = { log_group_names: [GROUP], ...HOUR, query_string: 'fields @message | limit 1' };
const BATCH = { log_group_names: [GROUP], regions: ['us-east-1'], ...HOUR, query_string: 'fields @message' };
const METRIC = { namespace: 'AWS/Lambda', metric_name: 'Errors' };
const FOREIGN = '222222222222';
const foreignGroup = `arn:aws:logs:us-east-1:${FOREIGN}:log-group:/logistics/labels`;

async function series(): Promise<string[]> {
  const text = await (await fetch(stack.app.metricsUrl)).text();
  return text.split('\n').filter((line) => /^mcp_(auth_failures|tool_denied)/.test(line));
}

/** A TE of the matrix: refused by the field's name, counted under one reason, no leak, and AWS is not asked. */
async function refuses(tool: string, args: unknown, field: string | RegExp, reason: string): Promise<void> {
  const logged = stack.log.text.length;
  const before = await series();
  const response = await fetch(`${stack.endpoint}/tools/call`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: tool, arguments: args }),
  });
  const text = await response.text();
  const what = `${tool} ${JSON.stringify(args)?.slice(0, 200)}`;
  expect(response.status, `${what}: ${text}`).toBe(400);
  const { error_description: message } = JSON.parse(text) as { error_description: string };
  expect(message, what).toMatch(field);
  expect(stack.aws.calls.all(), what).toEqual([]);
  const after = await series();
  const log = stack.log.text.slice(logged);
  const lines = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { event?: { name?: string }; tool?: { reason?: string } });
  const denied = lines.filter(({ event }) => event?.name === 'tool.denied').map(({ tool: denial }) => denial?.reason);
  expect(denied, what).toEqual([reason]);
  const counted = after.filter((line) => !before.includes(line)).map((line) => line.slice(0, line.lastIndexOf(' ')));
  expect(counted, what).toEqual([`mcp_tool_denied_total{reason="${reason}"}`]);
  expectNoLeak(
    { visible: `${JSON.stringify([...response.headers])}\n${text}`, log, metrics: after.join('\n') },
    { credentials: [token], configured: [] },
  );
}

/** The same call as an MCP client makes it: a tool error, or the JSON-RPC refusal of malformed arguments. */
async function refusedInMcp(name: string, args: unknown): Promise<string> {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  const body = (await response.json()) as {
    result?: { isError?: boolean; content: { text: string }[] };
    error?: { code: number; message: string };
  };
  expect(body.result?.isError === true || body.error?.code === -32602, JSON.stringify(body)).toBe(true);
  return body.result?.content[0]?.text ?? body.error?.message ?? '';
}

describe('ARG', () => {
  it('refuses a region that is no region you may use [ARG-01]', async () => {
    for (const region of [
      'us-east-1.evil.com#',
      'us-east-1@evil.com',
      '169.254.169.254',
      'localhost:4566',
      '../..',
      'us-east-1\n',
      'us-east-1%23',
      '',
    ]) {
      await refuses('get_active_alarms', { region }, /^region: /, 'region');
      await refuses('execute_cwl_insights_batch', { ...BATCH, regions: [region] }, /^regions?(\.0)?: /, 'region');
    }
  });

  it('refuses log group names that no log group can have [ARG-03]', async () => {
    for (const name of ['/shop`', '/shop"', '/shop|x', '/shop\nx', 'a'.repeat(513), '']) {
      await refuses(
        'execute_log_insights_query',
        { ...QUERY, log_group_names: [name] },
        /^log_group_names\.0: /,
        'invalid_args',
      );
      await refuses(
        'execute_cwl_insights_batch',
        { ...BATCH, log_group_names: [name] },
        /^log_group_names\.0: /,
        'invalid_args',
      );
      await refuses('filter_log_events', { log_group: name }, /^log_group: /, 'invalid_args');
    }
  });

  it('refuses SOURCE, which would lead beyond the log groups of the call [ARG-04]', async () => {
    for (const query of [
      'SOURCE logGroups() | fields @message',
      'source logGroups(namePrefix: ["/"]) | fields @message',
      'fields @message | SOURCE logGroups()',
      '# note\nSOURCE\tlogGroups() | fields @message',
    ]) {
      await refuses('execute_log_insights_query', { ...QUERY, query_string: query }, /^query_string: /, 'query_source');
      await refuses('execute_cwl_insights_batch', { ...BATCH, query_string: query }, /^query_string: /, 'query_source');
    }
  });

  it('refuses to unmask what a data protection policy masks [ARG-06]', async () => {
    for (const query of ['fields unmask(@message)', 'fields UNMASK (@message)', 'stats count() by unmask(@message)']) {
      await refuses('execute_log_insights_query', { ...QUERY, query_string: query }, /^query_string: /, 'unmask');
      await refuses('execute_cwl_insights_batch', { ...BATCH, query_string: query }, /^query_string: /, 'unmask');
    }
  });

  it("refuses another account's log group, alarm, metric and account [ARG-07]", async () => {
    const alarm = `arn:aws:cloudwatch:us-east-1:${FOREIGN}:alarm:routing-memory-high`;
    const stat = { ...METRIC, statistic: 'Sum' };
    for (const [tool, args, field] of [
      ['analyze_log_group', { log_group_arn: foreignGroup, ...HOUR }, /^log_group_arn: /],
      [
        'execute_log_insights_query',
        { ...QUERY, log_group_names: null, log_group_identifiers: [foreignGroup] },
        /^log_group_identifiers/,
      ],
      ['execute_cwl_insights_batch', { ...BATCH, log_group_names: [foreignGroup] }, /^log_group_names/],
      ['filter_log_events', { log_group: foreignGroup }, /^log_group: /],
      ['tail_log_group', { log_groups: [foreignGroup] }, /^log_groups/],
      ['recommend_indexes_loggroup', { log_group_identifier: foreignGroup }, /^log_group_identifier: /],
      ['get_alarm_history', { alarm_name: alarm }, /^alarm_name: /],
      ['get_composite_alarm_tree', { alarm_name: alarm }, /^alarm_name: /],
      [
        'get_metric_data',
        { queries: [{ id: 'a', metric_stat: stat, account_id: FOREIGN }] },
        /^queries\.0\.account_id: /,
      ],
      ['list_metrics', { owning_account: FOREIGN }, /^owning_account: /],
      [
        'describe_log_groups',
        { include_linked_accounts: true, account_identifiers: [FOREIGN] },
        /^account_identifiers: /,
      ],
      ['get_active_alarms', { account: 'logistics' }, /^account: /],
      ['get_active_alarms', { profile_name: 'logistics' }, /^profile_name: /],
    ] as const) {
      await refuses(tool, args, field, 'account');
    }
  });

  it('refuses numbers out of their range, or holds them within it visibly [ARG-09]', async () => {
    for (const wrong of [0, -1, 1e9, 100_001, 1.5, 2 ** 53, 'Infinity', 'abc', '1e400']) {
      await refuses('execute_log_insights_query', { ...QUERY, limit: wrong }, /^limit: /, 'invalid_args');
      await refuses('execute_log_insights_query', { ...QUERY, max_timeout: wrong }, /^max_timeout: /, 'invalid_args');
      await refuses('get_active_alarms', { max_items: wrong }, /^max_items: /, 'invalid_args');
      await refuses('get_metric_data', { ...METRIC, target_datapoints: wrong }, /^target_datapoints: /, 'invalid_args');
      await refuses('list_metrics', { max_items: wrong }, /^max_items: /, 'invalid_args');
      await refuses('filter_log_events', { log_group: GROUP, limit: wrong }, /^limit: /, 'invalid_args');
      await refuses('tail_log_group', { log_groups: [GROUP], max_seconds: wrong }, /^max_seconds: /, 'invalid_args');
      const query = { id: 'a', metric_stat: { ...METRIC, statistic: 'Sum' }, period: wrong };
      if (wrong !== 1e9)
        await refuses('get_metric_data', { queries: [query] }, /^queries\.0\.period: /, 'invalid_args');
    }
  });

  it('refuses times that are none, or none that the tool reaches [ARG-10]', async () => {
    const ranges = [
      { start_time: 'now', end_time: 'now-1h' },
      { start_time: '9999-01-01T00:00:00Z', end_time: '9999-01-02T00:00:00Z' },
      { start_time: '1763719200', end_time: '1763722800' },
      { start_time: '1763719200000', end_time: '1763722800000' },
      { start_time: '2026-02-30T00:00:00Z', end_time: 'now' },
      { start_time: '-1', end_time: 'now' },
    ];
    for (const range of ranges) {
      await refuses('execute_log_insights_query', { ...QUERY, ...range }, /^(start|end)_time: /, 'invalid_args');
      await refuses(
        'analyze_log_group',
        { log_group_arn: foreignGroup.replace(FOREIGN, '111111111111'), ...range },
        /^(start|end)_time: /,
        'invalid_args',
      );
      await refuses('execute_cwl_insights_batch', { ...BATCH, ...range }, /^(start|end)_time: /, 'invalid_args');
      await refuses('get_metric_data', { ...METRIC, ...range }, /^(start|end)_time: /, 'invalid_args');
      await refuses('get_metric_chart', { metrics: [METRIC], ...range }, /^(start|end)_time: /, 'invalid_args');
      await refuses('get_alarm_history', { alarm_name: 'a', ...range }, /^(start|end)_time: /, 'invalid_args');
      await refuses('filter_log_events', { log_group: GROUP, ...range }, /^(start|end)_time: /, 'invalid_args');
    }
    await refuses('get_metric_data', { ...METRIC, start_time: 'now-456d' }, /^start_time: .*455/, 'invalid_args');
    const tooLong = { query: 'up', start: 'now-8d', end: 'now', step: '60' };
    await refuses('execute_promql_range_query', tooLong, /^start: /, 'invalid_args');
  });

  it('spends no time on a pattern of the caller: AWS runs it, not this process [ARG-12]', async () => {
    const evil = '(a+)+$';
    const long = `${'a'.repeat(9_000)}!`;
    const query_string = `fields @message | filter @message like /${evil}/ and x = "${long}" | sort ${'a'.repeat(500)} desc`;
    for (const operation of ['logs:StartQuery', 'logs:FilterLogEvents']) {
      stack.aws.faults.add({ operation, kind: 'access-denied' });
    }
    const hostile: readonly (readonly [string, object])[] = [
      ['execute_log_insights_query', { ...QUERY, query_string }],
      ['execute_log_insights_query', { ...QUERY, query_string, query_language: 'PPL' }],
      ['execute_cwl_insights_batch', { ...BATCH, query_string }],
      ['filter_log_events', { log_group: GROUP, filter_pattern: `%${evil}%` }],
      ['get_alarm_history', { alarm_name: 'a'.repeat(255) }],
    ];
    for (const [tool, args] of hostile) {
      expect(await medianCpuMs(() => stack.call(token, tool, args)), tool).toBeLessThan(100);
    }
    stack.aws.faults.clear();
  });

  it('quotes names and values of metrics exactly once, and bounds how many there are [ARG-14]', async () => {
    const hostile = [`AWS/EC2" WHERE 1=1 --`, `it's`, `SEARCH('{AWS/EC2} x','Sum')`, 'a\\"b'];
    for (const text of hostile) {
      stack.aws.calls.clear();
      const grouped = { metric_name: 'm', schema_dimension_keys: ['d'], dimensions: [{ name: 'd', value: text }] };
      await stack.call(token, 'get_metric_data', { namespace: text, ...grouped });
      const [sent] = stack.aws.calls.of('GetMetricData');
      const input = sent?.input as { MetricDataQueries?: { Expression?: string }[] } | undefined;
      const query = input?.MetricDataQueries?.[0];
      const quoted = text.replace(/[\\"']/g, '\\$&');
      expect(quotedParts(query?.Expression ?? '')).toEqual(['"m"', `"${quoted}"`, '"d"', '"d"', `'${quoted}'`]);
    }
    stack.aws.calls.clear();
    const dimensions = Array.from({ length: 1_000 }, (_, index) => ({ name: `d${index}`, value: 'v' }));
    await refuses('get_metric_data', { ...METRIC, dimensions }, /^dimensions: /, 'invalid_args');
    const queries = Array.from({ length: 501 }, (_, index) => ({ id: `q${index}`, expression: '1' }));
    await refuses('get_metric_data', { queries }, /^queries: /, 'invalid_args');
  });

  it('takes arguments as an object only; without any a tool has its defaults [ARG-16]', async () => {
    for (const args of [null, [], 'x', 5]) {
      await refuses('get_active_alarms', args, /arguments/, 'invalid_args');
      expect(await refusedInMcp('get_active_alarms', args)).toMatch(/arguments|params/i);
    }
    const { status } = await stack.call(token, 'get_active_alarms', undefined);
    expect(status).toBe(200);
  });

  it('imports no AWS command that could change anything, but the one that puts its own metrics [ARG-17]', () => {
    const reads = /^(Describe|Get|List|Filter)[A-Za-z]+$|^(StartQuery|StopQuery|StartLiveTail)$|^AssumeRole[A-Za-z]*$/;
    const operations = sourceFiles()
      .filter(({ path }) => !path.startsWith('demo/'))
      .flatMap(({ path, tree }) =>
        [...tree.text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-[^']+'/g)]
          .flatMap(([, names = '']) => [...names.matchAll(/\b(?:([A-Z]\w+)Command|paginate(\w+))\b/g)])
          .map(([, command, paginated]) => ({ path, operation: command ?? paginated ?? '' })),
      );
    expect(operations.length).toBeGreaterThan(20);
    expect(operations.filter(({ operation }) => !reads.test(operation))).toEqual([
      { path: 'security-monitoring/metrics/cloudwatch-metrics.sink.ts', operation: 'PutMetricData' },
    ]);
  });

  it('refuses another address for AWS unless told so by name, and none comes with a call [ARG-19]', async () => {
    const local = { ENABLE_AUTH: 'false' };
    for (const url of ['http://127.0.0.1:4566', 'https://evil.example', 'https://amazonaws.com.evil.example']) {
      expect(() => loadAppConfig({ ...local, AWS_ENDPOINT_URL: url })).toThrow(ConfigurationInvalid);
      expect(() => loadAppConfig({ ...local, AWS_ENDPOINT_URL: url })).toThrow(/INSECURE_ALLOW_AWS_ENDPOINT/);
    }
    for (const field of ['endpoint', 'endpoint_url', 'aws_endpoint_url', 'host']) {
      await refuses('get_active_alarms', { [field]: 'http://127.0.0.1:1' }, new RegExp(field), 'invalid_args');
    }
    const names = readFileSync(new URL('../../src/config/settings.ts', import.meta.url), 'utf8');
    expect(names.match(/AWS_ENDPOINT_URL\w*/g)?.every((name) => name === 'AWS_ENDPOINT_URL')).toBe(true);
  });
});

/** The quoted texts of a Metrics Insights query, as it quotes them. */
function quotedParts(expression: string): string[] {
  return expression.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g) ?? [];
}
