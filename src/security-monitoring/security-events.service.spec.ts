import { beforeEach, describe, expect, it } from 'vitest';
import { RecordedLog } from '../../test/support/border-app.js';
import { PresentedToken, type Principal } from '../principal.js';
import { createLog } from './audit/log.factory.js';
import { SecurityMetricsService } from './metrics/security-metrics.service.js';
import { AUTH_FAILURE_REASONS, type RequestFacts, type SecurityEvent } from './security-event.js';
import { SecurityEventsService } from './security-events.service.js';

const REQUEST: RequestFacts = {
  requestId: 'r-1',
  correlationId: 'c-1',
  clientIp: '203.0.113.9',
  method: 'POST',
  path: '/mcp',
};

const ALICE: Principal = {
  issuer: 'https://idp.example.com',
  subject: 'alice-1',
  method: 'jwt',
  displayName: 'Alice',
  email: 'alice@example.com',
  clientId: 'librechat',
  scopes: ['cw:read'],
  groups: ['ops'],
  claims: { secret_claim: 'canary-claim' },
  token: new PresentedToken('canary-token'),
};

const CALL = { requestId: 'r-1', principal: ALICE, tool: 'get_metric_data' };
const EXCHANGE = { requestId: 'r-1', principal: ALICE, kind: 'assume-role', durationMs: 40 };

/** One of each: what is added to the union and not here does not compile. */
const ONE_OF_EACH: { readonly [N in SecurityEvent['name']]: Extract<SecurityEvent, { name: N }> } = {
  'auth.success': { name: 'auth.success', request: REQUEST, principal: ALICE, audienceCount: 1 },
  'auth.failure': {
    name: 'auth.failure',
    request: REQUEST,
    reason: 'bad_signature',
    method: 'jwt',
    fingerprint: '0123456789ab',
  },
  'tool.called': {
    name: 'tool.called',
    ...CALL,
    target: { region: 'eu-west-1', account: '111122223333', sessionName: 'alice-abc' },
    outcome: 'ok',
    durationMs: 12.34,
  },
  'tool.cancelled': { name: 'tool.cancelled', ...CALL, durationMs: 3 },
  'tool.denied': { name: 'tool.denied', ...CALL, reason: 'region' },
  'credentials.exchanged': { name: 'credentials.exchanged', ...EXCHANGE, expiresAt: new Date(0) },
  'credentials.refused': { name: 'credentials.refused', ...EXCHANGE, code: 'credentials_refused' },
  'aws.called': {
    name: 'aws.called',
    requestId: 'r-1',
    principal: ALICE,
    service: 'cloudwatch',
    operation: 'GetMetricData',
    region: 'eu-west-1',
    account: '111122223333',
    sessionName: 'alice-abc',
    outcome: 'ok',
    awsRequestId: 'aws-1',
    durationMs: 5,
  },
  'issuer.keys': { name: 'issuer.keys', issuer: 'https://idp.example.com', outcome: 'failed', detail: 'timeout' },
  'token.introspected': { name: 'token.introspected', issuer: 'https://idp.example.com', outcome: 'active' },
  'api-keys.reload': { name: 'api-keys.reload', outcome: 'loaded', keys: 2 },
  'config-file.reload': { name: 'config-file.reload', file: 'ACCESS_FILE', outcome: 'loaded' },
  'limits.shared': { name: 'limits.shared', outcome: 'degraded' },
  'mcp.answered': { name: 'mcp.answered', requestId: 'r-1', method: 'tools/call', durationMs: 7 },
  'credentials.sought': { name: 'credentials.sought', outcome: 'hit' },
  'metrics.export': { name: 'metrics.export', outcome: 'failed', waiting: 1, dropped: 0 },
  'log.restored': { name: 'log.restored', stream: 'audit', fault: 'ENOSPC', lostLines: 2 },
};
const EVERY_EVENT: readonly SecurityEvent[] = Object.values(ONE_OF_EACH);

let log: RecordedLog;
let metrics: SecurityMetricsService;
let events: SecurityEventsService;

beforeEach(() => {
  log = new RecordedLog();
  metrics = new SecurityMetricsService();
  events = new SecurityEventsService(createLog('debug', log), metrics);
});

describe('SecurityEventsService', () => {
  it.each(EVERY_EVENT.map((event) => [event.name, event] as const))(
    'writes one line for %s [D1][D2]',
    (name, event) => {
      events.record(event);
      expect(log.lines).toMatchObject([{ msg: name, event: { name }, level: expect.any(String) as string }]);
      expect(log.lines[0]?.request_id).toBe('request' in event || 'requestId' in event ? 'r-1' : undefined);
      expect(JSON.stringify(log.lines)).not.toContain('canary');
    },
  );

  it('says of a call who made it, where it went and how it ended, and of an AWS call what CloudTrail says [D2][LOG-04]', () => {
    events.record(ONE_OF_EACH['tool.called']);
    events.record(ONE_OF_EACH['tool.denied']);
    events.record(ONE_OF_EACH['aws.called']);
    const place = { region: 'eu-west-1', account: '111122223333', session: 'alice-abc' };
    expect(log.lines).toMatchObject([
      { tool: { name: 'get_metric_data', outcome: 'ok', duration_ms: 12.3 }, aws: place },
      {
        tool: { name: 'get_metric_data', outcome: 'denied', reason: 'region', duration_ms: 0 },
        aws: { region: null, account: null, session: null },
      },
      { aws: { ...place, operation: 'GetMetricData', outcome: 'ok', request_id: 'aws-1', duration_ms: 5 } },
    ]);
    expect(log.lines.map(({ principal }) => (principal as { subject: string }).subject)).toEqual([
      'alice-1',
      'alice-1',
      'alice-1',
    ]);
  });

  it('says who, with the verified e-mail labelled so [D1]', () => {
    events.record({ name: 'auth.success', request: REQUEST, principal: ALICE });
    expect(log.lines[0]?.principal).toEqual({
      issuer: 'https://idp.example.com',
      subject: 'alice-1',
      method: 'jwt',
      name: 'Alice',
      client: 'librechat',
      email: 'alice@example.com',
      email_verified: true,
    });
    const { email: _, ...withoutEmail } = ALICE;
    events.record({ name: 'auth.success', request: REQUEST, principal: withoutEmail });
    expect(log.lines[1]?.principal).not.toHaveProperty('email');
  });

  it('says of a failure when, from where, at what, why and a hash of the credential [D1]', () => {
    events.record({
      name: 'auth.failure',
      request: REQUEST,
      reason: 'bad_signature',
      method: 'jwt',
      fingerprint: '0123456789ab',
    });
    expect(log.lines[0]).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      level: 'warn',
      request_id: 'r-1',
      correlation_id: 'c-1',
      client: { ip: '203.0.113.9' },
      http: { method: 'POST', path: '/mcp' },
      auth: { method: 'jwt', reason: 'bad_signature', fingerprint: '0123456789ab' },
    });
  });

  it.each([
    ['missing', 'info'],
    ['expired', 'info'],
    ['bad_signature', 'warn'],
    ['idp_unavailable', 'error'],
  ] as const)('logs %s as %s', (reason, level) => {
    events.record({ name: 'auth.failure', request: REQUEST, reason, method: 'jwt' });
    expect(log.lines[0]?.level).toBe(level);
  });

  it('counts every reason once, under its method [D3]', async () => {
    for (const reason of AUTH_FAILURE_REASONS) {
      events.record({ name: 'auth.failure', request: REQUEST, reason, method: 'jwt' });
    }
    const text = await metrics.registry.metrics();
    for (const reason of AUTH_FAILURE_REASONS) {
      expect(text).toContain(`mcp_auth_failures_total{method="jwt",reason="${reason}"} 1`);
    }
  });

  it('counts refused calls by reason, calls by tool and outcome, AWS calls by operation', async () => {
    for (const event of EVERY_EVENT) events.record(event);
    const text = await metrics.registry.metrics();
    for (const line of [
      'mcp_auth_success_total{method="jwt"} 1',
      'mcp_tool_denied_total{reason="region"} 1',
      'mcp_tool_calls_total{tool="get_metric_data",outcome="ok"} 1',
      'mcp_tool_call_duration_seconds_count 1',
      'mcp_aws_calls_total{service="cloudwatch",operation="GetMetricData",outcome="ok"} 1',
      'mcp_credential_exchanges_total{kind="assume-role",outcome="ok"} 1',
      'mcp_credential_exchanges_total{kind="assume-role",outcome="error"} 1',
      'mcp_issuer_keys_total{outcome="failed"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).not.toMatch(/alice|203\.0\.113|idp\.example|111122223333/i);
  });

  it('keeps the series bounded however many tool names it is given', async () => {
    for (let index = 0; index < 1000; index += 1) {
      const tool = `tool-${index}`;
      events.record({ name: 'tool.called', requestId: 'r', principal: ALICE, tool, outcome: 'ok', durationMs: 1 });
    }
    const text = await metrics.registry.metrics();
    expect(text.match(/^mcp_tool_calls_total\{/gm)).toHaveLength(46);
    expect(text).toContain('mcp_tool_calls_total{tool="other",outcome="ok"} 955');
  });

  it('keeps a line under 1 KB and on one line whatever the client sends', () => {
    const hostile = '\r\n{"event":{"name":"auth.success"}}\u001b[2J'.repeat(400);
    events.record({
      name: 'auth.failure',
      request: { ...REQUEST, path: hostile },
      reason: 'malformed',
      method: 'unknown',
      detail: hostile,
    });
    expect(log.lines).toHaveLength(1);
    expect(log.bytes).toBeLessThan(1500);
    expect(JSON.stringify(log.lines[0])).not.toContain('\\u001b');
  });

  it('never throws: what cannot be recorded is counted', async () => {
    const broken = { name: 'auth.failure', reason: 'missing', method: 'none' } as unknown as SecurityEvent;
    const hostile = new Proxy(broken, {
      has: () => {
        throw new Error('broken event');
      },
    });
    expect(() => events.record(hostile)).not.toThrow();
    expect(await metrics.registry.metrics()).toContain('mcp_events_dropped_total 1');
  });
});
