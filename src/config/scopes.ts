import type { z } from 'zod';
import type { AuthConfig } from './auth-config.js';
import type { Findings } from './findings.js';
import { list, refuse } from './setting-types.js';
import type { ToolFamily } from './tools-config.js';

const FAMILIES: readonly ToolFamily[] = ['logs', 'metrics', 'alarms', 'accounts'];

/** The scopes a token must carry. Names are compared exactly, letter case included: no scope implies another. */
export interface ScopeRules {
  /** Every request of a token holder needs all of them. */
  readonly endpoint: readonly string[];
  /** Beyond those, what the tools of a family need. */
  readonly tools: Readonly<Partial<Record<ToolFamily, string>>>;
}

/** A scope-token of RFC 6749 section 3.3: printable ASCII without space, quote or backslash. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** Scopes separated by commas or, as in a token, by spaces. */
export function scopeList(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const scopes = list(value.replaceAll(/[\s,]+/g, ','), ctx);
  if (!Array.isArray(scopes)) return scopes;
  if (!scopes.every((scope) => SCOPE.test(scope))) return refuse(ctx, 'holds a character that no scope may have');
  return [...new Set(scopes)];
}

/** `family=scope` pairs, comma separated, each family once. */
export function toolScopes(value: string, ctx: z.RefinementCtx): ScopeRules['tools'] | typeof z.NEVER {
  const entries = list(value, ctx);
  if (!Array.isArray(entries)) return entries;
  const scopes: Partial<Record<ToolFamily, string>> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    const family = FAMILIES.find((name) => name === entry.slice(0, Math.max(at, 0)).trim());
    const scope = entry.slice(at + 1).trim();
    if (family === undefined)
      return refuse(ctx, `entries must be ${FAMILIES.map((name) => `${name}=<scope>`).join(' or ')}`);
    if (!SCOPE.test(scope)) return refuse(ctx, `gives ${family} no scope, or one with a character that none may have`);
    if (scopes[family] !== undefined) return refuse(ctx, `names ${family} twice; give each family one scope`);
    scopes[family] = scope;
  }
  return scopes;
}

interface ScopeSettings {
  readonly OAUTH_REQUIRED_SCOPES?: readonly string[] | undefined;
  readonly TOOL_SCOPES?: ScopeRules['tools'] | undefined;
}

/** The rules in force: none without authentication. An operator is told of callers whom they leave without tools. */
export function assembleScopes(settings: ScopeSettings, auth: AuthConfig, findings: Findings): ScopeRules {
  if (!auth.enabled) return { endpoint: [], tools: {} };
  const { OAUTH_REQUIRED_SCOPES: endpoint = [], TOOL_SCOPES: tools = {} } = settings;
  const families = Object.keys(tools);
  if (families.length > 0 && auth.apiKeys.length > 0) {
    findings.warnings.push(
      `TOOL_SCOPES is set: callers with an API key carry no scopes and cannot use the tools of ${families.join(', ')}.`,
    );
  }
  return { endpoint, tools };
}
