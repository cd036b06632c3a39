import type { Findings } from './findings.js';
import { type SettingName, type Settings, settingNotes } from './settings.js';

/** Where opaque tokens are asked after (RFC 7662), and what one must be. */
export interface IntrospectionSettings {
  /** The authorization server; the issuer of every principal it vouches for. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Absent: what the metadata of the issuer says. */
  readonly endpoint?: string;
  /** Accepted `aud` values, exact match. */
  readonly audiences: readonly string[];
  /** Empty: any client of the issuer. */
  readonly allowedClients: readonly string[];
}

/** Without all three there is nobody to ask, or no way to say who asks. */
const REQUIRED = ['OAUTH_ISSUER_URL', 'OAUTH_CLIENT_ID', 'OAUTH_CLIENT_SECRET'] as const satisfies SettingName[];

/** Introspection when it is configured; half a configuration of it is a problem. */
export function assembleIntrospection(
  settings: Settings,
  resource: string,
  findings: Findings,
): IntrospectionSettings | undefined {
  const {
    OAUTH_ISSUER_URL: issuer,
    OAUTH_CLIENT_ID: clientId,
    OAUTH_CLIENT_SECRET: clientSecret,
    OAUTH_INTROSPECTION_URL: endpoint,
  } = settings;
  if (issuer !== undefined && clientId !== undefined && clientSecret !== undefined) {
    return {
      issuer,
      clientId,
      clientSecret,
      ...(endpoint !== undefined && { endpoint }),
      audiences: settings.OAUTH_AUDIENCE ?? [resource],
      allowedClients: settings.OAUTH_ALLOWED_CLIENTS ?? [],
    };
  }
  const given = [...REQUIRED, 'OAUTH_INTROSPECTION_URL' as const].filter((name) => settings[name] !== undefined);
  if (given.length === 0) return undefined;
  const missing = REQUIRED.filter((name) => settings[name] === undefined);
  const examples = missing.map((name) => `${name}=${settingNotes(name).example}`).join(' ');
  findings.problems.push(`${given.join(', ')}: opaque tokens need ${missing.join(' and ')} too (example: ${examples})`);
  return undefined;
}
