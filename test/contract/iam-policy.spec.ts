import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePolicy, type Decision, evaluate, type PolicyStatement } from '../../src/demo/aws-emulator/iam.js';
import { SERVER_ROLE_ARN } from '../../src/demo/aws-emulator/identities.js';
import { createRole } from '../../src/demo/aws-emulator/roles.js';
import { declaredTools, generatedFiles } from '../../src/generate/generated-files.factory.js';
import { userRolePermissions } from '../../src/generate/user-role-permissions.js';
import type { ToolDefinition } from '../../src/mcp/tool.js';
import { EXTERNAL_ID, signersOf, type Stack, startStack } from '../support/stack.js';

const ACCOUNT = '111111111111';
const FILLED_IN: Readonly<Record<string, string>> = {
  SERVER_ACCOUNT_ID: '999999999999',
  SERVER_ROLE_ARN,
  USER_ACCOUNT_ID: ACCOUNT,
  USER_ROLE_NAME: 'CloudWatchShipped',
  EXTERNAL_ID,
  LOG_GROUP_PREFIX: '/shop/',
  OIDC_PROVIDER: 'idp.example.com/oauth2/default',
  TOKEN_AUDIENCE: 'https://mcp.example.com/mcp',
  SUBJECT_PATTERN: '00u*',
  IDENTITY_POOL_ID: 'us-east-1:0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0',
};

const folder = new URL('../../config/iam/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** The statements of a shipped policy, filled in as an operator would. */
function shipped(name: string): readonly PolicyStatement[] {
  const filled = text(`${name}.json`).replaceAll(/\$\{([A-Z_]+)\}/g, (_all, placeholder: string) => {
    const value = FILLED_IN[placeholder];
    if (value === undefined) throw new Error(`${name}: nobody knows ${placeholder}`);
    return value;
  });
  return (JSON.parse(filled) as { Statement: PolicyStatement[] }).Statement;
}

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

let tools: readonly ToolDefinition[];
let actions: ReadonlySet<string>;

beforeAll(async () => {
  tools = await declaredTools();
  actions = new Set(tools.flatMap(({ iamActions }) => iamActions));
});

describe('generated files', () => {
  it('are committed as `npm run generate` writes them', async () => {
    for (const [path, content] of await generatedFiles()) {
      expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), path).toBe(content);
    }
  });
});

describe("the policy of a caller's role", () => {
  const permissions = shipped('user-role.permissions');
  const decide = (action: string, resource: string): Decision =>
    evaluate(compilePolicy(permissions), { action, resource });

  const allowedBy = (statements: readonly PolicyStatement[]): readonly string[] =>
    statements.filter(({ Effect: effect }) => effect === 'Allow').flatMap(({ Action: action }) => listOf(action));
  const declaredBy = (isIndexTool: boolean): ReadonlySet<string> =>
    new Set(
      tools
        .filter(({ toolset }) => (toolset === 'log-indexes') === isIndexTool)
        .flatMap(({ iamActions }) => iamActions),
    );

  it('allows every action that a tool declares, and nothing more', () => {
    const allowed = allowedBy(permissions);
    expect(new Set(allowed)).toEqual(declaredBy(false));
    expect(allowed).toHaveLength(new Set(allowed).size);
    expect(allowed.filter((action) => action.includes('*'))).toEqual([]);
  });

  it("shows others' queries only where the policy of the index tools is attached as well", () => {
    expect(decide('logs:DescribeQueries', '*')).toBe('no-allow');
    const indexes = shipped('user-role.log-indexes.permissions');
    expect(new Set(allowedBy(indexes))).toEqual(declaredBy(true));
    expect(evaluate(compilePolicy(indexes), { action: 'logs:DescribeQueries', resource: '*' })).toBe('allow');
  });

  it('reads log groups of the given prefix only, and never unmasks', () => {
    const group = (name: string): string => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`;
    expect(decide('logs:StartQuery', group('/shop/checkout'))).toBe('allow');
    expect(decide('logs:StartQuery', group('/payroll/run'))).toBe('no-allow');
    expect(decide('logs:Unmask', group('/shop/checkout'))).toBe('explicit-deny');
    expect(decide('sts:AssumeRole', '*')).toBe('no-allow');
  });

  it('cannot be generated for an action whose scope nobody has looked up', () => {
    expect(() => userRolePermissions([{ iamActions: ['logs:DeleteLogGroup'] }])).toThrow('logs:DeleteLogGroup');
  });
});

describe("the policy of the server's role", () => {
  const permissions = compilePolicy(shipped('server-role.permissions'));
  const decide = (action: string, resource: string, context = {}): Decision =>
    evaluate(permissions, { action, resource, context });

  it('denies every action of every tool', () => {
    for (const action of actions) expect(decide(action, '*'), action).toBe('explicit-deny');
    expect(decide('logs:Unmask', '*')).toBe('explicit-deny');
  });

  it('allows the roles of users, with tags and source identity, and its own metrics', () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/CloudWatchShipped`;
    for (const action of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) {
      expect(decide(action, role)).toBe('allow');
      expect(decide(action, `arn:aws:iam::${ACCOUNT}:role/Admin`)).toBe('no-allow');
    }
    expect(decide('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'CloudWatchMcp' })).toBe('allow');
    expect(decide('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'AWS/Logs' })).toBe('no-allow');
  });
});

describe('trust policies', () => {
  const IDP = FILLED_IN['OIDC_PROVIDER'];
  const POOL = 'cognito-identity.amazonaws.com';
  const ASSUME = 'user-role.trust.assume-role';
  const WEB = 'user-role.trust.web-identity';
  const COGNITO = 'user-role.trust.cognito';
  const user = {
    'sts:ExternalId': EXTERNAL_ID,
    'sts:SourceIdentity': 'alice',
    'aws:RequestTag/McpSub': 'alice',
    'aws:RequestTag/McpIss': 'https://idp.example.com',
    'aws:TagKeys': ['McpIss', 'McpSub'],
  };
  const token = { [`${IDP}:aud`]: FILLED_IN['TOKEN_AUDIENCE'], [`${IDP}:sub`]: '00u1' };
  const signedIn = { [`${POOL}:aud`]: FILLED_IN['IDENTITY_POOL_ID'], [`${POOL}:amr`]: ['authenticated', 'idp'] };
  const server = [SERVER_ROLE_ARN];
  const provider = [`arn:aws:iam::${ACCOUNT}:oidc-provider/${IDP}`];

  it.each([
    ['the server in the name of a user', ASSUME, 'sts:AssumeRole', server, user, true],
    ['the tags of that user', ASSUME, 'sts:TagSession', server, user, true],
    ['the source identity of that user', ASSUME, 'sts:SetSourceIdentity', server, user, true],
    [
      'the server without the external id',
      ASSUME,
      'sts:AssumeRole',
      server,
      { ...user, 'sts:ExternalId': undefined },
      false,
    ],
    [
      'the server in nobody’s name',
      ASSUME,
      'sts:AssumeRole',
      server,
      { ...user, 'sts:SourceIdentity': undefined },
      false,
    ],
    ['other tags', ASSUME, 'sts:TagSession', server, { ...user, 'aws:TagKeys': ['McpSub', 'team'] }, false],
    ['another role of the server account', ASSUME, 'sts:AssumeRole', ['arn:aws:iam::999999999999:role/x'], user, false],
    ['a token for this server', WEB, 'sts:AssumeRoleWithWebIdentity', provider, token, true],
    ['a token for another', WEB, 'sts:AssumeRoleWithWebIdentity', provider, { ...token, [`${IDP}:aud`]: 'x' }, false],
    [
      'a subject outside the pattern',
      WEB,
      'sts:AssumeRoleWithWebIdentity',
      provider,
      { ...token, [`${IDP}:sub`]: '1' },
      false,
    ],
    ['a signed-in user of the pool', COGNITO, 'sts:AssumeRoleWithWebIdentity', [POOL], signedIn, true],
    [
      'a guest',
      COGNITO,
      'sts:AssumeRoleWithWebIdentity',
      [POOL],
      { ...signedIn, [`${POOL}:amr`]: ['unauthenticated'] },
      false,
    ],
    [
      'another pool',
      COGNITO,
      'sts:AssumeRoleWithWebIdentity',
      [POOL],
      { ...signedIn, [`${POOL}:aud`]: 'us-east-1:x' },
      false,
    ],
  ] as const)('%s (%s, %s)', (_who, file, action, principals, context, admitted) => {
    const decision = evaluate(compilePolicy(shipped(file)), { action, resource: '*', principals, context });
    expect(decision).toBe(admitted ? 'allow' : 'no-allow');
  });

  it('let the server role be taken by tasks of its own account only', () => {
    expect(text('server-role.trust.json')).toContain('"aws:SourceAccount": "${SERVER_ACCOUNT_ID}"');
  });

  it('have every placeholder explained', () => {
    const used = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => text(name).match(/\$\{[^}]+\}/g) ?? []);
    const explained = text('README.md').match(/^\| `\$\{[A-Z_]+\}`/gm) ?? [];
    expect(new Set(explained.map((cell) => cell.slice(3, -1)))).toEqual(new Set(used));
    expect(new Set(Object.keys(FILLED_IN).map((name) => `\${${name}}`))).toEqual(new Set(used));
  });
});

describe('a server and a role with exactly the shipped policies', () => {
  const HOUR = { start_time: 'now-1h', end_time: 'now' };
  const GROUP = '/shop/checkout';
  const QUERY = { log_group_names: [GROUP], ...HOUR, query_string: 'fields @message | limit 3' };
  let stack: Stack;

  beforeAll(async () => {
    const role = createRole(ACCOUNT, 'CloudWatchShipped', shipped('user-role.permissions'), () =>
      shipped('user-role.trust.assume-role'),
    );
    stack = await startStack({ env: { AWS_CLOUDWATCH_ROLE_ARN: role.arn }, aws: { roles: [role] } });
  });
  afterAll(() => stack.close());

  const call = async (name: string, args: object) => stack.call(await stack.token('carol'), name, args);

  it('serve the tools', async () => {
    const { body } = await call('execute_log_insights_query', QUERY);
    const running = { ...QUERY, query_string: `${QUERY.query_string} # takes 60s`, max_timeout: 1 };
    const { body: slow } = await call('execute_log_insights_query', running);
    const arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}`;
    for (const [name, args] of [
      ['describe_log_groups', {}],
      ['analyze_log_group', { log_group_arn: arn, ...HOUR }],
      ['execute_log_insights_query', QUERY],
      ['get_logs_insight_query_results', { query_id: body.result?.['queryId'] }],
      ['cancel_logs_insight_query', { query_id: slow.result?.['queryId'] }],
      ['get_metric_data', { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', ...HOUR }],
      ['get_active_alarms', {}],
      ['get_alarm_history', { alarm_name: 'payments-duration-p99' }],
    ] as const) {
      const { status, body: answer } = await call(name, args);
      expect([status, answer.error_description], name).toEqual([200, undefined]);
    }
    expect(signersOf(stack.aws, 'StartQuery')).toEqual([
      expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchShipped\/carol-/),
    ]);
  });

  it('deny a log group outside the prefix', async () => {
    const { status, body } = await call('execute_log_insights_query', { ...QUERY, log_group_names: ['/aws/lambda/x'] });
    expect([status, body.error]).toEqual([403, 'aws_access_denied']);
  });
});
