import { z } from 'zod';
import { ISSUER_EXCHANGES } from './issuer-settings.js';
import { redisAddress } from './redis-address.js';
import { scopeList, toolScopes } from './scopes.js';
import {
  clientId,
  decimal,
  exactOrigins,
  externalId,
  flag,
  identityPoolId,
  integer,
  list,
  logLevel,
  logTarget,
  networks,
  oneOf,
  optional,
  origin,
  region,
  roleArn,
  roleArns,
  secrets,
  secureAddress,
  secureUrl,
  sessionPolicy,
  strict,
  text,
  userPoolId,
  webAddress,
} from './setting-types.js';
import { logGroupPatterns, toolsets } from './tools-config.js';

/** An environment variable as data: what an error message and the documentation say of it. */
export type SettingNotes = {
  readonly description: string;
  readonly example: string;
};

const note = (description: string, example: string): SettingNotes => ({ description, example });

/** Every variable the server reads, in the order the documentation lists them. */
export const settingsSchema = z.object({
  PUBLIC_URL: optional(origin).meta(
    note("this server's address as clients see it, origin only", 'https://mcp.example.com'),
  ),
  CLOUDWATCH_MCP_PORT: optional(integer(0, 65535)).meta(note('port to listen on', '3334')),
  CLOUDWATCH_MCP_SERVER_HOST: optional(text).meta(note('address to listen on', '0.0.0.0')),
  METRICS_PORT: optional(integer(0, 65535)).meta(note('port of the Prometheus metrics', '9464')),
  METRICS_CLOUDWATCH: optional(flag).meta(
    note("true puts failed authentications into CloudWatch as metrics, with the server's own role", 'true'),
  ),
  METRICS_EMF: optional(flag).meta(
    note('true writes the same metrics into the log, in the embedded metric format', 'true'),
  ),
  TLS_CERT_FILE: strict(text).meta(
    note(
      'PEM file with the certificate of this server, then those it was issued by; with TLS_KEY_FILE the server speaks https itself, and reads both again every 10 seconds',
      '/etc/cloudwatch-mcp/tls/tls.crt',
    ),
  ),
  TLS_KEY_FILE: strict(text).meta(
    note('PEM file with the key of that certificate, without a passphrase', '/etc/cloudwatch-mcp/tls/tls.key'),
  ),
  ALLOWED_HOSTS: optional(list).meta(note('host names accepted in Host, ports ignored', 'mcp.example.com')),
  CORS_ALLOWED_ORIGINS: optional(exactOrigins).meta(note('browser origins that may call', 'https://chat.example.com')),
  TRUSTED_PROXIES: optional(networks).meta(note('CIDRs whose X-Forwarded-For counts', '10.0.0.0/24,10.0.1.0/24')),
  ENABLE_AUTH: strict(text).meta(note('only the value false switches authentication off', 'true')),
  AUTH_ENABLED: strict(text).meta(note('older name of ENABLE_AUTH', 'true')),
  INSECURE_ALLOW_NO_AUTH: optional(flag).meta(note('listen beyond loopback without authentication', 'true')),
  NODE_ENV: optional(text).meta(
    note('production stops a start without authentication at a public address', 'production'),
  ),
  OAUTH_ENABLED: optional(flag).meta(
    note('false switches every issuer off and leaves the API keys; default: on when an issuer is configured', 'true'),
  ),
  AWS_IDENTITY_CENTER_ISSUER: strict(secureUrl).meta(
    note(
      'issuer of the identity provider behind IAM Identity Center, exactly as in the iss of its tokens',
      'https://idp.example.com',
    ),
  ),
  AWS_IDENTITY_CENTER_CLIENT_ID: strict(clientId).meta(
    note("the client id registered at that provider for this server's users", 'cloudwatch-mcp'),
  ),
  AWS_IDENTITY_CENTER_REGION: optional(region).meta(note('region whose STS hands out the credentials', 'us-east-1')),
  AWS_IDENTITY_CENTER_START_URL: optional(webAddress).meta(
    note(
      'your AWS access portal, shown to people as where their roles are listed; never used to verify anything',
      'https://d-1234567890.awsapps.com/start',
    ),
  ),
  AWS_COGNITO_REGION: optional(region).meta(
    note('region of the user pool; default: the one its id begins with', 'us-east-1'),
  ),
  AWS_COGNITO_USER_POOL_ID: strict(userPoolId).meta(
    note('Cognito user pool whose users may call', 'us-east-1_AbCdEfGhI'),
  ),
  AWS_COGNITO_CLIENT_ID: strict(clientId).meta(note('app client of the user pool', '4h1exampleclientid')),
  AWS_COGNITO_IDENTITY_POOL_ID: strict(identityPoolId).meta(
    note(
      'identity pool that turns ID tokens of the user pool into AWS credentials',
      'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
    ),
  ),
  OIDC_ISSUER: strict(secureUrl).meta(
    note('issuer of the accepted tokens, exactly as in their iss', 'https://idp.example.com'),
  ),
  OIDC_CLIENT_ID: strict(clientId).meta(
    note("the client id registered at the issuer for this server's users", 'cloudwatch-mcp'),
  ),
  OIDC_PROFILE: optional(oneOf('entra-id', 'okta', 'auth0', 'keycloak', 'oidc')).meta(
    note('how OIDC_ISSUER and OAUTH_ISSUER write their tokens; default: oidc, the specifications alone', 'okta'),
  ),
  OAUTH_ISSUER: strict(secureUrl).meta(
    note('a further issuer, for one that is described by OAUTH_JWKS_URL and OAUTH_AUDIENCE', 'https://idp.example.com'),
  ),
  OAUTH_JWKS_URL: strict(secureAddress).meta(
    note(
      'address of the keys of OAUTH_ISSUER; when set nothing is discovered',
      'https://idp.example.com/.well-known/jwks.json',
    ),
  ),
  ENABLE_OAUTH: optional(text).meta(
    note('a variable of chat front ends: not used here, and the start says so; see OAUTH_ENABLED', 'true'),
  ),
  OAUTH_REDIRECT_URI: optional(text).meta(
    note(
      'a variable of chat front ends: not used here, and neither are OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET beside it unless OAUTH_ISSUER_URL is set',
      'https://chat.example.com/oauth/callback',
    ),
  ),
  ISSUERS_FILE: strict(text).meta(
    note('YAML list of issuers, for several of a kind', '/etc/cloudwatch-mcp/issuers.yaml'),
  ),
  OAUTH_ISSUER_URL: strict(secureUrl).meta(
    note('authorization server whose opaque tokens are accepted (RFC 7662)', 'https://auth.example.com'),
  ),
  OAUTH_CLIENT_ID: strict(clientId).meta(
    note('the client id this server asks after opaque tokens with', 'cloudwatch-mcp-server'),
  ),
  OAUTH_CLIENT_SECRET: strict(text).meta(note('the secret of that client', 'a-long-random-secret')),
  OAUTH_INTROSPECTION_URL: strict(secureAddress).meta(
    note(
      'address that says whether a token is active; default: from the metadata of OAUTH_ISSUER_URL',
      'https://auth.example.com/oauth2/introspect',
    ),
  ),
  OAUTH_AUDIENCE: strict(list).meta(note('accepted audiences, exact match', 'https://mcp.example.com/mcp')),
  OAUTH_ALLOWED_CLIENTS: strict(list).meta(
    note('client ids whose tokens are accepted; unset: any of the issuer', 'librechat,vscode'),
  ),
  OAUTH_REQUIRED_SCOPES: strict(scopeList).meta(
    note('scopes every access token must carry, exact match; API keys carry none and are not asked', 'cw:read'),
  ),
  TOOL_SCOPES: strict(toolScopes).meta(
    note(
      'a scope for each tool family; without it its tools are neither listed nor run',
      'logs=cw:query,metrics=cw:read,alarms=cw:read',
    ),
  ),
  ACCEPT_ID_TOKENS: optional(flag).meta(note('accept ID tokens although OAUTH_AUDIENCE is set', 'true')),
  API_KEYS: strict(text).meta(
    note('API keys, comma separated: keys of 32 characters or more, or label:sha256:hex', 'ci:sha256:<64 hex digits>'),
  ),
  API_KEYS_FILE: strict(text).meta(
    note('file with one API key a line, read again every 10 seconds', '/etc/cloudwatch-mcp/api-keys.txt'),
  ),
  API_KEY_CREDENTIALS: optional(oneOf('server')).meta(
    note("API-key callers use the server's own AWS identity", 'server'),
  ),
  AWS_REGION: optional(text).meta(note('default region of a call', 'eu-west-1')),
  AWS_ALLOWED_REGIONS: strict(list).meta(
    note('regions a call may name; default: all of the partition', 'us-east-1,eu-west-1'),
  ),
  AWS_CLOUDWATCH_ROLE_ARN: strict(roleArn).meta(
    note(
      'role every caller assumes unless their token selects another',
      'arn:aws:iam::111122223333:role/CloudWatchReader',
    ),
  ),
  AWS_ALLOWED_ROLE_ARNS: strict(roleArns).meta(
    note(
      'roles a token may select by the claim ROLE_CLAIM names',
      'arn:aws:iam::111122223333:role/TeamA,arn:aws:iam::444455556666:role/TeamB',
    ),
  ),
  ROLE_CLAIM: strict(text).meta(
    note("claim by which a token selects among its holder's roles; default custom:role_arn", 'custom:role_arn'),
  ),
  ACCESS_FILE: strict(text).meta(
    note(
      'YAML file with several accounts and who may use which, read again every 10 seconds',
      '/etc/cloudwatch-mcp/access.yaml',
    ),
  ),
  AWS_ROLE_EXTERNAL_ID: strict(externalId).meta(
    note('external id sent with AssumeRole', '6f1c9a52-0d7e-4f0a-9b53-2d6e8a9c7f10'),
  ),
  AWS_CREDENTIAL_EXCHANGE: optional(oneOf(...ISSUER_EXCHANGES)).meta(
    note('how a token becomes AWS credentials', 'assume-role'),
  ),
  AWS_SESSION_POLICY: strict(sessionPolicy).meta(
    note(
      'IAM policy that narrows every role session, at most 2,048 characters of JSON',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:*","cloudwatch:*"],"Resource":"*"}]}',
    ),
  ),
  TOKEN_CLAIM_CREDENTIALS: optional(flag).meta(
    note(
      'use temporary AWS keys carried in the claims aws_access_key_id, aws_secret_access_key and aws_session_token',
      'true',
    ),
  ),
  AWS_PROFILE: optional(text).meta(note('AWS profile for local use without authentication', 'dev')),
  AWS_ENDPOINT_URL: optional(secureUrl).meta(note('another address for all AWS calls', 'http://127.0.0.1:4566')),
  INSECURE_ALLOW_AWS_ENDPOINT: optional(flag).meta(note("allow AWS_ENDPOINT_URL outside AWS's own domains", 'true')),
  TOOLSETS: strict(toolsets).meta(
    note('tools to offer: logs, metrics, alarms, promql, log-indexes, or all', 'logs,metrics,alarms'),
  ),
  RESULT_BUDGET_BYTES: optional(integer(10_000, 900_000)).meta(
    note('what the list of one answer may weigh, in bytes of JSON; the rest is fetched by a cursor', '100000'),
  ),
  INSIGHTS_MAX_SCAN_GB: optional(integer(1, 1_000_000)).meta(
    note('a query that is estimated to scan more GB than this runs only when its caller confirms it', '100'),
  ),
  INSIGHTS_MAX_QUERIES_PER_USER: optional(integer(1, 100)).meta(
    note('Logs Insights queries one caller may have running, on each replica', '3'),
  ),
  INSIGHTS_MAX_QUERIES_PER_ACCOUNT: optional(integer(1, 100)).meta(
    note('Logs Insights queries that may run in one account and region, on each replica', '25'),
  ),
  ALLOWED_LOG_GROUPS: strict(logGroupPatterns).meta(
    note(
      'log groups that the tools read, by name or by the beginning of names and *; default: all that roles allow',
      '/aws/lambda/*,/shop/checkout',
    ),
  ),
  MASK_SECRETS: optional(flag).meta(
    note('false shows keys, tokens and passwords found in log text as they are', 'true'),
  ),
  STATE_SECRET: strict(secrets).meta(
    note(
      'secret that seals query and session ids, the same on all replicas; two while rotating',
      'output of: openssl rand -base64 48',
    ),
  ),
  RATE_LIMIT_PER_USER: optional(integer(1, 1_000_000)).meta(note('requests a minute for each caller', '120')),
  RATE_LIMIT_FAILED_AUTH: optional(integer(1, 1_000_000)).meta(
    note('failed authentications a minute for each address', '20'),
  ),
  EXPECTED_REPLICAS: optional(integer(1, 10_000)).meta(
    note('replicas among which the limits are divided without Redis, or while it fails', '3'),
  ),
  MAX_STREAMS_PER_USER: optional(integer(1, 10_000)).meta(
    note('streams one caller may have open at the same time, on each replica', '5'),
  ),
  MAX_STREAMS: optional(integer(1, 100_000)).meta(note('streams of all callers, on each replica', '500')),
  MCP_LEGACY_SESSIONS: optional(flag).meta(
    note(
      'true keeps sessions for clients of specification revisions before 2026-07-28, each on the replica it began on',
      'true',
    ),
  ),
  MCP_SESSION_IDLE_SECONDS: optional(integer(1, 86_400)).meta(
    note('seconds after which a session nothing is heard of ends', '900'),
  ),
  REDIS_URL: strict(redisAddress).meta(
    note('Redis in which replicas count limits together', 'rediss://:password@redis.example.com:6379'),
  ),
  AWS_CALL_RATE: optional(decimal(0.01, 10_000)).meta(
    note(
      "calls a second to each AWS operation, as a multiple of AWS's default quotas; more than 1 for accounts with raised quotas, less to leave room for others",
      '0.5',
    ),
  ),
  AUDIT_LOG: strict(logTarget).meta(
    note(
      'where security events go, whatever LOG_LEVEL: stdout, stderr or the path of a file; default: part of the log',
      '/var/log/cloudwatch-mcp/audit.jsonl',
    ),
  ),
  LOG_LEVEL: optional(logLevel).meta(note('DEBUG, INFO, WARNING, ERROR or CRITICAL', 'INFO')),
  FASTMCP_LOG_LEVEL: optional(logLevel).meta(note('older name of LOG_LEVEL', 'INFO')),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof typeof settingsSchema.shape;

/** What the documentation says of a variable. */
export function settingNotes(name: SettingName): SettingNotes {
  return settingsSchema.shape[name].meta() as unknown as SettingNotes;
}
