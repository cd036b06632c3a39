import { randomBytes } from 'node:crypto';
import { ConfigurationInvalid } from '../errors.js';
import { assembleAuth, type AuthConfig, isDueToAbsent } from './auth-config.js';
import { assembleAws, type AwsConfig } from './aws-config.js';
import type { Findings } from './findings.js';
import { withoutFrontEnd } from './front-end-variables.js';
import { assembleHttp, type HttpConfig, resourceOf } from './http-config.js';
import { assembleLimits, type LimitsConfig } from './limits-config.js';
import { assembleScopes, type ScopeRules } from './scopes.js';
import { assembleMetrics, type MetricsConfig } from './metrics-config.js';
import { assembleSessions, type SessionsConfig } from './sessions-config.js';
import { type SettingName, type Settings, settingNotes, settingsSchema } from './settings.js';
import { assembleTools, type ToolsConfig } from './tools-config.js';

/** The whole configuration, validated; built once at start by `loadAppConfig`. */
export interface AppConfig {
  readonly http: HttpConfig;
  readonly auth: AuthConfig;
  readonly scopes: ScopeRules;
  readonly aws: AwsConfig;
  readonly tools: ToolsConfig;
  readonly limits: LimitsConfig;
  readonly metrics: MetricsConfig;
  /** Absent: no sessions are kept. */
  readonly sessions?: SessionsConfig;
  /** The first seals, all of them open. */
  readonly stateSecrets: readonly [string, ...string[]];
  /** False: the secret is random, known to this replica only, until it restarts. */
  readonly stateSecretConfigured: boolean;
  readonly logLevel: string;
  /**
   * Where security events go, whatever the log level: `stdout`, `stderr` or the path of a file. Undefined: they are part
   * of the log, as its level allows.
   */
  readonly auditLog?: string;
  /** For the start line: settings that work but that an operator should know of. */
  readonly warnings: readonly string[];
}

/** Injection token of the configuration. */
export const APP_CONFIG = Symbol('APP_CONFIG');

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
      ? assemble(rest.data).problems.filter(
          (problem) => !broken.some((name) => problem.includes(name)) && !isDueToAbsent(broken, problem),
        )
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

function assemble(given: Settings): { config: AppConfig; problems: readonly string[] } {
  const findings: Findings = { problems: [], warnings: [] };
  const settings = withoutFrontEnd(given, findings);
  const auth = assembleAuth(settings, resourceOf(settings), findings);
  const config: AppConfig = {
    http: assembleHttp(settings, auth.enabled, findings),
    auth,
    scopes: assembleScopes(settings, auth, findings),
    aws: assembleAws(settings, auth, findings),
    tools: assembleTools(settings),
    limits: assembleLimits(settings, findings),
    metrics: assembleMetrics(settings, findings),
    sessions: assembleSessions(settings, findings),
    stateSecrets: stateSecrets(settings, findings),
    stateSecretConfigured: settings.STATE_SECRET !== undefined,
    logLevel: settings.LOG_LEVEL ?? settings.FASTMCP_LOG_LEVEL ?? 'info',
    auditLog: settings.AUDIT_LOG,
    warnings: findings.warnings,
  };
  return { config, problems: findings.problems };
}

function stateSecrets(settings: Settings, findings: Findings): [string, ...string[]] {
  const [first, ...others] = settings.STATE_SECRET ?? [];
  if (first !== undefined) return [first, ...others];
  findings.warnings.push(
    'STATE_SECRET is not set: query ids are valid on this replica only, until it restarts. Run a single replica or set it.',
  );
  return [randomBytes(32).toString('base64')];
}
