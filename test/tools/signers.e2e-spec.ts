import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, type Person } from '../support/people.js';
import { signersOf, type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const HOUR = { start_time: 'now-1h', end_time: 'now' };

async function call(person: Person, name: string, args: object): Promise<Record<string, unknown>> {
  const { status, body } = await stack.call(await stack.token(person.name), name, args);
  expect([status, body.error_description]).toEqual([200, undefined]);
  return body.result ?? {};
}

/** All that AWS saw since the last look, by operation; every call must be this person's own session. */
function signedBy(person: Person, operations: readonly string[]): void {
  const calls = stack.aws.calls.all().filter(({ service }) => service !== 'sts');
  expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual([...operations].sort());
  for (const operation of operations) {
    const session = new RegExp(
      `^arn:aws:sts::${person.account}:assumed-role/CloudWatchReader/${person.name}-[a-z2-7]{20}-[0-9a-z]+$`,
    );
    expect(signersOf(stack.aws, operation), operation).toEqual([expect.stringMatching(session)]);
  }
}

describe.each(PEOPLE)('$name', (person) => {
  const query = { log_group_names: [person.group], ...HOUR, query_string: 'fields @timestamp, @message | limit 3' };

  async function signed(operations: readonly string[], use: () => Promise<void>): Promise<void> {
    stack.aws.calls.clear();
    await use();
    signedBy(person, operations);
  }

  it('describes the log groups of their own account only [B6][C1]', async () => {
    await signed(['DescribeLogGroups', 'DescribeQueryDefinitions'], async () => {
      const { log_group_metadata: groups } = (await call(person, 'describe_log_groups', {})) as {
        log_group_metadata: { logGroupName: string }[];
      };
      const names = groups.map(({ logGroupName }) => logGroupName);
      expect(names).toContain(person.group);
      const others = new Set(PEOPLE.filter(({ name }) => name !== person.name).map(({ group }) => group));
      expect(names.filter((name) => others.has(name))).toEqual([]);
    });
  });

  it('analyzes a log group [C1]', async () => {
    const operations = ['DescribeLogGroups', 'GetQueryResults', 'ListLogAnomalyDetectors', 'StartQuery'];
    stack.aws.calls.clear();
    const arn = `arn:aws:logs:us-east-1:${person.account}:log-group:${person.group}`;
    const result = await call(person, 'analyze_log_group', { log_group_arn: arn, ...HOUR });
    expect(result).toMatchObject({
      top_patterns: { status: 'Complete' },
      top_patterns_containing_errors: { status: 'Complete' },
    });
    const seen = stack.aws.calls.of('ListAnomalies').length > 0 ? [...operations, 'ListAnomalies'] : operations;
    signedBy(person, seen);
  });

  it('executes an Insights query [C1]', async () => {
    await signed(['GetQueryResults', 'StartQuery'], async () => {
      const result = await call(person, 'execute_log_insights_query', query);
      expect(result).toMatchObject({ status: 'Complete', results: expect.any(Array) });
      expect((result['results'] as unknown[]).length).toBeGreaterThan(0);
    });
  });

  it('fetches the results of their own query by its handle [C1]', async () => {
    const { queryId } = await call(person, 'execute_log_insights_query', query);
    await signed(['GetQueryResults'], async () => {
      expect(await call(person, 'get_logs_insight_query_results', { query_id: queryId })).toMatchObject({
        queryId,
        status: 'Complete',
      });
    });
  });

  it('cancels their own running query [C1]', async () => {
    const running = { ...query, query_string: `${query.query_string} # takes 60s`, max_timeout: 1 };
    const { queryId } = await call(person, 'execute_log_insights_query', running);
    await signed(['StopQuery'], async () => {
      expect(await call(person, 'cancel_logs_insight_query', { query_id: queryId })).toMatchObject({ success: true });
    });
  });

  it('gets metric data [C2]', async () => {
    await signed(['GetMetricData'], async () => {
      const { metricDataResults: series } = (await call(person, 'get_metric_data', { ...person.metric, ...HOUR })) as {
        metricDataResults: { statusCode: string }[];
      };
      expect(series).toHaveLength(1);
      expect(series[0]?.statusCode).toBe('Complete');
    });
  });

  it('gets the active alarms [C3]', async () => {
    await signed(['DescribeAlarms', 'GetAlarmMuteRule', 'ListAlarmMuteRules'], async () => {
      const { metric_alarms: alarms } = (await call(person, 'get_active_alarms', {})) as {
        metric_alarms: { alarm_name: string }[];
      };
      expect(alarms.map(({ alarm_name }) => alarm_name)).toContain(person.alarm);
    });
  });

  it('gets the history of an alarm [C3]', async () => {
    const operations = ['DescribeAlarmHistory', 'DescribeAlarms', 'ListAlarmMuteRules'];
    await signed(operations, async () => {
      const result = await call(person, 'get_alarm_history', { alarm_name: person.alarm });
      expect(result).toMatchObject({ alarm_details: { alarm_name: person.alarm, current_state: 'ALARM' } });
      expect((result['history_items'] as unknown[]).length).toBeGreaterThan(0);
    });
  });
});

describe("another caller's query", () => {
  it('can be neither read nor stopped, and AWS is not asked [MCP-23]', async () => {
    const [alice, bob] = PEOPLE as [Person, Person];
    const { queryId } = await call(alice, 'execute_log_insights_query', {
      log_group_names: [alice.group],
      ...HOUR,
      query_string: 'fields @message | limit 1',
    });
    stack.aws.calls.clear();
    const token = await stack.token(bob.name);
    const colleague = await stack.token('dave', {
      'custom:role_arn': 'arn:aws:iam::111111111111:role/CloudWatchReader',
    });
    for (const foreign of [token, colleague]) {
      for (const tool of ['get_logs_insight_query_results', 'cancel_logs_insight_query']) {
        const { status, body } = await stack.call(foreign, tool, { query_id: queryId });
        expect([status, body.error]).toEqual([404, 'unknown_query']);
      }
    }
    expect(stack.aws.calls.all().filter(({ service }) => service === 'logs')).toEqual([]);
  });
});
