import type { AuthFailureReason, SecurityEvent } from '../security-event.js';

export type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** How much an event concerns an operator. `debug` is for what happens with nearly every request and is only counted. */
export function levelOf(event: SecurityEvent): EventLevel {
  switch (event.name) {
    case 'auth.failure':
      return levelOfFailure(event.reason);
    case 'tool.called':
      return event.code === 'internal' ? 'error' : 'info';
    case 'tool.denied':
    case 'credentials.refused':
      return 'warn';
    case 'aws.called':
      return event.outcome === 'ok' ? 'info' : 'warn';
    case 'issuer.keys':
      return event.outcome === 'fetched' ? 'info' : 'warn';
    case 'token.introspected':
      return levelOfIntrospection(event.outcome);
    case 'api-keys.reload':
    case 'config-file.reload':
      return event.outcome === 'loaded' ? 'info' : 'warn';
    case 'limits.shared':
    case 'metrics.export':
      return event.outcome === 'restored' ? 'info' : 'warn';
    case 'mcp.answered':
    case 'credentials.sought':
      return 'debug';
    case 'log.restored':
      return 'warn';
    case 'auth.success':
    case 'tool.cancelled':
    case 'credentials.exchanged':
      return 'info';
  }
}

/** Nearly every request with an opaque token finds its answer kept: that is counted and not a line in the log. */
function levelOfIntrospection(outcome: 'active' | 'inactive' | 'cached' | 'failed'): EventLevel {
  if (outcome === 'cached') return 'debug';
  return outcome === 'failed' ? 'error' : 'info';
}

/** Every normal sign-in begins without a credential and every token expires: those are no warnings. */
function levelOfFailure(reason: AuthFailureReason): EventLevel {
  if (reason === 'missing' || reason === 'expired') return 'info';
  return reason === 'idp_unavailable' || reason === 'introspection_unavailable' ? 'error' : 'warn';
}
