import { beforeEach, describe, expect, it } from 'vitest';
import { labelProblems, seriesIn } from '../../demo/soak/metric-labels.js';
import type { Principal } from '../../principal.js';
import {
  AUTH_FAILURE_REASONS,
  type AttemptMethod,
  MCP_METHODS,
  type RequestFacts,
  type SecurityEvent,
} from '../security-event.js';
import { SecurityMetricsService } from './security-metrics.service.js';

const METHODS: readonly AttemptMethod[] = ['jwt', 'introspection', 'api-key', 'none', 'unknown'];
const request: RequestFacts = {
  requestId: 'r',
  correlationId: 'c',
  clientIp: '203.0.113.9',
  method: 'POST',
  path: '/',
};
const principal = { issuer: 'https://idp', subject: 'user-1', method: 'jwt', displayName: 'user-1' } as Principal;

let metrics: SecurityMetricsService;

beforeEach(() => {
  metrics = new SecurityMetricsService();
});

const text = (): Promise<string> => metrics.registry.metrics();

/** Series as `name{labels} value`. */
const lines = async (): Promise<ReadonlySet<string>> =>
  new Set((await text()).split('\n').filter((line) => line !== '' && !line.startsWith('#')));

describe('SecurityMetricsService', () => {
  it.each(AUTH_FAILURE_REASONS)(
    'counts one failure for %s up by one in one series and in no other [LOG-07]',
    async (reason) => {
      for (const method of METHODS) {
        metrics = new SecurityMetricsService();
        const before = await lines();
        metrics.count({ name: 'auth.failure', request, reason, method });
        const changed = [...(await lines())].filter((line) => !before.has(line));
        expect(changed).toEqual([`mcp_auth_failures_total{method="${method}",reason="${reason}"} 1`]);
      }
    },
  );

  it('has no series for a reason that is not in the list [LOG-07]', async () => {
    const reasons = new Set(seriesIn(await text()).map(({ labels }) => labels['reason']));
    reasons.delete(undefined);
    expect([...reasons].filter((reason) => !AUTH_FAILURE_REASONS.some((known) => known === reason))).toEqual([]);
  });

  it('begins every failure that an alert adds up at zero: Prometheus sees no increase in a new series [D4]', async () => {
    const zero = seriesIn(await text()).filter(({ name }) => name === 'mcp_auth_failures_total');
    const reasons = new Set(zero.map(({ labels }) => labels['reason']));
    expect(reasons).toContain('bad_signature');
    expect(reasons).toContain('idp_unavailable');
    expect(reasons).not.toContain('missing');
    for (const method of ['jwt', 'introspection', 'api-key', 'unknown']) {
      expect(zero.filter(({ labels }) => labels['method'] === method)).toHaveLength(reasons.size);
    }
  });

  it('stays under 500 series without a name of anybody, whatever names come [D3] [ISO-14]', async () => {
    const hostile = (n: number): string => `user-${n}@example.com\n"} 1 203.0.113.${n % 256}`;
    for (const reason of AUTH_FAILURE_REASONS) {
      for (const method of METHODS) metrics.count({ name: 'auth.failure', request, reason, method });
    }
    for (let n = 0; n < 2_000; n++) {
      const tool = n < 40 ? `tool_${n}` : hostile(n);
      for (const outcome of ['ok', 'error'] as const) {
        metrics.count({ name: 'tool.called', requestId: 'r', principal, tool, outcome, durationMs: 1 });
        metrics.count(awsCall(n < 40 ? `Operation${n}` : hostile(n), outcome));
      }
      metrics.count({ name: 'tool.cancelled', requestId: 'r', principal, tool, durationMs: 1 });
      metrics.count({ name: 'issuer.keys', issuer: hostile(n), outcome: 'failed', detail: hostile(n) });
    }
    for (const method of MCP_METHODS) {
      metrics.count({ name: 'mcp.answered', requestId: 'r', method, durationMs: 20 });
    }
    const series = seriesIn(await text());
    expect(series.length).toBeLessThanOrEqual(500);
    expect(new Set(series.map(({ labels }) => labels['tool']))).toContain('other');
    const named = series.filter(({ labels }) => !['tool', 'operation'].some((label) => label in labels));
    expect(labelProblems(named.filter(({ name }) => !name.startsWith('mcp_request')))).toEqual([]);
  });

  it('counts throttled calls, scanned bytes, cached credentials and durations by method', async () => {
    metrics.count({ ...awsCall('StartQuery', 'error'), awsErrorName: 'ThrottlingException' });
    metrics.count({ ...awsCall('GetQueryResults', 'ok'), bytesScanned: 4096 });
    metrics.count({ name: 'credentials.sought', outcome: 'hit' });
    metrics.count({ name: 'mcp.answered', requestId: 'r', method: 'tools/call', durationMs: 90 });
    const counted = await lines();
    expect(counted).toContain('mcp_aws_throttles_total{service="logs"} 1');
    expect(counted).toContain('mcp_insights_bytes_scanned_total 4096');
    expect(counted).toContain('mcp_credentials_cache_total{outcome="hit"} 1');
    expect(counted).toContain('mcp_request_duration_seconds_bucket{le="0.1",method="tools/call"} 1');
    const buckets = [...counted].filter((line) => line.startsWith('mcp_request_duration_seconds_bucket'));
    expect(buckets.filter((line) => !line.includes('+Inf'))).toHaveLength(8);
    expect([...counted].filter((line) => line.startsWith('mcp_build_info{version="'))).toHaveLength(1);
  });
});

function awsCall(operation: string, outcome: 'ok' | 'error'): Extract<SecurityEvent, { name: 'aws.called' }> {
  const place = { service: 'logs', operation, region: 'us-east-1', account: '111111111111' };
  return { name: 'aws.called', requestId: 'r', principal, ...place, outcome, durationMs: 1 };
}
