import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LIMITED_ROLE, type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let alice: string;

beforeAll(async () => {
  stack = await startStack({
    env: { AWS_ALLOWED_ROLE_ARNS: `arn:aws:iam::111111111111:role/CloudWatchReader,${LIMITED_ROLE}` },
  });
  alice = await stack.token('alice');
});
afterEach(() => {
  stack.aws.faults.clear();
});
afterAll(() => stack.close());

const QUERY = {
  log_group_names: ['/shop/checkout'],
  start_time: 'now-1h',
  end_time: 'now',
  query_string: 'fields @message | limit 1',
};

describe('a call that cannot be right', () => {
  it.each([
    [
      'start after end',
      'execute_log_insights_query',
      { ...QUERY, start_time: 'now', end_time: 'now-1h' },
      'start_time',
    ],
    [
      'an impossible date',
      'execute_log_insights_query',
      { ...QUERY, start_time: '2026-02-30T00:00:00Z' },
      'start_time',
    ],
    ['no query', 'execute_log_insights_query', { ...QUERY, query_string: undefined }, 'query_string'],
    [
      'both kinds of log group',
      'execute_log_insights_query',
      { ...QUERY, log_group_identifiers: ['/a'] },
      'log_group_',
    ],
    ['a limit out of range', 'execute_log_insights_query', { ...QUERY, limit: 1e9 }, 'limit'],
    [
      'a log group name with a quote',
      'execute_log_insights_query',
      { ...QUERY, log_group_names: ['/shop"'] },
      'log_group_names',
    ],
    ['an ARN of another account', 'analyze_log_group', otherAccount(), 'log_group_arn'],
    ['an unpublished region', 'get_active_alarms', { region: 'us-east-99' }, 'region'],
    ['a region that is a host', 'get_active_alarms', { region: 'us-east-1.evil.com#' }, 'region'],
    ['a local profile', 'get_active_alarms', { profile_name: 'admin' }, 'profile_name'],
    ['a number where text belongs', 'get_alarm_history', { alarm_name: 5 }, 'alarm_name'],
    ['an unknown argument', 'get_active_alarms', { max: 5 }, 'max'],
    ['neither metric nor queries', 'get_metric_data', {}, 'namespace'],
  ])(
    'is refused by the name of the field before CloudWatch is asked: %s [C1][C2][C3][C4]',
    async (_what, tool, args, field) => {
      stack.aws.calls.clear();
      const { status, body } = await stack.call(alice, tool, args);
      expect(status).toBe(400);
      expect(body.error_description).toContain(field);
      expect(stack.aws.calls.all().filter(({ service }) => service !== 'sts')).toEqual([]);
    },
  );

  function otherAccount(): object {
    return {
      log_group_arn: 'arn:aws:logs:us-east-1:222222222222:log-group:/logistics/labels',
      start_time: 'now-1h',
      end_time: 'now',
    };
  }
});

describe('what AWS refuses', () => {
  it('names an unknown log group by the field that held it', async () => {
    const { status, body } = await stack.call(alice, 'execute_log_insights_query', {
      ...QUERY,
      log_group_names: ['/nowhere'],
    });
    expect([status, body.error]).toEqual([404, 'aws_not_found']);
    expect(body.error_description).toMatch(/^log_group_names: .*describe_log_groups/);
  });

  it("names a denied action and the caller's own role, and nothing of AWS's own text [ISO-15]", async () => {
    const limited = await stack.token('erin', { 'custom:role_arn': LIMITED_ROLE });
    const { status, body } = await stack.call(limited, 'get_active_alarms');
    expect([status, body.error]).toEqual([403, 'aws_access_denied']);
    expect(body.error_description).toContain('cloudwatch:DescribeAlarms');
    expect(body.error_description).toContain(LIMITED_ROLE);
    expect(body.error_description).not.toMatch(/assumed-role|identity-based policy|cloudwatch-mcp-server/);
  });

  it.each([
    ['throttle', 429, 'aws_throttled'],
    ['server-error', 502, 'aws_unavailable'],
    ['reset', 502, 'aws_unavailable'],
    ['access-denied', 403, 'aws_access_denied'],
  ] as const)('tells a planned %s apart', async (kind, status, code) => {
    stack.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind });
    const { status: answered, body } = await stack.call(alice, 'get_metric_data', {
      namespace: 'Shop/Checkout',
      metric_name: 'OrdersPlaced',
    });
    expect([answered, body.error]).toEqual([status, code]);
  });

  it('renews credentials that AWS calls expired without the caller noticing [B6][ISO-06]', async () => {
    stack.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'expired-credentials', times: 1 });
    stack.aws.calls.clear();
    const { status } = await stack.call(alice, 'get_metric_data', {
      namespace: 'Shop/Checkout',
      metric_name: 'OrdersPlaced',
    });
    expect(status).toBe(200);
    expect(stack.aws.calls.of('AssumeRole')).toHaveLength(1);
    expect(stack.aws.calls.of('GetMetricData')).toHaveLength(2);
  });

  it('never lends its own identity to a caller whose exchange fails [B9][ISO-07]', async () => {
    stack.aws.calls.clear();
    for (const kind of ['access-denied', 'throttle', 'server-error', 'reset'] as const) {
      stack.aws.faults.add({ operation: 'sts:AssumeRole', kind });
      const newcomer = await stack.token(`new-${kind}`, { 'custom:role_arn': LIMITED_ROLE });
      const { status, body } = await stack.call(newcomer, 'describe_log_groups');
      expect([403, 503]).toContain(status);
      expect(body.error).toMatch(/^credentials_(refused|unavailable)$/);
      expect(JSON.stringify(body)).not.toMatch(/999999999999|cloudwatch-mcp-server/);
      stack.aws.faults.clear();
    }
    expect(stack.aws.calls.all().filter(({ service }) => service !== 'sts')).toEqual([]);
  });
});
