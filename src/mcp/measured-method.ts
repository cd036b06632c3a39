import { MCP_METHODS, type McpMethod } from '../security-monitoring/security-event.js';

const MEASURED: ReadonlySet<unknown> = new Set(MCP_METHODS);

/**
 * Under which method the duration of a message counts; undefined where there is none to speak of: a notification has no
 * answer, and a subscription lasts as long as its client likes.
 */
export function measuredMethod({ id, method }: { id?: unknown; method?: unknown }): McpMethod | undefined {
  if (id === undefined || method === 'subscriptions/listen') return undefined;
  return MEASURED.has(method) ? (method as McpMethod) : 'other';
}
