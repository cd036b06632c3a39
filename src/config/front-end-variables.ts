import type { Findings } from './findings.js';
import type { SettingName, Settings } from './settings.js';

/** Nothing but a front end that signs people in has these. */
const MARKS = ['ENABLE_OAUTH', 'OAUTH_REDIRECT_URI'] as const satisfies readonly SettingName[];

/** The client of a front end has the same names as the client by which this server asks after opaque tokens. */
const CLIENT = ['OAUTH_CLIENT_ID', 'OAUTH_CLIENT_SECRET'] as const satisfies readonly SettingName[];

/** The settings without what was meant for a front end that shares the environment; what is left out is named. */
export function withoutFrontEnd(settings: Settings, findings: Findings): Settings {
  if (MARKS.every((name) => settings[name] === undefined)) return settings;
  const meant = settings.OAUTH_ISSUER_URL === undefined ? [...MARKS, ...CLIENT] : MARKS;
  const left = meant.filter((name) => settings[name] !== undefined);
  findings.warnings.push(
    `${left.join(', ')}: not used, they are meant for a front end; set them there only. Whether this server takes tokens is OAUTH_ENABLED.`,
  );
  return { ...settings, ...Object.fromEntries(left.map((name) => [name, undefined])) };
}
