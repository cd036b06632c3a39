import { type ApiKeyEntry, parseApiKeys } from './api-key-entries.js';
import type { Findings } from './findings.js';
import { type Settings, settingNotes } from './settings.js';

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

/** Who may call. */
export interface AuthConfig {
  readonly enabled: boolean;
  readonly issuers: readonly IssuerSettings[];
  readonly apiKeys: readonly ApiKeyEntry[];
}

const NO_WAY_IN = `No way in is configured. Set one of:
      OIDC_ISSUER and OIDC_CLIENT_ID   people sign in at your identity provider,  e.g. OIDC_ISSUER=https://idp.example.com OIDC_CLIENT_ID=cloudwatch-mcp
      API_KEYS                         machines present a key,                    e.g. API_KEYS=ci:sha256:<64 hex digits>
    and the role they use in AWS:
      AWS_CLOUDWATCH_ROLE_ARN          e.g. AWS_CLOUDWATCH_ROLE_ARN=arn:aws:iam::111122223333:role/CloudWatchReader
    or, on your own machine only:
      ENABLE_AUTH=false                one local user with AWS_PROFILE or the default AWS credentials
    To see it work with no configuration at all: npm run demo`;

/** Assembles what decides who may call; what is wrong or worth knowing goes to the two lists. */
export function assembleAuth(settings: Settings, resource: string, findings: Findings): AuthConfig {
  const off = (value: string | undefined): boolean => value?.toLowerCase() === 'false';
  if (
    settings.ENABLE_AUTH !== undefined &&
    settings.AUTH_ENABLED !== undefined &&
    off(settings.ENABLE_AUTH) !== off(settings.AUTH_ENABLED)
  ) {
    findings.problems.push('ENABLE_AUTH and AUTH_ENABLED disagree; set only ENABLE_AUTH');
  }
  const enabled = !off(settings.ENABLE_AUTH ?? settings.AUTH_ENABLED);
  if (!enabled) {
    findings.warnings.push(
      'AUTHENTICATION IS OFF: everyone who reaches this server uses its AWS credentials. For local work only.',
    );
    return { enabled, issuers: [], apiKeys: [] };
  }
  const keys = settings.API_KEYS === undefined ? { entries: [], problems: [] } : parseApiKeys(settings.API_KEYS);
  findings.problems.push(...keys.problems);
  const issuers =
    settings.OIDC_ISSUER === undefined ? [] : [oidcIssuer(settings, settings.OIDC_ISSUER, resource, findings)];
  if (settings.OIDC_ISSUER === undefined) {
    for (const name of ['OIDC_CLIENT_ID', 'OAUTH_AUDIENCE', 'OAUTH_ALLOWED_CLIENTS'] as const) {
      if (settings[name] !== undefined)
        findings.problems.push(
          `${name}: is set without OIDC_ISSUER (example: OIDC_ISSUER=${settingNotes('OIDC_ISSUER').example})`,
        );
    }
  }
  if (settings.OIDC_ISSUER === undefined && settings.API_KEYS === undefined) findings.problems.push(NO_WAY_IN);
  return { enabled, issuers, apiKeys: keys.entries };
}

function oidcIssuer(settings: Settings, issuer: string, resource: string, findings: Findings): IssuerSettings {
  const clientId = settings.OIDC_CLIENT_ID;
  const acceptIdTokens =
    settings.OAUTH_AUDIENCE === undefined ? clientId !== undefined : (settings.ACCEPT_ID_TOKENS ?? false);
  if (settings.OAUTH_AUDIENCE === undefined && clientId !== undefined) {
    findings.warnings.push(
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
