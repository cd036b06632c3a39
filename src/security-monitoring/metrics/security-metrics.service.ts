import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PRODUCT } from '../../config/version.js';
import { AUTH_FAILURE_REASONS, type AttemptMethod, type LogStream, type SecurityEvent } from '../security-event.js';
import { isProviderTrouble, isSuspicious } from './failure-class.js';
import { LabelValues } from './label-values.js';

const MAX_TOOL_NAMES = 45;
const MAX_AWS_OPERATIONS = 40;
const BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const PRESENTED: readonly AttemptMethod[] = ['jwt', 'introspection', 'api-key', 'unknown'];
const THROTTLED = /throttl|toomanyrequests|slowdown|requestlimitexceeded/i;

/** Is told of every event. */
export type EventListener = (event: SecurityEvent) => void;

/** Counts security events for Prometheus. No label holds a user, an address, a key, a log group or free text. */
@Injectable()
export class SecurityMetricsService {
  readonly registry = new Registry();
  readonly #tools = new LabelValues(MAX_TOOL_NAMES);
  readonly #operations = new LabelValues(MAX_AWS_OPERATIONS);
  readonly #listeners: EventListener[] = [];

  readonly #authSuccess = this.#counter('mcp_auth_success_total', 'Requests authenticated', ['method']);
  readonly #authFailures = this.#counter('mcp_auth_failures_total', 'Authentication attempts refused', [
    'method',
    'reason',
  ]);
  readonly #toolCalls = this.#counter('mcp_tool_calls_total', 'Tool calls by outcome', ['tool', 'outcome']);
  readonly #toolDenied = this.#counter('mcp_tool_denied_total', 'Tool calls refused before AWS was asked', ['reason']);
  readonly #awsCalls = this.#counter('mcp_aws_calls_total', 'Calls of AWS APIs', ['service', 'operation', 'outcome']);
  readonly #awsThrottles = this.#counter('mcp_aws_throttles_total', 'Calls that AWS refused for their rate', [
    'service',
  ]);
  readonly #bytesScanned = this.#counter(
    'mcp_insights_bytes_scanned_total',
    'Bytes of logs that Insights queries scanned, as their results say',
    [],
  );
  readonly #credentialsSought = this.#counter(
    'mcp_credentials_cache_total',
    'Calls whose credentials were at hand (hit) or had to be exchanged for (miss)',
    ['outcome'],
  );
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
  readonly #reloadFailed = new Gauge({
    name: 'mcp_config_file_reload_failed',
    help: '1 while a file, named by its variable, cannot be used and what was read before stays in force',
    labelNames: ['file'],
    registers: [this.registry],
  });
  readonly #dropped = this.#counter('mcp_events_dropped_total', 'Security events that could not be recorded', []);
  readonly #linesLost: Readonly<Record<LogStream, Counter>> = {
    audit: this.#counter('mcp_audit_dropped_total', 'Lines of the audit log lost because it could not be written', []),
    application: this.#counter('mcp_log_dropped_total', 'Lines of the log lost because it could not be written', []),
  };
  readonly #exportFailures = this.#counter('mcp_metrics_export_failures_total', 'Tries to put metrics that failed', []);
  readonly #exportDropped = this.#counter(
    'mcp_metrics_export_dropped_total',
    'Data points given up after CloudWatch had not taken them for long',
    [],
  );
  readonly #toolDuration = new Histogram({
    name: 'mcp_tool_call_duration_seconds',
    help: 'Duration of tool calls',
    buckets: BUCKETS_SECONDS,
    registers: [this.registry],
  });
  readonly #requestDuration = new Histogram({
    name: 'mcp_request_duration_seconds',
    help: 'Duration of messages of the protocol, to the last byte of the answer',
    labelNames: ['method'],
    buckets: BUCKETS_SECONDS,
    registers: [this.registry],
  });

  constructor() {
    new Gauge({
      name: 'mcp_build_info',
      help: 'The version that runs, as a label',
      labelNames: ['version'],
      registers: [this.registry],
    }).set({ version: PRODUCT.version }, 1);
    // What an alert adds up begins at zero: Prometheus sees no increase in a series that is new.
    for (const reason of AUTH_FAILURE_REASONS.filter((each) => isSuspicious(each) || isProviderTrouble(each))) {
      for (const method of PRESENTED) this.#authFailures.inc({ method, reason }, 0);
    }
  }

  /** Has every event told to a listener too, which must not throw. */
  listen(listener: EventListener): void {
    this.#listeners.push(listener);
  }

  /** Counts one event. */
  count(event: SecurityEvent): void {
    this.#count(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Counts an event that could not be recorded. */
  countDropped(): void {
    this.#dropped.inc();
  }

  /** Counts lines that were lost because their log could not be written. */
  countLinesLost(stream: LogStream, lines: number): void {
    this.#linesLost[stream].inc(lines);
  }

  #count(event: SecurityEvent): void {
    switch (event.name) {
      case 'auth.success':
        return this.#authSuccess.inc({ method: event.principal.method });
      case 'auth.failure':
        return this.#authFailures.inc({ method: event.method, reason: event.reason });
      case 'tool.called':
        this.#toolDuration.observe(event.durationMs / 1000);
        return this.#toolCalls.inc({ tool: this.#tools.bounded(event.tool), outcome: event.outcome });
      case 'tool.cancelled':
        return this.#toolCalls.inc({ tool: this.#tools.bounded(event.tool), outcome: 'cancelled' });
      case 'tool.denied':
        return this.#toolDenied.inc({ reason: event.reason });
      case 'credentials.exchanged':
        return this.#exchanges.inc({ kind: event.kind, outcome: 'ok' });
      case 'credentials.refused':
        return this.#exchanges.inc({ kind: event.kind, outcome: 'error' });
      case 'aws.called':
        return this.#countAwsCall(event);
      case 'issuer.keys':
        return this.#issuerKeys.inc({ outcome: event.outcome });
      case 'token.introspected':
        return this.#introspections.inc({ outcome: event.outcome });
      case 'api-keys.reload':
        return this.#keysReloadFailed.set(event.outcome === 'failed' ? 1 : 0);
      case 'config-file.reload':
        return this.#reloadFailed.set({ file: event.file }, event.outcome === 'failed' ? 1 : 0);
      case 'mcp.answered':
        return this.#requestDuration.observe({ method: event.method }, event.durationMs / 1000);
      case 'credentials.sought':
        return this.#credentialsSought.inc({ outcome: event.outcome });
      case 'metrics.export':
        if (event.outcome === 'failed') this.#exportFailures.inc();
        return this.#exportDropped.inc(event.dropped);
      case 'limits.shared':
      case 'log.restored':
        return undefined;
    }
  }

  #countAwsCall(event: Extract<SecurityEvent, { name: 'aws.called' }>): void {
    const { service, outcome, awsErrorName = '', bytesScanned = 0 } = event;
    this.#awsCalls.inc({ service, operation: this.#operations.bounded(event.operation), outcome });
    if (THROTTLED.test(awsErrorName)) this.#awsThrottles.inc({ service });
    this.#bytesScanned.inc(bytesScanned);
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}
