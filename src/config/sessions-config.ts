import type { Findings } from './findings.js';
import type { Settings } from './settings.js';

/** Sessions for clients of specification revisions before 2026-07-28. */
export interface SessionsConfig {
  /** So long a session is kept of which nothing is heard. */
  readonly idleSeconds: number;
}

/** Assembles the sessions; undefined: none are kept. */
export function assembleSessions(settings: Settings, findings: Findings): SessionsConfig | undefined {
  if (settings.MCP_LEGACY_SESSIONS !== true) return undefined;
  if ((settings.EXPECTED_REPLICAS ?? 1) > 1) {
    findings.warnings.push(
      'MCP_LEGACY_SESSIONS is set with several replicas: a session lives in one of them. Route each client to the same replica by the Mcp-Session-Id header; elsewhere its requests are answered with 404.',
    );
  }
  return { idleSeconds: settings.MCP_SESSION_IDLE_SECONDS ?? 900 };
}
