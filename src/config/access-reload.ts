import { readFileSync } from 'node:fs';
import { type AccessSurroundings } from './access-entries.js';
import { loadAccessFile } from './access-file.js';
import type { AccessRules } from './access-rules.js';
import { parseApiKeysFile } from './api-keys.js';
import type { AuthConfig } from './auth-config.js';
import type { AwsConfig } from './aws-config.js';
import type { Findings, Reading } from './findings.js';

/** What the rules of `ACCESS_FILE` are checked against. */
export function accessSurroundings(
  { issuers, introspection, apiKeys }: AuthConfig,
  { region, allowedRegions }: Pick<AwsConfig, 'region' | 'allowedRegions'>,
): AccessSurroundings {
  const accepted = introspection === undefined ? issuers : [...issuers, introspection];
  return {
    region,
    allowedRegions,
    issuers: accepted.map(({ issuer }) => issuer),
    apiKeys: apiKeys.map(({ label }) => label),
  };
}

/** The rules a file holds now, checked as at start; keys that came into API_KEYS_FILE since then count too. */
export function readAccessRules(path: string, auth: AuthConfig, aws: AwsConfig): Reading<AccessRules> {
  const findings: Findings = { problems: [], warnings: [] };
  const around = accessSurroundings(auth, aws);
  const rules = loadAccessFile(path, { ...around, apiKeys: [...around.apiKeys, ...laterLabels(auth)] }, findings);
  return findings.problems.length === 0 ? { value: rules } : { problems: findings.problems };
}

function laterLabels({ apiKeysFile }: AuthConfig): string[] {
  if (apiKeysFile === undefined) return [];
  try {
    return parseApiKeysFile(readFileSync(apiKeysFile.path), []).entries.map(({ label }) => label);
  } catch {
    // Whoever reads the keys says what is wrong with their file.
    return [];
  }
}
