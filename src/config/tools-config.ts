import type { z } from 'zod';
import type { Settings } from './settings.js';
import { list, refuse } from './setting-types.js';

/** What TOOLSETS switches on; the tools of `accounts` are always there. */
export const TOOLSETS = ['logs', 'metrics', 'alarms', 'promql', 'log-indexes'] as const;

export type Toolset = (typeof TOOLSETS)[number] | 'accounts';

/** The families TOOL_SCOPES can ask a scope for. */
export type ToolFamily = 'logs' | 'metrics' | 'alarms' | 'accounts';

const DEFAULT_TOOLSETS: readonly Toolset[] = ['logs', 'metrics', 'alarms'];
const FAMILIES: Readonly<Partial<Record<Toolset, ToolFamily>>> = { promql: 'metrics', 'log-indexes': 'logs' };
const LOG_GROUP_PATTERN = /^[.\-_/#A-Za-z0-9]{1,512}\*?$/;

/** What the tools may do and how much they answer. */
export interface ToolsConfig {
  readonly toolsets: readonly Toolset[];
  /** What the list of one answer may weigh, in bytes of JSON. */
  readonly resultBudgetBytes: number;
  /** A query estimated to scan more than so many GB (10^9 bytes) needs the caller's confirmation. */
  readonly maxScanGb: number;
  /** Running Logs Insights queries, for each replica. */
  readonly maxQueriesPerUser: number;
  readonly maxQueriesPerAccount: number;
  readonly maskSecrets: boolean;
  /** Names of log groups, or beginnings of names that end in `*`; undefined: all the caller's role can read. */
  readonly allowedLogGroups?: readonly string[];
}

/** The family whose scope the tools of a toolset need. */
export function familyOf(toolset: Toolset): ToolFamily {
  return FAMILIES[toolset] ?? (toolset as ToolFamily);
}

/** Names of toolsets, comma separated, or `all`. */
export function toolsets(value: string, ctx: z.RefinementCtx): readonly Toolset[] | typeof z.NEVER {
  const names = list(value, ctx);
  if (!Array.isArray(names)) return names;
  if (names.includes('all')) return TOOLSETS;
  const known = TOOLSETS.filter((toolset) => names.includes(toolset));
  if (known.length === new Set(names).size) return known;
  return refuse(ctx, `must be a list of ${TOOLSETS.join(', ')}, or all`);
}

/** Log group names, or beginnings of names that end in `*`, comma separated. */
export function logGroupPatterns(value: string, ctx: z.RefinementCtx): readonly string[] | typeof z.NEVER {
  const patterns = list(value, ctx);
  if (!Array.isArray(patterns)) return patterns;
  if (patterns.every((pattern) => LOG_GROUP_PATTERN.test(pattern))) return patterns;
  return refuse(ctx, 'entries must be log group names, or beginnings of names followed by *');
}

/** Assembles what the tools may do. */
export function assembleTools(settings: Settings): ToolsConfig {
  return {
    toolsets: [...(settings.TOOLSETS ?? DEFAULT_TOOLSETS), 'accounts'],
    resultBudgetBytes: settings.RESULT_BUDGET_BYTES ?? 100_000,
    maxScanGb: settings.INSIGHTS_MAX_SCAN_GB ?? 100,
    maxQueriesPerUser: settings.INSIGHTS_MAX_QUERIES_PER_USER ?? 3,
    maxQueriesPerAccount: settings.INSIGHTS_MAX_QUERIES_PER_ACCOUNT ?? 25,
    maskSecrets: settings.MASK_SECRETS ?? true,
    allowedLogGroups: settings.ALLOWED_LOG_GROUPS,
  };
}
