import type { DemoStack } from './demo-stack.js';
import { McpCaller } from './mcp-caller.js';
import type { Caller, TourCalls } from './tour-calls.js';
import { expectEqual, ExpectationFailed, expectThat, type Shown, type TourLog } from './tour-log.js';

/** What each caller may not do, and what they are told. */
export async function fencesTour(
  tour: TourLog,
  calls: TourCalls,
  stack: DemoStack,
  who: { readonly alice: Caller; readonly bob: Caller; readonly script: Caller; readonly groupOfAlice?: string },
): Promise<void> {
  const { alice, bob, script, groupOfAlice } = who;
  tour.chapter('Fences');
  await tour.step("bob looks for alice's log group", () => lookForForeignGroup(calls, bob, groupOfAlice));
  await tour.step("bob queries alice's log group", () => queryForeignGroup(calls, bob, groupOfAlice));
  await tour.step("bob fetches alice's query", () => fetchForeignQuery(calls, alice, bob, groupOfAlice));
  await tour.step("alice names bob's account", () => foreignAccount(calls, alice));
  await tour.step('a role that is not on the list', () => roleOutsideTheList(stack));
  await tour.step('a token for another service', () => foreignAudience(stack));
  tour.chapter(`A script with an API key, whose role ${script.roleName} may read less`);
  await tour.step('POST /mcp/tools/call', () => scriptLists(calls, script));
  await tour.step('what its role may not', () => scriptIsDenied(calls, script));
}

async function lookForForeignGroup(calls: TourCalls, bob: Caller, group: string | undefined) {
  expectThat(group !== undefined, 'log group', 'one of alice', group);
  const { output } = await calls.output<{ log_group_metadata: unknown[] }>(bob, 'describe_log_groups', {
    log_group_name_prefix: group,
  });
  expectEqual('log groups bob sees', output.log_group_metadata, []);
  return { gist: `${group}: nothing`, value: undefined };
}

async function queryForeignGroup(calls: TourCalls, bob: Caller, group: string | undefined) {
  expectThat(group !== undefined, 'log group', 'one of alice', group);
  const error = await errorOf(calls, bob, 'execute_log_insights_query', lastHour(group));
  expectThat(error.startsWith('[aws_not_found]'), 'error', '[aws_not_found]', error);
  return refusal(error);
}

async function fetchForeignQuery(calls: TourCalls, alice: Caller, bob: Caller, group: string | undefined) {
  expectThat(group !== undefined, 'log group', 'one of alice', group);
  const { output } = await calls.output<{ queryId: string }>(alice, 'execute_log_insights_query', lastHour(group));
  const error = await errorOf(calls, bob, 'get_logs_insight_query_results', { query_id: output.queryId });
  expectThat(error.startsWith('[unknown_query]'), 'error', '[unknown_query]', error);
  return refusal(error);
}

async function foreignAccount(calls: TourCalls, alice: Caller) {
  const error = await errorOf(calls, alice, 'get_active_alarms', { account: 'logistics' });
  expectThat(error.startsWith('[target_not_allowed]'), 'error', '[target_not_allowed]', error);
  return refusal(error);
}

async function roleOutsideTheList(stack: DemoStack) {
  const token = await stack.issuer.mintToken({
    sub: 'mallory',
    'custom:role_arn': 'arn:aws:iam::111111111111:role/Untrusted',
  });
  const answer = await new McpCaller(stack.endpoint, token).callTool('get_active_alarms', {});
  if (answer.ok) throw new ExpectationFailed('get_active_alarms', 'an error', 'a result');
  expectThat(answer.error.startsWith('[no_role]'), 'error', '[no_role]', answer.error);
  return refusal(answer.error);
}

async function foreignAudience(stack: DemoStack) {
  const token = await stack.issuer.mintToken({ sub: 'alice' }, { audience: 'https://elsewhere.example/mcp' });
  const response = await fetch(stack.endpoint, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  expectEqual('status', response.status, 401);
  return {
    gist: `401, ${String(((await response.json()) as Record<string, unknown>)['error_description'])}`,
    value: undefined,
  };
}

async function scriptLists(calls: TourCalls, script: Caller) {
  const { output } = await calls.output<{ log_group_metadata: unknown[] }>(script, 'describe_log_groups', {});
  expectThat(output.log_group_metadata.length > 0, 'log_group_metadata', 'at least one', output);
  return { gist: `${output.log_group_metadata.length} log groups, as plain JSON`, value: undefined };
}

async function scriptIsDenied(calls: TourCalls, script: Caller) {
  const error = await errorOf(calls, script, 'get_active_alarms', {});
  expectThat(error.startsWith('[aws_access_denied]'), 'error', '[aws_access_denied]', error);
  expectThat(error.includes('cloudwatch:DescribeAlarms'), 'error', 'the action that was denied', error);
  return refusal(error);
}

/** The code in the line, the whole text below it. */
function refusal(error: string): Shown<undefined> {
  const [, code = '', text = error] = /^(\[\w+\]) (.*)$/s.exec(error) ?? [];
  return { gist: code, details: [text], value: undefined };
}

async function errorOf(calls: TourCalls, caller: Caller, tool: string, args: object): Promise<string> {
  const answer = await calls.call(caller, tool, args);
  if (answer.ok) throw new ExpectationFailed(tool, 'an error', JSON.stringify(answer.output));
  return answer.error;
}

function lastHour(group: string): object {
  return { log_group_names: [group], start_time: 'now-1h', end_time: 'now', query_string: 'stats count(*)' };
}
