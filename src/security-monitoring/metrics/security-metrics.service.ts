import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SecurityEvent } from '../security-event.js';

/** More distinct tool names than this are counted as `other`: a series is never made from free text. */
const MAX_TOOL_NAMES = 100;

/** Counts security events for Prometheus. No label holds a user, an address, a key, a log group or free text. */
@Injectable()
export class SecurityMetricsService {
  readonly registry = new Registry();
  readonly #toolNames = new Set<string>();

  readonly #authSuccess = this.#counter('mcp_auth_success_total', 'Requests authenticated', ['method']);
  readonly #authFailures = this.#counter('mcp_auth_failures_total', 'Authentication attempts refused', [
    'method',
    'reason',
  ]);
  readonly #toolCalls = this.#counter('mcp_tool_calls_total', 'Tool calls by outcome', ['tool', 'outcome']);
  readonly #toolDenied = this.#counter('mcp_tool_denied_total', 'Tool calls refused before AWS was asked', ['reason']);
  readonly #awsCalls = this.#counter('mcp_aws_calls_total', 'Calls of AWS APIs', ['service', 'operation', 'outcome']);
  readonly #exchanges = this.#counter('mcp_credential_exchanges_total', 'Exchanges of a caller for AWS credentials', [
    'kind',
    'outcome',
  ]);
  readonly #issuerKeys = this.#counter('mcp_issuer_keys_total', 'Signing keys of issuers: fetches and refused keys', [
    'outcome',
  ]);
  readonly #introspections = this.#counter('mcp_introspections_total', 'Opaque tokens looked up, by outcome', [
    'outcome',
  ]);
  readonly #keysReloadFailed = new Gauge({
    name: 'mcp_api_keys_reload_failed',
    help: '1 while API_KEYS_FILE cannot be used and the keys read before stay in force',
    registers: [this.registry],
  });
  readonly #dropped = this.#counter('mcp_events_dropped_total', 'Security events that could not be recorded', []);
  readonly #toolDuration = new Histogram({
    name: 'mcp_tool_call_duration_seconds',
    help: 'Duration of tool calls',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [this.registry],
  });

  /** Counts one event. */
  count(event: SecurityEvent): void {
    switch (event.name) {
      case 'auth.success':
        return this.#authSuccess.inc({ method: event.principal.method });
      case 'auth.failure':
        return this.#authFailures.inc({ method: event.method, reason: event.reason });
      case 'tool.called':
        this.#toolDuration.observe(event.durationMs / 1000);
        return this.#toolCalls.inc({ tool: this.#boundedTool(event.tool), outcome: event.outcome });
      case 'tool.cancelled':
        return this.#toolCalls.inc({ tool: this.#boundedTool(event.tool), outcome: 'cancelled' });
      case 'tool.denied':
        return this.#toolDenied.inc({ reason: event.reason });
      case 'credentials.exchanged':
        return this.#exchanges.inc({ kind: event.kind, outcome: 'ok' });
      case 'credentials.refused':
        return this.#exchanges.inc({ kind: event.kind, outcome: 'error' });
      case 'aws.called':
        return this.#awsCalls.inc({ service: event.service, operation: event.operation, outcome: event.outcome });
      case 'issuer.keys':
        return this.#issuerKeys.inc({ outcome: event.outcome });
      case 'token.introspected':
        return this.#introspections.inc({ outcome: event.outcome });
      case 'api-keys.reload':
        return this.#keysReloadFailed.set(event.outcome === 'failed' ? 1 : 0);
    }
  }

  /** Counts an event that could not be recorded. */
  countDropped(): void {
    this.#dropped.inc();
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #boundedTool(name: string): string {
    if (this.#toolNames.size < MAX_TOOL_NAMES) this.#toolNames.add(name);
    return this.#toolNames.has(name) ? name : 'other';
  }
}
