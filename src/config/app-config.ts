import { randomBytes } from 'node:crypto';
import { ConfigurationInvalid } from '../errors.js';
import { type ApiKeyEntry, parseApiKeys } from './api-key-entries.js';
import { AWS_REGIONS, regionsOfPartition } from './aws-regions.js';
import { isLoopbackHost, type SettingName, type Settings, settingNotes, settingsSchema } from './settings.js';

/** One trusted issuer of tokens. */
export interface IssuerSettings {
  /** Exactly as in the token's `iss`. */
  readonly issuer: string;
  readonly profile: 'oidc';
  /** Accepted `aud` values, exact match. */
  readonly audiences: readonly string[];
  readonly clientId?: string;
  /** Empty: any client of the issuer. */
  readonly allowedClients: readonly string[];
  readonly acceptIdTokens: boolean;
}

export type CredentialExchangeKind = 'assume-role' | 'web-identity';

/** The whole configuration, validated; built once at start by `loadAppConfig`. */
export interface AppConfig {
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly metricsPort: number;
    /** Origin of this server as clients see it. */
    readonly publicUrl: string;
    /** The protected resource identifier: `publicUrl` + `/mcp` (RFC 9728). */
    readonly resource: string;
    readonly allowedHosts: readonly string[];
    readonly corsAllowedOrigins: readonly string[];
    readonly trustedProxies: readonly string[];
  };
  readonly auth: {
    readonly enabled: boolean;
    readonly issuers: readonly IssuerSettings[];
    readonly apiKeys: readonly ApiKeyEntry[];
  };
  readonly aws: {
    readonly region: string;
    readonly allowedRegions: readonly string[];
    readonly roleArn?: string;
    readonly allowedRoleArns: readonly string[];
    readonly externalId?: string;
    readonly exchange: CredentialExchangeKind;
    /** True only with API_KEY_CREDENTIALS=server. */
    readonly apiKeysUseServerIdentity: boolean;
    readonly profile?: string;
    readonly endpointUrl?: string;
  };
  readonly limits: {
    readonly perUserPerMinute: number;
    readonly failedAuthPerMinute: number;
    readonly expectedReplicas: number;
  };
  /** The first seals, all of them open. */
  readonly stateSecrets: readonly [string, ...string[]];
  readonly logLevel: string;
  /** For the start line: settings that work but that an operator should know of. */
  readonly warnings: readonly string[];
}

/** Injection token of the configuration. */
export const APP_CONFIG = Symbol('APP_CONFIG');

const NO_WAY_IN = `No way in is configured. Set one of:
      OIDC_ISSUER and OIDC_CLIENT_ID   people sign in at your identity provider,  e.g. OIDC_ISSUER=https://idp.example.com OIDC_CLIENT_ID=cloudwatch-mcp
      API_KEYS                         machines present a key,                    e.g. API_KEYS=ci:sha256:<64 hex digits>
    and the role they use in AWS:
      AWS_CLOUDWATCH_ROLE_ARN          e.g. AWS_CLOUDWATCH_ROLE_ARN=arn:aws:iam::111122223333:role/CloudWatchReader
    or, on your own machine only:
      ENABLE_AUTH=false                one local user with AWS_PROFILE or the default AWS credentials
    To see it work with no configuration at all: npm run demo`;

/**
 * Reads the configuration from environment variables.
 * @throws ConfigurationInvalid with every problem at once, each naming its variable, none showing a value
 */
export function loadAppConfig(env: Readonly<Record<string, string | undefined>>): AppConfig {
  const parsed = settingsSchema.safeParse(env);
  if (!parsed.success) {
    // The settings that did parse are still checked against each other, so that one start shows every problem.
    const broken = parsed.error.issues.map((issue) => String(issue.path[0]) as SettingName);
    const rest = settingsSchema.safeParse(
      Object.fromEntries(Object.entries(env).filter(([name]) => !broken.includes(name as SettingName))),
    );
    const crossed = rest.success
      ? assemble(rest.data).problems.filter((problem) => !broken.some((name) => problem.includes(name)))
      : [];
    throw new ConfigurationInvalid([...parsed.error.issues.map(describeIssue), ...crossed]);
  }
  const { config, problems } = assemble(parsed.data);
  if (problems.length > 0) throw new ConfigurationInvalid(problems);
  return config;
}

function describeIssue(issue: { path: PropertyKey[]; message: string }): string {
  const name = String(issue.path[0]) as SettingName;
  return `${name}: ${issue.message} (${settingNotes(name).description}; example: ${name}=${settingNotes(name).example})`;
}

function assemble(settings: Settings): { config: AppConfig; problems: string[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  const publicUrl = settings.PUBLIC_URL ?? 'http://localhost:3334';
  const resource = `${publicUrl}/mcp`;
  const auth = assembleAuth(settings, resource, problems, warnings);
  const config: AppConfig = {
    http: {
      host: listenHost(settings, auth.enabled, problems, warnings),
      port: settings.CLOUDWATCH_MCP_PORT ?? 3334,
      metricsPort: settings.METRICS_PORT ?? 9464,
      publicUrl,
      resource,
      allowedHosts: settings.ALLOWED_HOSTS ?? [new URL(publicUrl).hostname, 'localhost', '127.0.0.1', '[::1]'],
      corsAllowedOrigins: settings.CORS_ALLOWED_ORIGINS ?? [],
      trustedProxies: settings.TRUSTED_PROXIES ?? [],
    },
    auth,
    aws: assembleAws(settings, auth, problems),
    limits: {
      perUserPerMinute: settings.RATE_LIMIT_PER_USER ?? 120,
      failedAuthPerMinute: settings.RATE_LIMIT_FAILED_AUTH ?? 20,
      expectedReplicas: settings.EXPECTED_REPLICAS ?? 1,
    },
    stateSecrets: stateSecrets(settings, warnings),
    logLevel: settings.LOG_LEVEL ?? settings.FASTMCP_LOG_LEVEL ?? 'info',
    warnings,
  };
  return { config, problems };
}

function assembleAuth(settings: Settings, resource: string, problems: string[], warnings: string[]): AppConfig['auth'] {
  const off = (value: string | undefined): boolean => value?.toLowerCase() === 'false';
  if (
    settings.ENABLE_AUTH !== undefined &&
    settings.AUTH_ENABLED !== undefined &&
    off(settings.ENABLE_AUTH) !== off(settings.AUTH_ENABLED)
  ) {
    problems.push('ENABLE_AUTH and AUTH_ENABLED disagree; set only ENABLE_AUTH');
  }
  const enabled = !off(settings.ENABLE_AUTH ?? settings.AUTH_ENABLED);
  if (!enabled) {
    warnings.push(
      'AUTHENTICATION IS OFF: everyone who reaches this server uses its AWS credentials. For local work only.',
    );
    return { enabled, issuers: [], apiKeys: [] };
  }
  const keys = settings.API_KEYS === undefined ? { entries: [], problems: [] } : parseApiKeys(settings.API_KEYS);
  problems.push(...keys.problems);
  const issuers =
    settings.OIDC_ISSUER === undefined ? [] : [oidcIssuer(settings, settings.OIDC_ISSUER, resource, warnings)];
  if (settings.OIDC_ISSUER === undefined) {
    for (const name of ['OIDC_CLIENT_ID', 'OAUTH_AUDIENCE', 'OAUTH_ALLOWED_CLIENTS'] as const) {
      if (settings[name] !== undefined)
        problems.push(
          `${name}: is set without OIDC_ISSUER (example: OIDC_ISSUER=${settingNotes('OIDC_ISSUER').example})`,
        );
    }
  }
  if (settings.OIDC_ISSUER === undefined && settings.API_KEYS === undefined) problems.push(NO_WAY_IN);
  return { enabled, issuers, apiKeys: keys.entries };
}

function oidcIssuer(settings: Settings, issuer: string, resource: string, warnings: string[]): IssuerSettings {
  const clientId = settings.OIDC_CLIENT_ID;
  const acceptIdTokens =
    settings.OAUTH_AUDIENCE === undefined ? clientId !== undefined : (settings.ACCEPT_ID_TOKENS ?? false);
  if (settings.OAUTH_AUDIENCE === undefined && clientId !== undefined) {
    warnings.push(
      `OAUTH_AUDIENCE is not set: tokens for the client id are accepted too, ID tokens among them. Safer: OAUTH_AUDIENCE=${resource}`,
    );
  }
  return {
    issuer,
    profile: 'oidc',
    audiences: settings.OAUTH_AUDIENCE ?? (clientId === undefined ? [resource] : [resource, clientId]),
    clientId,
    allowedClients: settings.OAUTH_ALLOWED_CLIENTS ?? [],
    acceptIdTokens,
  };
}

function assembleAws(settings: Settings, auth: AppConfig['auth'], problems: string[]): AppConfig['aws'] {
  const region = settings.AWS_REGION ?? 'us-east-1';
  const partition = regionsOfPartition(region);
  if (partition === undefined)
    problems.push(`AWS_REGION: is not a published AWS region (example: AWS_REGION=us-east-1)`);
  const allowedRegions = settings.AWS_ALLOWED_REGIONS ?? partition ?? [];
  const published = new Set(Object.values(AWS_REGIONS).flat());
  if (allowedRegions.some((name) => !published.has(name)))
    problems.push(
      'AWS_ALLOWED_REGIONS: names a region AWS has not published (example: AWS_ALLOWED_REGIONS=us-east-1,eu-west-1)',
    );
  else if (partition !== undefined && !allowedRegions.includes(region))
    problems.push('AWS_ALLOWED_REGIONS: does not contain AWS_REGION, the default region of every call');
  if (
    settings.AWS_ENDPOINT_URL !== undefined &&
    !isAwsHost(settings.AWS_ENDPOINT_URL) &&
    settings.INSECURE_ALLOW_AWS_ENDPOINT !== true
  ) {
    problems.push(
      "AWS_ENDPOINT_URL: lies outside AWS's own domains; tokens and signed calls would go there. Set INSECURE_ALLOW_AWS_ENDPOINT=true if that is meant",
    );
  }
  if (auth.enabled && settings.AWS_PROFILE !== undefined)
    problems.push('AWS_PROFILE: is for local use without authentication; remove it, or set ENABLE_AUTH=false');
  const server = settings.API_KEY_CREDENTIALS === 'server';
  if (auth.apiKeys.length > 0 && settings.AWS_CLOUDWATCH_ROLE_ARN === undefined && !server) {
    problems.push(
      "API_KEYS: callers with a key have no AWS role. Set AWS_CLOUDWATCH_ROLE_ARN, give their label a role in ACCESS_FILE, or, to lend them the server's own identity, API_KEY_CREDENTIALS=server",
    );
  }
  if (
    auth.issuers.length > 0 &&
    settings.AWS_CLOUDWATCH_ROLE_ARN === undefined &&
    settings.AWS_ALLOWED_ROLE_ARNS === undefined
  ) {
    problems.push(
      `AWS_CLOUDWATCH_ROLE_ARN: signed-in callers have no AWS role. Set it, or AWS_ALLOWED_ROLE_ARNS for the roles their tokens may select (example: AWS_CLOUDWATCH_ROLE_ARN=${settingNotes('AWS_CLOUDWATCH_ROLE_ARN').example})`,
    );
  }
  return {
    region,
    allowedRegions,
    roleArn: settings.AWS_CLOUDWATCH_ROLE_ARN,
    allowedRoleArns: settings.AWS_ALLOWED_ROLE_ARNS ?? [],
    externalId: settings.AWS_ROLE_EXTERNAL_ID,
    exchange: settings.AWS_CREDENTIAL_EXCHANGE ?? 'assume-role',
    apiKeysUseServerIdentity: server,
    profile: settings.AWS_PROFILE,
    endpointUrl: settings.AWS_ENDPOINT_URL,
  };
}

function isAwsHost(url: string): boolean {
  return /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(url).hostname);
}

function listenHost(settings: Settings, authEnabled: boolean, problems: string[], warnings: string[]): string {
  const host = settings.CLOUDWATCH_MCP_SERVER_HOST;
  if (authEnabled) return host ?? '0.0.0.0';
  if (settings.INSECURE_ALLOW_NO_AUTH === true) {
    warnings.push('INSECURE_ALLOW_NO_AUTH is set: the server listens beyond this machine without authentication.');
    return host ?? '0.0.0.0';
  }
  if (host !== undefined && !isLoopbackHost(host)) {
    problems.push(
      'CLOUDWATCH_MCP_SERVER_HOST: without authentication the server listens on loopback only (example: CLOUDWATCH_MCP_SERVER_HOST=127.0.0.1); INSECURE_ALLOW_NO_AUTH=true overrides that',
    );
  }
  return host ?? '127.0.0.1';
}

function stateSecrets(settings: Settings, warnings: string[]): [string, ...string[]] {
  const [first, ...others] = settings.STATE_SECRET ?? [];
  if (first !== undefined) return [first, ...others];
  warnings.push(
    'STATE_SECRET is not set: query ids are valid on this replica only, until it restarts. Run a single replica or set it.',
  );
  return [randomBytes(32).toString('base64')];
}
