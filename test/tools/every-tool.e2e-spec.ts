import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declaredTools } from '../../src/generate/generated-files.factory.js';
import { PEOPLE, type Person } from '../support/people.js';
import { type Stack, startStack } from '../support/stack.js';

const HOUR = { start_time: 'now-1h', end_time: 'now' };
const match = ({ metric }: Person): string => `{__name__="${metric.metric_name}"}`;

/** Arguments of every tool for one person; what an earlier answer gives is filled in by `Seen`. */
interface Seen {
  readonly queryId: string;
  readonly runningId: string;
  readonly ptr: string;
}
const ARGUMENTS: Readonly<Record<string, (person: Person, seen: Seen) => object>> = {
  describe_log_groups: () => ({}),
  analyze_log_group: (person) => ({ log_group_arn: arnOf(person), ...HOUR }),
  execute_log_insights_query: ({ group }) => ({
    log_group_names: [group],
    ...HOUR,
    query_string: 'fields @message | limit 1',
  }),
  get_logs_insight_query_results: (_person, { queryId }) => ({ query_id: queryId }),
  cancel_logs_insight_query: (_person, { runningId }) => ({ query_id: runningId }),
  execute_cwl_insights_batch: ({ group }) => ({
    log_group_names: [group],
    regions: ['us-east-1'],
    ...HOUR,
    query_string: 'fields @message | limit 1',
  }),
  recommend_indexes_loggroup: ({ group }) => ({ log_group_identifier: group }),
  recommend_indexes_account: () => ({ max_queries: 100 }),
  filter_log_events: ({ group }) => ({ log_group: group, limit: 2 }),
  get_log_event_context: (_person, { ptr }) => ({ ptr }),
  get_log_record: (_person, { ptr }) => ({ ptr }),
  get_log_group_fields: ({ group }) => ({ log_group: group }),
  tail_log_group: ({ group }) => ({ log_groups: [group], max_seconds: 1 }),
  get_metric_data: ({ metric }) => ({ ...metric, ...HOUR }),
  get_metric_metadata: ({ metric }) => metric,
  get_metric_chart: ({ metric }) => ({ metrics: [metric] }),
  get_recommended_metric_alarms: ({ metric }) => metric,
  analyze_metric: ({ metric }) => metric,
  list_metrics: () => ({ max_items: 5 }),
  list_dashboards: () => ({}),
  get_dashboard: ({ dashboard }) => ({ name: dashboard }),
  execute_promql_query: (person) => ({ query: match(person) }),
  execute_promql_range_query: (person) => ({ query: match(person), start: 'now-10m', end: 'now', step: '60' }),
  get_promql_label_values: () => ({ label_name: '__name__' }),
  get_promql_series: (person) => ({ match: [match(person)] }),
  get_promql_labels: () => ({}),
  get_active_alarms: () => ({}),
  get_alarm_history: ({ alarm }) => ({ alarm_name: alarm }),
  describe_alarms: () => ({ max_items: 5 }),
  get_alarm_contributors: ({ alarm }) => ({ alarm_name: alarm }),
  list_alarm_mute_rules: () => ({}),
  get_composite_alarm_tree: ({ composite }) => ({ alarm_name: composite }),
  list_accounts: () => ({}),
};

/** Tools that answer without AWS. */
const LOCAL = new Set(['get_metric_metadata', 'list_accounts']);

const arnOf = ({ account, group }: Person): string => `arn:aws:logs:us-east-1:${account}:log-group:${group}`;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ env: { TOOLSETS: 'all' } });
});
afterAll(() => stack.close());

it('every tool is called below', async () => {
  const names = (await declaredTools()).map(({ name }) => name);
  expect(Object.keys(ARGUMENTS).sort()).toEqual([...names].sort());
});

describe.each(PEOPLE)('$name', (person) => {
  let token: string;
  let seen: Seen;

  beforeAll(async () => {
    token = await stack.token(person.name);
    const query = { log_group_names: [person.group], ...HOUR, query_string: 'fields @message | limit 1' };
    const { body: done } = await stack.call(token, 'execute_log_insights_query', query);
    const slow = { ...query, query_string: `${query.query_string} # takes 60s`, max_timeout: 1 };
    const { body: running } = await stack.call(token, 'execute_log_insights_query', slow);
    const rows = (done.result?.['results'] ?? []) as { '@ptr': string }[];
    seen = {
      queryId: String(done.result?.['queryId']),
      runningId: String(running.result?.['queryId']),
      ptr: rows[0]?.['@ptr'] ?? '',
    };
  });

  it.each(Object.entries(ARGUMENTS))(
    '%s runs, every AWS call of it signed by the session of its caller [B6]',
    async (tool, argumentsFor) => {
      stack.aws.calls.clear();
      const { status, body } = await stack.call(token, tool, argumentsFor(person, seen));
      expect([status, body.error_description]).toEqual([200, undefined]);
      const calls = stack.aws.calls.all().filter(({ service }) => service !== 'sts');
      expect(calls.length > 0).toBe(!LOCAL.has(tool));
      const session = new RegExp(
        `^arn:aws:sts::${person.account}:assumed-role/CloudWatchReader/${person.name}-[a-z2-7]{20}-[0-9a-z]+$`,
      );
      for (const { operation, principalArn, verified } of calls) {
        expect([principalArn, verified], operation).toEqual([expect.stringMatching(session), true]);
      }
    },
  );
});
