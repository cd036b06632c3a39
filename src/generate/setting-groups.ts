import type { SettingName } from '../config/settings.js';

/** A variable and what holds while it is unset: a value between backticks, or words. */
export type SettingEntry = readonly [name: SettingName, byDefault: string];

/** Variables of one subject, in the order of the documentation. */
export interface SettingGroup {
  readonly title: string;
  readonly about: string;
  readonly entries: readonly SettingEntry[];
}

const OFF = '`false`';
const NONE = 'none';

/** Every variable, once. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: 'Address and TLS',
    about:
      'Where the server listens and how clients see it. `PUBLIC_URL` with `/mcp` behind it is the resource that tokens are made for; behind a load balancer it is the address of that.',
    entries: [
      ['PUBLIC_URL', '`http://localhost:3334`'],
      ['CLOUDWATCH_MCP_SERVER_HOST', '`0.0.0.0`; without authentication 127.0.0.1'],
      ['CLOUDWATCH_MCP_PORT', '`3334`'],
      ['METRICS_PORT', '`9464`'],
      ['TLS_CERT_FILE', 'plain HTTP, for a load balancer or proxy in front'],
      ['TLS_KEY_FILE', NONE],
      ['ALLOWED_HOSTS', 'the host of PUBLIC_URL and this machine'],
      ['CORS_ALLOWED_ORIGINS', 'none: no browser page may call'],
      ['TRUSTED_PROXIES', 'none: the address of the connection counts'],
    ],
  },
  {
    title: 'Authentication on or off',
    about: 'On unless you switch it off; switched off, the server listens on this machine only.',
    entries: [
      ['ENABLE_AUTH', '`true`'],
      ['AUTH_ENABLED', '`true`'],
      ['INSECURE_ALLOW_NO_AUTH', OFF],
      ['OAUTH_ENABLED', 'true when an issuer is configured'],
      ['NODE_ENV', NONE],
    ],
  },
  {
    title: 'Issuers of tokens',
    about:
      'Who vouches for people. One of a kind at most, several kinds at once; `ISSUERS_FILE` for several of a kind ([example](../config/examples/issuers.yaml)). Which to choose: [choosing-a-provider.md](choosing-a-provider.md).',
    entries: [
      ['OIDC_ISSUER', NONE],
      ['OIDC_CLIENT_ID', NONE],
      ['OIDC_PROFILE', '`oidc`'],
      ['AWS_IDENTITY_CENTER_ISSUER', NONE],
      ['AWS_IDENTITY_CENTER_CLIENT_ID', NONE],
      ['AWS_IDENTITY_CENTER_REGION', '`us-east-1`'],
      ['AWS_IDENTITY_CENTER_START_URL', NONE],
      ['AWS_COGNITO_USER_POOL_ID', NONE],
      ['AWS_COGNITO_CLIENT_ID', NONE],
      ['AWS_COGNITO_REGION', 'the one the id of the pool begins with'],
      ['AWS_COGNITO_IDENTITY_POOL_ID', NONE],
      ['OAUTH_ISSUER', NONE],
      ['OAUTH_JWKS_URL', 'found by discovery'],
      ['ISSUERS_FILE', NONE],
    ],
  },
  {
    title: 'Opaque tokens',
    about: 'Tokens that are no JWT are asked after at the authorization server that made them (RFC 7662).',
    entries: [
      ['OAUTH_ISSUER_URL', NONE],
      ['OAUTH_CLIENT_ID', NONE],
      ['OAUTH_CLIENT_SECRET', NONE],
      ['OAUTH_INTROSPECTION_URL', 'from the metadata of OAUTH_ISSUER_URL'],
      ['ENABLE_OAUTH', NONE],
      ['OAUTH_REDIRECT_URI', NONE],
    ],
  },
  {
    title: 'What a token must be',
    about: 'For every issuer that says nothing else in `ISSUERS_FILE`. All of it is compared to the letter.',
    entries: [
      ['OAUTH_AUDIENCE', 'PUBLIC_URL with /mcp, and the client id of the issuer'],
      ['OAUTH_ALLOWED_CLIENTS', 'any client of the issuer; with Cognito the app client'],
      ['OAUTH_REQUIRED_SCOPES', NONE],
      ['TOOL_SCOPES', NONE],
      ['ACCEPT_ID_TOKENS', 'false when OAUTH_AUDIENCE is set'],
    ],
  },
  {
    title: 'API keys',
    about: 'For machines and for people without sign-in: [api-keys.md](api-keys.md).',
    entries: [
      ['API_KEYS', NONE],
      ['API_KEYS_FILE', NONE],
      ['API_KEY_CREDENTIALS', 'a role, as for everybody'],
    ],
  },
  {
    title: 'AWS: regions, roles and accounts',
    about:
      'Which rights a caller gets ([ADR 2](adr/0002-who-gets-which-role.md)). One role for all by `AWS_CLOUDWATCH_ROLE_ARN`, one of several by a claim, or several accounts by `ACCESS_FILE` ([example](../config/examples/access.yaml)).',
    entries: [
      ['AWS_REGION', '`us-east-1`'],
      ['AWS_ALLOWED_REGIONS', 'all of the partition of AWS_REGION'],
      ['AWS_CLOUDWATCH_ROLE_ARN', NONE],
      ['AWS_ALLOWED_ROLE_ARNS', NONE],
      ['ROLE_CLAIM', '`custom:role_arn`'],
      ['ACCESS_FILE', NONE],
      ['AWS_ROLE_EXTERNAL_ID', NONE],
      ['AWS_CREDENTIAL_EXCHANGE', '`assume-role`'],
      ['AWS_SESSION_POLICY', NONE],
      ['TOKEN_CLAIM_CREDENTIALS', OFF],
      ['AWS_PROFILE', 'the default credentials of the AWS SDK'],
      ['AWS_ENDPOINT_URL', "AWS's own"],
      ['INSECURE_ALLOW_AWS_ENDPOINT', OFF],
    ],
  },
  {
    title: 'Tools',
    about: 'What callers can ask, and how much at once: [tools.md](tools.md).',
    entries: [
      ['TOOLSETS', '`logs,metrics,alarms`'],
      ['RESULT_BUDGET_BYTES', '`100000`'],
      ['INSIGHTS_MAX_SCAN_GB', '`100`'],
      ['INSIGHTS_MAX_QUERIES_PER_USER', '`3`'],
      ['INSIGHTS_MAX_QUERIES_PER_ACCOUNT', '`25`'],
      ['ALLOWED_LOG_GROUPS', 'all that the role of the caller allows'],
      ['MASK_SECRETS', '`true`'],
    ],
  },
  {
    title: 'Limits and replicas',
    about:
      'Several replicas need the same `STATE_SECRET`, and either `REDIS_URL`, in which they count limits together, or `EXPECTED_REPLICAS`, by which each takes its share.',
    entries: [
      ['STATE_SECRET', 'random, until the replica restarts'],
      ['EXPECTED_REPLICAS', '`1`'],
      ['REDIS_URL', 'each replica counts for itself'],
      ['RATE_LIMIT_PER_USER', '`120`'],
      ['RATE_LIMIT_FAILED_AUTH', '`20`'],
      ['MAX_STREAMS_PER_USER', '`5`'],
      ['MAX_STREAMS', '`500`'],
      ['AWS_CALL_RATE', '`1`'],
    ],
  },
  {
    title: 'Sessions',
    about: 'None are kept unless clients of older revisions of the protocol cannot do without.',
    entries: [
      ['MCP_LEGACY_SESSIONS', OFF],
      ['MCP_SESSION_IDLE_SECONDS', '`900`'],
    ],
  },
  {
    title: 'Log and metrics',
    about: 'What an operator sees: [operations.md](operations.md).',
    entries: [
      ['LOG_LEVEL', '`INFO`'],
      ['FASTMCP_LOG_LEVEL', '`INFO`'],
      ['AUDIT_LOG', 'part of the log'],
      ['METRICS_CLOUDWATCH', OFF],
      ['METRICS_EMF', OFF],
    ],
  },
];
