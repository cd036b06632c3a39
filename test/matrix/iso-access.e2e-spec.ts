import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { type RunningApp, startApp } from '../../src/start-app.js';
import {
  ALICE_ROLE,
  BOB_ROLE,
  LIMITED_ROLE,
  LogLines,
  signersOf,
  type Stack,
  startStack,
  type ToolAnswer,
} from '../support/stack.js';

const SHOP = '111111111111';
const LOGISTICS = '222222222222';
const HOUR = { start_time: 'now-1h', end_time: 'now' };

const ACCESS = `
accounts:
  shop:
    id: ${SHOP}
    roles: { reader: '${ALICE_ROLE}', limited: '${LIMITED_ROLE}' }
    regions: [us-east-1, eu-west-1]
    description: Web shop
  logistics:
    role: ${BOB_ROLE}
  overview:
    role: ${ALICE_ROLE}
    linkedAccounts: [${LOGISTICS}]
  secret-lab:
    role: arn:aws:iam::${LOGISTICS}:role/CloudWatchLimited
grants:
  - { group: shop-admins, account: shop, role: reader }
  - { group: shop, account: shop, role: limited }
  - { group: logistics, account: logistics }
  - { group: watch, account: overview }
  - { subject: director, account: secret-lab }
  - { claims: { department: shipping }, account: logistics }
  - { apiKey: robot, account: logistics }
`;

const robotKey = randomBytes(32).toString('hex');
const otherKey = randomBytes(32).toString('hex');
const hashed = (label: string, key: string): string =>
  `${label}:sha256:${createHash('sha256').update(key).digest('hex')}`;

let folder: string;
let stack: Stack;
let replica: RunningApp;
let replicaLog: LogLines;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
  const file = join(folder, 'access.yaml');
  writeFileSync(file, ACCESS);
  stack = await startStack({
    env: {
      ACCESS_FILE: file,
      API_KEYS: hashed('robot', robotKey),
      AWS_CLOUDWATCH_ROLE_ARN: undefined,
      AWS_ALLOWED_ROLE_ARNS: undefined,
    },
    aws: { linkedAccounts: { [SHOP]: [LOGISTICS] } },
  });
  replicaLog = new LogLines();
  const settings = { ...stack.settings, CLOUDWATCH_MCP_PORT: '0' };
  replica = await startApp(loadAppConfig(settings), { logDestination: replicaLog });
});
beforeEach(() => stack.aws.calls.clear());
afterAll(async () => {
  await replica.close();
  await stack.close();
  rmSync(folder, { recursive: true });
});

type Answer = { status: number; body: ToolAnswer };

const tokenOf = (sub: string, groups: readonly string[], claims: object = {}): Promise<string> =>
  stack.token(sub, { groups, ...claims });

async function callOn(url: string, token: string, name: string, args: object): Promise<Answer> {
  const response = await fetch(`${url}/mcp/tools/call`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, arguments: args }),
  });
  return { status: response.status, body: (await response.json()) as ToolAnswer };
}

async function deniedCount(reason: string, app: RunningApp = stack.app): Promise<number> {
  const text = await (await fetch(app.metricsUrl)).text();
  return Number(new RegExp(`^mcp_tool_denied_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** A refusal before AWS is asked, counted once under its reason. */
async function expectDenied(
  reason: string,
  ask: () => Promise<Answer>,
  expected: { error: string; field?: RegExp },
): Promise<Answer> {
  const before = await deniedCount(reason);
  stack.aws.calls.clear();
  const answer = await ask();
  expect(answer.body.error).toBe(expected.error);
  if (expected.field) expect(answer.body.error_description).toMatch(expected.field);
  expect(stack.aws.calls.all()).toEqual([]);
  expect(await deniedCount(reason)).toBe(before + 1);
  return answer;
}

/** Roles that signed everything CloudWatch saw. */
function rolesUsed(): string[] {
  const arns = stack.aws.calls.all().filter(({ service }) => service !== 'sts');
  return [...new Set(arns.map(({ principalArn }) => (principalArn ?? '').replace(/\/[^/]*$/, '')))];
}

const session = (role: string): string => role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/');

async function listed(token: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await stack.call(token, 'list_accounts');
  expect(status).toBe(200);
  return (body.result as { accounts: Record<string, unknown>[] }).accounts;
}

describe('list_accounts', () => {
  it("shows callers their own accounts, role and regions, nobody else's, and asks AWS nothing [B8]", async () => {
    const both = await tokenOf('both', ['logistics', 'shop-admins']);
    expect(await listed(both)).toEqual([
      {
        alias: 'shop',
        default: true,
        account_id: SHOP,
        role_arn: ALICE_ROLE,
        default_region: 'us-east-1',
        regions: ['us-east-1', 'eu-west-1'],
        linked_account_ids: [],
        description: 'Web shop',
      },
      {
        alias: 'logistics',
        default: false,
        account_id: LOGISTICS,
        role_arn: BOB_ROLE,
        default_region: 'us-east-1',
        regions: null,
        linked_account_ids: [],
        description: null,
      },
    ]);
    expect(await listed(await tokenOf('one', ['logistics']))).toMatchObject([{ alias: 'logistics', default: true }]);
    expect(stack.aws.calls.all()).toEqual([]);
  });
});

describe('a call into one of several accounts', () => {
  const names: Record<string, { group: string; alarm: string; metric: object }> = {
    shop: {
      group: '/shop/checkout',
      alarm: 'payments-duration-p99',
      metric: { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced' },
    },
    logistics: {
      group: '/logistics/labels',
      alarm: 'routing-memory-high',
      metric: { namespace: 'Logistics/Dispatch', metric_name: 'QueueDepth' },
    },
  };
  const ids: Record<string, string> = { shop: SHOP, logistics: LOGISTICS };
  const query = (alias: string): object => ({
    log_group_names: [names[alias]?.group],
    ...HOUR,
    query_string: 'fields @message | limit 1',
  });
  const arguments_: Record<string, (alias: string) => object> = {
    describe_log_groups: () => ({}),
    analyze_log_group: (alias) => ({
      log_group_arn: `arn:aws:logs:us-east-1:${ids[alias]}:log-group:${names[alias]?.group}`,
      ...HOUR,
    }),
    execute_log_insights_query: query,
    get_metric_data: (alias) => ({ ...names[alias]?.metric, ...HOUR }),
    get_active_alarms: () => ({}),
    get_alarm_history: (alias) => ({ alarm_name: names[alias]?.alarm }),
  };

  it.each(Object.entries(arguments_))(
    "is signed by the caller's role there, whichever way it is named: %s [B8]",
    async (tool, argumentsFor) => {
      const token = await tokenOf('both', ['logistics', 'shop-admins']);
      const ways: [string, object][] = [
        ['shop', {}],
        ['shop', { account: 'shop' }],
        ['logistics', { account: 'logistics' }],
        ['logistics', { profile_name: 'logistics' }],
      ];
      for (const [alias, target] of ways) {
        stack.aws.calls.clear();
        const { status, body } = await stack.call(token, tool, { ...argumentsFor(alias), ...target });
        expect([status, body.error_description]).toEqual([200, undefined]);
        expect(rolesUsed()).toEqual([session(alias === 'shop' ? ALICE_ROLE : BOB_ROLE)]);
      }
    },
  );

  it.each(['get_logs_insight_query_results', 'cancel_logs_insight_query'])(
    'reaches a query only in its own account: %s [B8] [MCP-23]',
    async (tool) => {
      const token = await tokenOf('both', ['logistics', 'shop-admins']);
      const running = {
        ...query('logistics'),
        query_string: 'fields @message # takes 60s',
        max_timeout: 1,
        account: 'logistics',
      };
      const { body } = await stack.call(token, 'execute_log_insights_query', running);
      const query_id = body.result?.['queryId'];
      for (const account of ['shop', null])
        await expectDenied('unknown_query', () => stack.call(token, tool, { query_id, account }), {
          error: 'unknown_query',
        });
      stack.aws.calls.clear();
      expect((await stack.call(token, tool, { query_id, account: 'logistics' })).status).toBe(200);
      expect(rolesUsed()).toEqual([session(BOB_ROLE)]);
    },
  );

  it('is offered by every tool that asks AWS in one place, beside region [B8] [C4]', async () => {
    const response = await fetch(stack.endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenOf('both', ['shop'])}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    const { result } = (await response.json()) as {
      result: { tools: { name: string; inputSchema: { properties?: object } }[] };
    };
    const without = result.tools.filter(({ inputSchema: { properties = {} } }) =>
      ['region', 'account'].some((name) => !(name in properties)),
    );
    expect(result.tools.length).toBeGreaterThan(8);
    // The first takes regions, the others ask AWS nothing.
    expect(without.map(({ name }) => name)).toEqual([
      'execute_cwl_insights_batch',
      'get_metric_metadata',
      'list_accounts',
    ]);
  });

  it("goes to the account's own regions only [B8] [C4]", async () => {
    const token = await tokenOf('both', ['logistics', 'shop-admins']);
    const at = (region: string, account: string) => stack.call(token, 'get_active_alarms', { region, account });
    await expectDenied('region', () => at('us-west-2', 'shop'), {
      error: 'target_not_allowed',
      field: /^region: .*us-east-1, eu-west-1/,
    });
    expect((await at('us-west-2', 'logistics')).status).toBe(200);
    expect((await at('eu-west-1', 'shop')).status).toBe(200);
  });

  it('is refused in the same words for an account of others as for none [ARG-07]', async () => {
    const token = await tokenOf('nosy', ['shop']);
    for (const field of ['account', 'profile_name']) {
      const texts: unknown[] = [];
      for (const name of ['secret-lab', 'logistics', 'nowhere', LOGISTICS, BOB_ROLE, 'SHOP', 'default']) {
        const ask = () => stack.call(token, 'get_active_alarms', { [field]: name });
        const { status, body } = await expectDenied('account', ask, {
          error: 'target_not_allowed',
          field: new RegExp(`^${field}: `),
        });
        texts.push([status, body.error_description]);
      }
      expect(new Set(texts.map((text) => JSON.stringify(text))).size).toBe(1);
      expect(JSON.stringify(texts)).not.toMatch(/secret-lab|logistics|222222222222/);
    }
  });

  it('is refused when account and profile_name disagree', async () => {
    const token = await tokenOf('both', ['logistics', 'shop']);
    const ask = () => stack.call(token, 'get_active_alarms', { account: 'shop', profile_name: 'logistics' });
    await expectDenied('invalid_args', ask, { error: 'invalid_input', field: /^profile_name: / });
  });
});

describe('which role a caller gets', () => {
  const RANGE = { ...HOUR, namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced' };

  it.each<[string, readonly string[], object, string]>([
    ['two grants of one account: the first of the file', ['shop', 'shop-admins'], {}, ALICE_ROLE],
    ['the same the other way round in the token', ['shop-admins', 'shop'], {}, ALICE_ROLE],
    ['two accounts: the first of the file', ['logistics', 'shop'], {}, LIMITED_ROLE],
    ["a claim's value", [], { department: 'shipping' }, BOB_ROLE],
    ["a claim's value in a list", [], { department: ['x', 'shipping'] }, BOB_ROLE],
    [
      'a role claim among several granted roles',
      ['shop', 'shop-admins'],
      { 'custom:role_arn': LIMITED_ROLE },
      LIMITED_ROLE,
    ],
    ['a role claim for another granted account', ['shop', 'logistics'], { 'custom:role_arn': BOB_ROLE }, BOB_ROLE],
  ])('is decided by the file: %s [ISO-18] [B1]', async (_what, groups, claims, role) => {
    const { status } = await stack.call(await tokenOf('chooser', groups, claims), 'get_metric_data', RANGE);
    expect(status).toBe(200);
    expect(rolesUsed()).toEqual([session(role)]);
  });

  it.each<[string, readonly string[], object]>([
    ['no grant', [], {}],
    ['groups that almost match', ['Shop', 'shop ', 'sho', '*'], {}],
    ['a role claim without any grant', [], { 'custom:role_arn': BOB_ROLE }],
    ['a role claim beyond the grants', ['shop'], { 'custom:role_arn': BOB_ROLE }],
    ['a role claim the file does not know', ['shop'], { 'custom:role_arn': `arn:aws:iam::${SHOP}:role/Untrusted` }],
    ['a role claim of two roles', ['shop', 'logistics'], { 'custom:role_arn': [LIMITED_ROLE, BOB_ROLE] }],
    ['a subject that reads like a key', [], { sub: 'robot' }],
  ])('is none, told with whom to ask and 0 AWS calls: %s [ISO-18] [ARG-07]', async (_what, groups, claims) => {
    const token = await tokenOf('nobody', groups, claims);
    for (const tool of ['get_active_alarms', 'list_accounts']) {
      const { status, body } = await expectDenied('no_role', () => stack.call(token, tool), { error: 'no_role' });
      expect(status).toBe(403);
      expect(body.error_description).toContain('ask whoever runs this server');
      expect(body.error_description).not.toMatch(/arn:|CloudWatch(Reader|Limited)|secret-lab|\d{12}/);
    }
  });

  it('follows the token: fewer groups, another role claim or none at all take effect at once [ISO-10]', async () => {
    const steps: [readonly string[], object, string][] = [
      [['shop-admins', 'shop', 'logistics'], {}, ALICE_ROLE],
      [['shop', 'logistics'], {}, LIMITED_ROLE],
      [['shop-admins', 'shop'], { 'custom:role_arn': LIMITED_ROLE }, LIMITED_ROLE],
      [['logistics'], {}, BOB_ROLE],
      [['shop-admins'], {}, ALICE_ROLE],
    ];
    for (const [groups, claims, role] of steps) {
      stack.aws.calls.clear();
      const { status } = await stack.call(await tokenOf('same-person', groups, claims), 'get_metric_data', RANGE);
      expect(status).toBe(200);
      expect(rolesUsed()).toEqual([session(role)]);
    }
    const left = await tokenOf('same-person', ['shop']);
    const ask = () => stack.call(left, 'get_metric_data', { ...RANGE, account: 'logistics' });
    await expectDenied('account', ask, { error: 'target_not_allowed' });
    const none = await tokenOf('same-person', []);
    await expectDenied('no_role', () => stack.call(none, 'get_metric_data', RANGE), { error: 'no_role' });
  });

  it('is that of the label for a caller with an API key, else AWS_CLOUDWATCH_ROLE_ARN [B10]', async () => {
    expect(await listed(robotKey)).toMatchObject([{ alias: 'logistics', role_arn: BOB_ROLE }]);
    expect((await stack.call(robotKey, 'get_active_alarms')).status).toBe(200);
    expect(rolesUsed()).toEqual([session(BOB_ROLE)]);
    const API_KEYS = `${hashed('robot', robotKey)},${hashed('other', otherKey)}`;
    const settings = { ...stack.settings, CLOUDWATCH_MCP_PORT: '0', API_KEYS };
    expect(() => loadAppConfig(settings)).toThrow(/AWS_CLOUDWATCH_ROLE_ARN.*ACCESS_FILE.*API_KEY_CREDENTIALS=server/s);
    const app = await startApp(loadAppConfig({ ...settings, AWS_CLOUDWATCH_ROLE_ARN: LIMITED_ROLE }), {
      logDestination: new LogLines(),
    });
    stack.aws.calls.clear();
    expect((await callOn(app.url, otherKey, 'get_metric_data', RANGE)).status).toBe(200);
    expect(rolesUsed()).toEqual([session(LIMITED_ROLE)]);
    stack.aws.calls.clear();
    expect((await callOn(app.url, robotKey, 'get_metric_data', RANGE)).status).toBe(200);
    expect(rolesUsed()).toEqual([session(BOB_ROLE)]);
    await app.close();
  });
});

describe('what a call names in another account', () => {
  const arnIn = (account: string, resource: string, service = 'logs'): string =>
    `arn:aws:${service}:us-east-1:${account}:${resource}`;
  const labels = arnIn(LOGISTICS, 'log-group:/logistics/labels');
  const insights = { ...HOUR, query_string: 'fields @message | limit 1' };
  const dimensions = [{ name: 'FunctionName', value: 'labels' }];
  const labelCalls = { namespace: 'AWS/Lambda', metric_name: 'Invocations', dimensions, statistic: 'Sum' };
  const metric = (account_id: string): object => ({
    ...HOUR,
    queries: [{ id: 'm1', account_id, metric_stat: labelCalls }],
  });
  const analysed = (account_id: string): object => ({ ...labelCalls, statistic: 'SUM', account_id });
  const expression = (account: string): object => ({
    ...HOUR,
    queries: [
      { id: 'm1', expression: `SELECT AVG(QueueDepth) FROM "Logistics/Dispatch" WHERE AWS.AccountId = '${account}'` },
    ],
  });

  it.each<[string, string, object, RegExp]>([
    ['a log group to analyze', 'analyze_log_group', { log_group_arn: labels, ...HOUR }, /^log_group_arn: /],
    [
      'a log group to query',
      'execute_log_insights_query',
      { log_group_identifiers: [labels], ...insights },
      /^log_group_identifiers: /,
    ],
    [
      'one of two log groups to query',
      'execute_log_insights_query',
      { log_group_identifiers: ['/shop/web', labels], ...insights },
      /^log_group_identifiers: /,
    ],
    [
      'an alarm',
      'get_alarm_history',
      { alarm_name: arnIn(LOGISTICS, 'alarm:routing-memory-high', 'cloudwatch') },
      /^alarm_name: /,
    ],
    ['the account of a metric', 'get_metric_data', metric(LOGISTICS), /^queries\.0\.account_id: /],
    ['the account of a metric to analyze', 'analyze_metric', analysed(LOGISTICS), /^account_id: /],
    ['the account of alarms', 'get_recommended_metric_alarms', analysed(LOGISTICS), /^account_id: /],
    ['the account of an expression', 'get_metric_data', expression(LOGISTICS), /^queries\.0\.expression: /],
    [
      'an account to list',
      'describe_log_groups',
      { include_linked_accounts: true, account_identifiers: [LOGISTICS] },
      /^account_identifiers: /,
    ],
    ['every linked account', 'describe_log_groups', { include_linked_accounts: true }, /^include_linked_accounts: /],
  ])('is refused although AWS would allow it: %s [ARG-07]', async (_what, tool, args, field) => {
    const token = await tokenOf('reader', ['shop-admins']);
    await expectDenied('account', () => stack.call(token, tool, args), { error: 'target_not_allowed', field });
  });

  it.each<[string, string, object, (result: Record<string, unknown>) => void]>([
    [
      'a log group to analyze',
      'analyze_log_group',
      { log_group_arn: labels, ...HOUR },
      (result) => expect(result).toMatchObject({ top_patterns: { status: 'Complete' } }),
    ],
    [
      'a log group to query',
      'execute_log_insights_query',
      { log_group_identifiers: [labels], ...insights },
      (result) => expect(result['results']).toHaveLength(1),
    ],
    [
      'the account of a metric',
      'get_metric_data',
      metric(LOGISTICS),
      (result) =>
        expect(result).toMatchObject({
          metricDataResults: [{ datapoints: expect.arrayContaining([expect.anything()]) }],
        }),
    ],
    [
      'the account of a metric to analyze',
      'analyze_metric',
      analysed(LOGISTICS),
      (result) =>
        expect(result).toMatchObject({
          data_points_found: expect.toSatisfy((found: number) => found > 1_000),
          metric_info: { account_id: LOGISTICS },
        }),
    ],
    [
      'the account of a metric to put alarms on',
      'get_recommended_metric_alarms',
      analysed(LOGISTICS),
      (result) => expect(result).toMatchObject({ recommendations: expect.any(Array) }),
    ],
    [
      'every linked account',
      'describe_log_groups',
      { include_linked_accounts: true },
      (result) => expect(accountsIn(result)).toEqual([SHOP, LOGISTICS]),
    ],
    [
      'an account to list',
      'describe_log_groups',
      { include_linked_accounts: true, account_identifiers: [LOGISTICS] },
      (result) => expect(accountsIn(result)).toEqual([LOGISTICS]),
    ],
  ])(
    'is read where the file lists it as linked, with the role of the monitoring account: %s [ARG-07] [B8]',
    async (_what, tool, args, check) => {
      const { status, body } = await stack.call(await tokenOf('watcher', ['watch']), tool, args);
      expect([status, body.error_description]).toEqual([200, undefined]);
      check(body.result ?? {});
      expect(rolesUsed()).toEqual([session(ALICE_ROLE)]);
    },
  );

  it.each<[string, string, object]>([
    [
      'an account that is not linked',
      'describe_log_groups',
      { include_linked_accounts: true, account_identifiers: ['333333333333'] },
    ],
    ['a metric of one', 'get_metric_data', metric('333333333333')],
    ['a metric of one to analyze', 'analyze_metric', analysed('333333333333')],
    ['an expression over one', 'get_metric_data', expression('333333333333')],
    ['a log group of one', 'analyze_log_group', { log_group_arn: arnIn('333333333333', 'log-group:/x'), ...HOUR }],
    [
      'an alarm of a linked account',
      'get_alarm_history',
      { alarm_name: arnIn(LOGISTICS, 'alarm:routing-memory-high', 'cloudwatch') },
    ],
  ])('is refused beyond that: %s [ARG-07]', async (_what, tool, args) => {
    const token = await tokenOf('watcher', ['watch']);
    await expectDenied('account', () => stack.call(token, tool, args), { error: 'target_not_allowed' });
  });

  function accountsIn(result: Record<string, unknown>): string[] {
    const groups = result['log_group_metadata'] as { logGroupArn: string }[];
    return [...new Set(groups.map(({ logGroupArn }) => logGroupArn.split(':')[4] ?? ''))];
  }
});

describe('a query text that reaches too far', () => {
  it.each([
    ['query_source', 'SOURCE logGroups() | fields @message', 'ARG-04'],
    ['query_source', 'fields @message | SOURCE logGroups(namePrefix: ["/"])', 'ARG-04'],
    ['unmask', 'fields unmask(@message)', 'ARG-06'],
  ])('is refused and counted as %s: %s [%s]', async (reason, query_string) => {
    const args = { log_group_names: ['/shop/web'], ...HOUR, query_string };
    const token = await tokenOf('reader', ['shop-admins']);
    await expectDenied(reason, () => stack.call(token, 'execute_log_insights_query', args), {
      error: 'invalid_input',
      field: /^query_string: /,
    });
  });
});

describe("another caller's query, on either of two replicas", () => {
  const SECRET_TEXT = 'fields @message | filter @message like /very-private-marker/ | limit 3';

  it('can be neither read nor stopped; its owner reads it on both [MCP-23]', async () => {
    const owner = await tokenOf('owner', ['shop-admins', 'logistics']);
    const replicas = [stack.app, replica];
    const { body } = await stack.call(owner, 'execute_log_insights_query', {
      log_group_names: ['/shop/checkout'],
      ...HOUR,
      query_string: SECRET_TEXT,
    });
    const queryId = String(body.result?.['queryId']);
    const others: [string, string, object][] = [
      ['a colleague with the same role', await tokenOf('colleague', ['shop-admins', 'logistics']), {}],
      ['someone of another account', await tokenOf('bob', ['logistics'], { 'custom:role_arn': BOB_ROLE }), {}],
      ['a script', robotKey, {}],
      ['the owner in another account', owner, { account: 'logistics' }],
      ['the owner in another region', owner, { region: 'eu-west-1' }],
    ];
    for (const app of replicas) {
      for (const [who, token, target] of others) {
        for (const tool of ['get_logs_insight_query_results', 'cancel_logs_insight_query']) {
          const before = await deniedCount('unknown_query', app);
          stack.aws.calls.clear();
          const { status, body: refusal } = await callOn(app.url, token, tool, { query_id: queryId, ...target });
          expect([status, refusal.error], who).toEqual([404, 'unknown_query']);
          expect(JSON.stringify(refusal)).not.toContain('very-private-marker');
          expect(stack.aws.calls.all(), who).toEqual([]);
          expect(await deniedCount('unknown_query', app)).toBe(before + 1);
        }
      }
      stack.aws.calls.clear();
      const own = await callOn(app.url, owner, 'get_logs_insight_query_results', { query_id: queryId });
      expect([own.status, own.body.result?.['status']]).toEqual([200, 'Complete']);
      expect(signersOf(stack.aws, 'GetQueryResults')).toEqual([expect.stringContaining('/owner-')]);
    }
    expect(replicaLog.text).toContain('"unknown_query"');
    expect(`${stack.log.text}${replicaLog.text}`).not.toContain('very-private-marker');
  });
});
