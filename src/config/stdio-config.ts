import { randomBytes } from 'node:crypto';
import { type AppConfig, loadAppConfig } from './app-config.js';
import { AUTHENTICATION_OFF } from './auth-config.js';
import type { SettingName } from './settings.js';

/** What concerns many callers, or how they reach the server: without meaning for the one local user. */
export const NOT_FOR_STDIO: ReadonlySet<SettingName> = new Set([
  'PUBLIC_URL',
  'CLOUDWATCH_MCP_PORT',
  'CLOUDWATCH_MCP_SERVER_HOST',
  'METRICS_PORT',
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'METRICS_CLOUDWATCH',
  'METRICS_EMF',
  'ALLOWED_HOSTS',
  'CORS_ALLOWED_ORIGINS',
  'TRUSTED_PROXIES',
  'ENABLE_AUTH',
  'AUTH_ENABLED',
  'INSECURE_ALLOW_NO_AUTH',
  'OAUTH_ENABLED',
  'AWS_IDENTITY_CENTER_ISSUER',
  'AWS_IDENTITY_CENTER_CLIENT_ID',
  'AWS_IDENTITY_CENTER_REGION',
  'AWS_IDENTITY_CENTER_START_URL',
  'AWS_COGNITO_REGION',
  'AWS_COGNITO_USER_POOL_ID',
  'AWS_COGNITO_CLIENT_ID',
  'AWS_COGNITO_IDENTITY_POOL_ID',
  'OIDC_ISSUER',
  'OIDC_CLIENT_ID',
  'OIDC_PROFILE',
  'OAUTH_ISSUER',
  'OAUTH_JWKS_URL',
  'ENABLE_OAUTH',
  'OAUTH_REDIRECT_URI',
  'ISSUERS_FILE',
  'OAUTH_ISSUER_URL',
  'OAUTH_CLIENT_ID',
  'OAUTH_CLIENT_SECRET',
  'OAUTH_INTROSPECTION_URL',
  'OAUTH_AUDIENCE',
  'OAUTH_ALLOWED_CLIENTS',
  'OAUTH_REQUIRED_SCOPES',
  'TOOL_SCOPES',
  'ACCEPT_ID_TOKENS',
  'API_KEYS',
  'API_KEYS_FILE',
  'API_KEY_CREDENTIALS',
  'AWS_CLOUDWATCH_ROLE_ARN',
  'AWS_ALLOWED_ROLE_ARNS',
  'ROLE_CLAIM',
  'ACCESS_FILE',
  'AWS_ROLE_EXTERNAL_ID',
  'AWS_CREDENTIAL_EXCHANGE',
  'TOKEN_CLAIM_CREDENTIALS',
  'RATE_LIMIT_PER_USER',
  'RATE_LIMIT_FAILED_AUTH',
  'EXPECTED_REPLICAS',
  'MAX_STREAMS_PER_USER',
  'MAX_STREAMS',
  'MCP_LEGACY_SESSIONS',
  'MCP_SESSION_IDLE_SECONDS',
  'REDIS_URL',
  'MCP_LEGACY_SESSIONS',
  'MCP_SESSION_IDLE_SECONDS',
]);

/**
 * Reads the configuration of a server for one local user: no authentication, no port, and a secret of its own where none
 * is set. What concerns only a server for many is not read, and one warning names it.
 * @throws ConfigurationInvalid as `loadAppConfig`
 */
export function loadStdioConfig(env: Readonly<Record<string, string | undefined>>): AppConfig {
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  const unread = given.flatMap(([name, value]) => (isNotForStdio(name) && !saysOff(name, value) ? [name] : []));
  const config = loadAppConfig({
    STATE_SECRET: randomBytes(32).toString('base64'),
    ...Object.fromEntries(given.filter(([name]) => !isNotForStdio(name))),
    ENABLE_AUTH: 'false',
  });
  const warnings = config.warnings.filter((warning) => warning !== AUTHENTICATION_OFF);
  return { ...config, warnings: unread.length === 0 ? warnings : [notRead(unread), ...warnings] };
}

function isNotForStdio(name: string): boolean {
  return NOT_FOR_STDIO.has(name as SettingName);
}

/** What asks for what is the case anyway. */
function saysOff(name: string, value: string | undefined): boolean {
  return (name === 'ENABLE_AUTH' || name === 'AUTH_ENABLED') && value?.toLowerCase() === 'false';
}

function notRead(names: readonly string[]): string {
  return `stdio serves the one local user with AWS_PROFILE or the default AWS credentials. Not used: ${names.join(', ')}.`;
}
