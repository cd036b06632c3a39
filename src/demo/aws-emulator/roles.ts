import { compilePolicy, type Policy, type PolicyStatement } from './iam.js';
import { type Identity, SERVER_ACCESS_KEY_ID, SERVER_ROLE_ARN, SERVER_SECRET_ACCESS_KEY } from './identities.js';

/** The external id the trust policies ask of the server. */
export const EXTERNAL_ID = 'demo-external-id';

/** The accounts with data. */
export const ACCOUNT_IDS = ['111111111111', '222222222222'] as const;

/** An OpenID provider as IAM knows it: tokens whose `azp`, or else `aud`, is listed are accepted. */
export interface OidcProvider {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audiences: readonly string[];
}

/** The federated principal of every identity pool. */
export const COGNITO = 'cognito-identity.amazonaws.com';

/** A Cognito identity pool and the role it gives to everybody who signed in. */
export interface IdentityPool {
  /** `<region>:<uuid>`. */
  readonly id: string;
  readonly roleArn: string;
}

/** One for each account, and one whose role does not trust it. */
export const IDENTITY_POOLS: readonly IdentityPool[] = [
  ...ACCOUNT_IDS.map((accountId) => ({
    id: identityPoolId(accountId),
    roleArn: `arn:aws:iam::${accountId}:role/CloudWatchReader`,
  })),
  { id: 'us-east-1:00000000-0000-4000-8000-000000000000', roleArn: 'arn:aws:iam::111111111111:role/Untrusted' },
];

/** The identity pool of an account. */
export function identityPoolId(accountId: string): string {
  return `us-east-1:${accountId.slice(0, 8)}-0000-4000-8000-${accountId}`;
}

/** An IAM role. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly accountId: string;
  readonly maxSessionSeconds: number;
  readonly permissions: Policy;
  /** Its trust policy, which names the account's OpenID providers. */
  trust(providers: readonly OidcProvider[]): Policy;
}

/** The name IAM gives a provider: its issuer without the scheme. */
export function providerName(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** ARN of a provider registered in an account. */
export function providerArn(accountId: string, issuer: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${providerName(issuer)}`;
}

/** Monitoring accounts by id, each with the ids of its source accounts (cross-account observability). */
export type LinkedAccounts = Readonly<Record<string, readonly string[]>>;

/** Every role of the two accounts by its ARN. */
export function createRoles(linked: LinkedAccounts = {}): ReadonlyMap<string, Role> {
  const roles = ACCOUNT_IDS.flatMap((accountId): Role[] => [
    createRole(accountId, 'CloudWatchReader', readerPermissions(accountId, linked[accountId]), trustOfCloudWatchRole),
    createRole(accountId, 'CloudWatchLimited', limitedPermissions(accountId), trustOfCloudWatchRole),
    createRole(accountId, 'CloudWatchNoExternalId', readerPermissions(accountId), trustWithoutExternalId),
    createRole(accountId, 'Untrusted', readerPermissions(accountId), () => []),
  ]);
  return new Map(roles.map((entry) => [entry.arn, entry]));
}

/**
 * The server's own principal, which may also assume the further roles, and in each account a person with static keys for
 * work without authentication.
 */
export function longLivedIdentities(furtherRoles: readonly Role[] = []): readonly Identity[] {
  return [serverIdentity(furtherRoles.map(({ arn }) => arn)), ...ACCOUNT_IDS.map(localProfile)];
}

/** Static keys of the person an account's local AWS profile belongs to. */
export function localProfile(accountId: string): Identity {
  return {
    accessKeyId: `AKIAEMULATORLOCAL${accountId.slice(0, 3)}`,
    secretAccessKey: `emulator-local-secret-access-key-${accountId}`,
    principalArn: `arn:aws:iam::${accountId}:user/local-developer`,
    userId: `AIDAEMULATORLOCAL${accountId.slice(0, 3)}`,
    accountId,
    policies: [compilePolicy(readerPermissions(accountId))],
  };
}

function serverIdentity(furtherRoleArns: readonly string[]): Identity {
  return {
    accessKeyId: SERVER_ACCESS_KEY_ID,
    secretAccessKey: SERVER_SECRET_ACCESS_KEY,
    principalArn: SERVER_ROLE_ARN,
    userId: 'AROAEMULATORSERVER01',
    accountId: '999999999999',
    policies: [
      compilePolicy([
        {
          Effect: 'Allow',
          Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
          Resource: [
            ...ACCOUNT_IDS.map((accountId) => `arn:aws:iam::${accountId}:role/CloudWatch*`),
            ...furtherRoleArns,
          ],
        },
        { Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: '*' },
        // SECURITY: a client that falls back to the server's own identity reads nothing, and the tests see it.
        {
          Effect: 'Deny',
          Action: ['logs:*', 'cloudwatch:Get*', 'cloudwatch:List*', 'cloudwatch:Describe*'],
          Resource: '*',
        },
      ]),
    ],
  };
}

/** A role as an operator would create it, from its two policies; its trust may name the account's OpenID providers. */
export function createRole(
  accountId: string,
  name: string,
  permissions: readonly PolicyStatement[],
  trust: (accountId: string, providers: readonly OidcProvider[]) => readonly PolicyStatement[],
): Role {
  return {
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    name,
    id: `AROA${name.toUpperCase().slice(0, 13)}${accountId.slice(0, 3)}`,
    accountId,
    maxSessionSeconds: 3_600,
    permissions: compilePolicy(permissions),
    trust: (providers) => compilePolicy(trust(accountId, providers)),
  };
}

function trustOfCloudWatchRole(accountId: string, providers: readonly OidcProvider[]): readonly PolicyStatement[] {
  return [
    {
      Effect: 'Allow',
      Principal: { AWS: SERVER_ROLE_ARN },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'sts:ExternalId': EXTERNAL_ID },
        StringLike: { 'sts:SourceIdentity': '?*' },
      },
    },
    { Effect: 'Allow', Principal: { AWS: SERVER_ROLE_ARN }, Action: ['sts:TagSession', 'sts:SetSourceIdentity'] },
    {
      Effect: 'Allow',
      Principal: { Federated: COGNITO },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${COGNITO}:aud`]: identityPoolId(accountId) },
        'ForAnyValue:StringLike': { [`${COGNITO}:amr`]: 'authenticated' },
      },
    },
    ...providers.map((provider): PolicyStatement => ({
      Effect: 'Allow',
      Principal: { Federated: providerArn(accountId, provider.issuer) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${providerName(provider.issuer)}:aud`]: provider.audiences } },
    })),
  ];
}

/** A mistake that is easily made: whoever makes the server assume this role gets it, for any customer of the server. */
function trustWithoutExternalId(): readonly PolicyStatement[] {
  const actions = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
  return [{ Effect: 'Allow', Principal: { AWS: SERVER_ROLE_ARN }, Action: actions }];
}

const DISCOVER_LOGS = [
  'logs:DescribeLogGroups',
  'logs:ListLogGroups',
  'logs:DescribeQueryDefinitions',
  'logs:DescribeQueries',
  'logs:DescribeAccountPolicies',
  'logs:ListAggregateLogGroupSummaries',
  'logs:StopQuery',
];

const READ_LOG_GROUP = [
  'logs:DescribeLogStreams',
  'logs:DescribeIndexPolicies',
  'logs:DescribeFieldIndexes',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:GetLogRecord',
  'logs:GetLogGroupFields',
  'logs:StartLiveTail',
  'logs:StartQuery',
  'logs:GetQueryResults',
];

const READ_ANOMALIES = ['logs:ListLogAnomalyDetectors', 'logs:ListAnomalies'];

const READ_METRICS = ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics', 'cloudwatch:GetMetricWidgetImage'];

const READ_ALARMS = [
  'cloudwatch:DescribeAlarms',
  'cloudwatch:DescribeAlarmHistory',
  'cloudwatch:DescribeAlarmsForMetric',
  'cloudwatch:DescribeAlarmContributors',
  'cloudwatch:ListAlarmMuteRules',
  'cloudwatch:GetAlarmMuteRule',
  'cloudwatch:ListTagsForResource',
];

const READ_DASHBOARDS = ['cloudwatch:ListDashboards', 'cloudwatch:GetDashboard'];

function readerPermissions(accountId: string, linked: readonly string[] = []): readonly PolicyStatement[] {
  const groups = [accountId, ...linked].map((id) => `arn:aws:logs:*:${id}:log-group:*`);
  return [
    { Effect: 'Allow', Action: DISCOVER_LOGS, Resource: '*' },
    { Effect: 'Allow', Action: READ_LOG_GROUP, Resource: groups },
    { Effect: 'Allow', Action: READ_ANOMALIES, Resource: `arn:aws:logs:*:${accountId}:*` },
    { Effect: 'Allow', Action: [...READ_METRICS, ...READ_ALARMS, ...READ_DASHBOARDS], Resource: '*' },
    { Effect: 'Deny', Action: 'logs:Unmask', Resource: '*' },
  ];
}

/** One service's logs, and metrics; no alarms: what a denial looks like is part of the demo. */
function limitedPermissions(accountId: string): readonly PolicyStatement[] {
  const groups = ['/shop/web', '/logistics/tracking'];
  return [
    { Effect: 'Allow', Action: DISCOVER_LOGS, Resource: '*' },
    {
      Effect: 'Allow',
      Action: READ_LOG_GROUP,
      Resource: groups.map((name) => `arn:aws:logs:*:${accountId}:log-group:${name}*`),
    },
    { Effect: 'Allow', Action: READ_METRICS, Resource: '*' },
  ];
}
