import type { ApiKeyEntry } from './api-key-entries.js';
import { type ApiKeysFile, assembleApiKeys } from './api-keys.js';
import type { Findings } from './findings.js';
import { assembleIntrospection, type IntrospectionSettings } from './introspection-settings.js';
import { assembleIssuers } from './issuer-config.js';
import type { IssuerSettings } from './issuer-settings.js';
import { OAUTH_VARIABLES } from './issuer-variables.js';
import type { SettingName, Settings } from './settings.js';

/** Who may call. */
export interface AuthConfig {
  readonly enabled: boolean;
  readonly issuers: readonly IssuerSettings[];
  /** Absent: an opaque text is an API key or nothing. */
  readonly introspection?: IntrospectionSettings;
  /** Every key accepted at start. */
  readonly apiKeys: readonly ApiKeyEntry[];
  /** Present when keys may change while the server runs. */
  readonly apiKeysFile?: ApiKeysFile;
  /** Where people see their accounts and roles in AWS; shown to them and used for nothing. */
  readonly accessPortal?: string;
}

const KEY_VARIABLES = ['API_KEYS', 'API_KEYS_FILE'] as const;

/** Any of these lets somebody in. */
const WAYS_IN = [...OAUTH_VARIABLES, ...KEY_VARIABLES];

const NO_WAY_IN = `No way in is configured. Set one of:
      OIDC_ISSUER and OIDC_CLIENT_ID   people sign in at your identity provider,  e.g. OIDC_ISSUER=https://idp.example.com OIDC_CLIENT_ID=cloudwatch-mcp
      API_KEYS                         machines present a key,                    e.g. API_KEYS=ci:sha256:<64 hex digits>
    and the role they use in AWS:
      AWS_CLOUDWATCH_ROLE_ARN          e.g. AWS_CLOUDWATCH_ROLE_ARN=arn:aws:iam::111122223333:role/CloudWatchReader
    or, on your own machine only:
      ENABLE_AUTH=false                one local user with AWS_PROFILE or the default AWS credentials
    To see it work with no configuration at all: npm run demo`;

/** The warning of a server without authentication. */
export const AUTHENTICATION_OFF =
  'AUTHENTICATION IS OFF: everyone who reaches this server uses its AWS credentials. For local work only.';

/** Whether a problem found without some variables is due to their absence: one of them was to let somebody in. */
export function isDueToAbsent(absent: readonly SettingName[], problem: string): boolean {
  return problem === NO_WAY_IN && WAYS_IN.some((name) => absent.includes(name));
}

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
    findings.warnings.push(AUTHENTICATION_OFF);
    return { enabled, issuers: [], apiKeys: [] };
  }
  const keys = assembleApiKeys(settings, findings, Date.now() / 1000);
  const accessPortal = settings.AWS_IDENTITY_CENTER_START_URL;
  const issuers = assembleIssuers(settings, resource, findings);
  const introspection =
    settings.OAUTH_ENABLED === false ? undefined : assembleIntrospection(settings, resource, findings);
  if (WAYS_IN.every((name) => settings[name] === undefined)) findings.problems.push(NO_WAY_IN);
  else if (settings.OAUTH_ENABLED === false && KEY_VARIABLES.every((name) => settings[name] === undefined))
    findings.problems.push(`OAUTH_ENABLED: is false, and without ${KEY_VARIABLES.join(' or ')} nobody could call`);
  return { enabled, issuers, accessPortal, ...(introspection !== undefined && { introspection }), ...keys };
}
