import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_ACCESS_KEY_ID, SERVER_ROLE_ARN } from '../../src/demo/aws-emulator/identities.js';
import type { FaultKind } from '../../src/demo/aws-emulator/faults.js';
import { Audit } from '../../src/demo/soak/audit.js';
import type { Mint } from '../../src/demo/soak/callers.js';
import { manyLogGroups, manyUnknownKeys, usersCall } from '../../src/demo/soak/crowd.js';
import { runIsolation } from '../../src/demo/soak/isolation.js';
import { labelProblems, type Series, seriesIn } from '../../src/demo/soak/metric-labels.js';
import { ALICE_ROLE, type Stack, startStack } from '../support/stack.js';

const HOUR = { start_time: 'now-1h', end_time: 'now' };
const GROUP = '/shop/checkout';
const QUERY = { log_group_names: [GROUP], ...HOUR, query_string: 'fields @message | limit 1' };

/** Each tool with arguments that lead it to AWS, and what it asks AWS first. */
const TOOLS = [
  ['describe_log_groups', {}, 'logs:DescribeLogGroups'],
  [
    'analyze_log_group',
    { log_group_arn: `arn:aws:logs:us-east-1:111111111111:log-group:${GROUP}`, ...HOUR },
    'logs:StartQuery',
  ],
  ['execute_log_insights_query', QUERY, 'logs:StartQuery'],
  ['get_metric_data', { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', ...HOUR }, 'cloudwatch:GetMetricData'],
  ['get_active_alarms', {}, 'cloudwatch:DescribeAlarms'],
  ['get_alarm_history', { alarm_name: 'payments-duration-p99' }, 'cloudwatch:DescribeAlarms'],
] as const;

let stack: Stack;
const mint: Mint = (sub, claims) => stack.token(sub, claims);
beforeAll(async () => {
  stack = await startStack({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(() => stack.close());
afterEach(() => stack.aws.faults.clear());

async function series(): Promise<readonly Series[]> {
  return seriesIn(await (await fetch(stack.app.metricsUrl)).text());
}

describe('many users at once', () => {
  /** `npm run test:isolation` makes it 200 users with 50 calls. */
  const USERS = process.env['ISOLATION_CALLS'] === undefined ? 60 : 200;
  const CALLS = Number(process.env['ISOLATION_CALLS'] ?? 3);

  it(
    `${USERS} with ${CALLS} calls each get their own, signed and audited as their own [ISO-01][MCP-14][B6]`,
    { timeout: 120_000 },
    async () => {
      const served = {
        endpoint: stack.endpoint,
        get audit(): Audit {
          const audit = new Audit();
          for (const line of stack.log.text.split('\n')) if (line.includes('"user-')) audit.read(line);
          return audit;
        },
      };
      stack.aws.calls.clear();
      const result = await runIsolation({
        replicas: [served],
        aws: stack.aws,
        mint,
        users: USERS,
        callsPerUser: CALLS,
      });
      expect(result).toMatchObject({
        answers: USERS * CALLS,
        wrongAnswers: [],
        awsCalls: USERS * CALLS,
        foreignSigners: [],
        signedByServer: 0,
        auditedToolCalls: USERS * CALLS,
        wrongAudits: [],
      });
      expect(stack.aws.calls.of('AssumeRole')).toHaveLength(USERS);
      expect([...served.audit.toolCalls.values()].every((count) => count === CALLS)).toBe(true);
    },
  );
});

/** A query of a user who has credentials at the moment, for the tools that take one. */
async function ownQuery(sub: string): Promise<string> {
  const { body } = await stack.call(await userToken(sub), 'execute_log_insights_query', QUERY);
  return String(body.result?.['queryId']);
}

const userToken = (sub: string): Promise<string> => stack.token(sub, { 'custom:role_arn': ALICE_ROLE });

describe('an AssumeRole that fails while the server has a role of its own', () => {
  const FAULTS: readonly (readonly [FaultKind, string, number])[] = [
    ['access-denied', 'credentials_refused', 403],
    ['throttle', 'credentials_unavailable', 503],
    ['server-error', 'credentials_unavailable', 503],
    ['reset', 'credentials_unavailable', 503],
  ];

  async function deniedForRole(): Promise<number> {
    const text = await (await fetch(stack.app.metricsUrl)).text();
    return Number(/^mcp_tool_denied_total\{reason="assume_role"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  it.each(FAULTS)(
    '(%s) is a tool error of every tool, and the role of the server signs nothing [ISO-07]',
    async (kind, code, status) => {
      stack.aws.faults.add({ operation: 'sts:AssumeRole', kind });
      stack.aws.calls.clear();
      const before = await deniedForRole();
      const logged = stack.log.lines().length;
      const answers = await Promise.all(
        TOOLS.map(async ([name, args]) => stack.call(await userToken(`${kind}-${name}`), name, args)),
      );
      for (const { status: answered, body } of answers) {
        expect([answered, body.error]).toEqual([status, code]);
        expect(JSON.stringify(body)).not.toMatch(/999999999999|cloudwatch-mcp-server/);
      }
      const calls = stack.aws.calls.all();
      expect(calls.filter(({ service }) => service !== 'sts')).toEqual([]);
      expect([...new Set(calls.map(({ operation, accessKeyId }) => `${operation} ${accessKeyId}`))]).toEqual([
        `AssumeRole ${SERVER_ACCESS_KEY_ID}`,
      ]);
      expect((await deniedForRole()) - before).toBe(TOOLS.length);
      const denied = stack.log
        .lines()
        .slice(logged)
        .filter((line) => JSON.stringify(line).includes('"tool.denied"'));
      expect(denied.map(({ tool }) => (tool as { reason: string }).reason)).toEqual(TOOLS.map(() => 'assume_role'));
    },
  );

  it('leaves the queries of a user alone whose session has ended meanwhile [ISO-07]', async () => {
    const queryId = await ownQuery('erin');
    stack.aws.calls.clear();
    stack.aws.faults.add({ operation: 'sts:AssumeRole', kind: 'access-denied' });
    stack.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'expired-credentials' });
    stack.aws.faults.add({ operation: 'logs:StopQuery', kind: 'expired-credentials' });
    for (const tool of ['get_logs_insight_query_results', 'cancel_logs_insight_query']) {
      const { status, body } = await stack.call(await userToken('erin'), tool, { query_id: queryId });
      expect([status, body.error], tool).toEqual([403, 'credentials_refused']);
    }
    const signers = stack.aws.calls.all().filter(({ service }) => service !== 'sts');
    expect(signers.map(({ principalArn }) => principalArn)).toEqual([expect.stringContaining('/erin-')]);
  });
});

describe("AWS's words about who may not do what", () => {
  const OTHER = 'arn:aws:sts::333333333333:assumed-role/PayrollAdmin/mallory';
  const SECRET = 'arn:aws:logs:us-east-1:333333333333:log-group:/payroll/run';
  const POLICY = 'arn:aws:organizations::444444444444:policy/o-a1b2c3/service_control_policy/p-d4e5f6';
  const WORDS: Readonly<Record<string, string>> = {
    'the role of the server': `User: ${SERVER_ROLE_ARN} is not authorized to perform: sts:AssumeRole on resource: ${SECRET}`,
    'another user and a resource': `User: ${OTHER} is not authorized to perform: logs:StartQuery on resource: ${SECRET} because no identity-based policy allows it`,
    'a service control policy': `User: ${OTHER} is not authorized with an explicit deny in a service control policy: ${POLICY}`,
    'a permissions boundary': `with an explicit deny in a permissions boundary: arn:aws:iam::555555555555:policy/Boundary`,
    'a resource policy': `because no resource-based policy of ${SECRET} allows the action to account 333333333333`,
  };
  const FOREIGN = /999999999999|333333333333|444444444444|555555555555|PayrollAdmin|mallory|payroll|p-d4e5f6|Boundary/;

  /** What the caller sees over both doors, headers and all. */
  async function seen(sub: string, name: string, args: object): Promise<{ code?: string; text: string }> {
    const token = await userToken(sub);
    const { body } = await stack.call(token, name, args);
    const answer = await fetch(stack.endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
    });
    const headers = JSON.stringify([...answer.headers]);
    return { code: body.error, text: `${JSON.stringify(body)} ${await answer.text()} ${headers}` };
  }

  it.each(Object.entries(WORDS))('stay in the log when they name %s: every tool [ISO-15]', async (_what, message) => {
    const queryId = await ownQuery('frank');
    const tools = [
      ...TOOLS,
      ['get_logs_insight_query_results', { query_id: queryId }, 'logs:GetQueryResults'],
      ['cancel_logs_insight_query', { query_id: queryId }, 'logs:StopQuery'],
    ] as const;
    for (const [name, args, action] of tools) {
      stack.aws.faults.clear();
      stack.aws.faults.add({ operation: action, kind: 'access-denied', message });
      const logged = stack.log.text.length;
      const { code, text } = await seen('frank', name, args);
      expect(code, name).toBe('aws_access_denied');
      expect(text, name).not.toMatch(FOREIGN);
      // Her own action, and by what the operator finds the rest.
      expect(text, name).toContain(action);
      expect(text, name).toMatch(/"request_id":"[^"]{8,}".*\(request id [^)]{8,}\)/);
      expect(stack.log.text.slice(logged), name).toContain(JSON.stringify(message).slice(1, -1));
    }
  });

  it.each(Object.entries(WORDS))('stay in the log when they name %s: AssumeRole [ISO-15]', async (what, message) => {
    stack.aws.faults.add({ operation: 'sts:AssumeRole', kind: 'access-denied', message });
    const logged = stack.log.text.length;
    const { code, text } = await seen(`grace ${what}`, 'get_active_alarms', {});
    expect(code).toBe('credentials_refused');
    expect(text).not.toMatch(FOREIGN);
    expect(text).toContain('AssumeRole');
    expect(stack.log.text.slice(logged)).toContain(JSON.stringify(message).slice(1, -1));
  });
});

describe('/metrics', () => {
  /** `npm run soak:isolation` has 12,000 users, 1,000 log groups and 10,000 keys. */
  const [USERS, GROUPS, KEYS] = [150, 50, 400];

  it(`holds 500 series at most and nobody's name after ${USERS} users, ${GROUPS} log groups and ${KEYS} bad kids [ISO-14]`, async () => {
    const server = { endpoint: stack.endpoint, issuer: stack.issuer.issuer, mint };
    await usersCall(server, USERS / 2);
    await manyLogGroups(server, GROUPS / 2);
    await manyUnknownKeys(server, KEYS / 2);
    const half = (await series()).length;
    await usersCall(server, USERS / 2, USERS / 2);
    await manyLogGroups(server, GROUPS / 2);
    expect(await manyUnknownKeys(server, KEYS / 2)).toBe(KEYS / 2);
    const all = await series();
    expect(labelProblems(all)).toEqual([]);
    expect(all.length).toBeLessThanOrEqual(500);
    // Twice as many of everyone, not one more series.
    expect(all.length).toBe(half);
    expect(all.map(({ name }) => name)).toContain('mcp_auth_failures_total');
  });
});
