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

const EVERY_EVENT: readonly SecurityEvent[] = [
  { name: 'auth.success', request: REQUEST, principal: ALICE, audienceCount: 1 },
  { name: 'auth.failure', request: REQUEST, reason: 'bad_signature', method: 'jwt', fingerprint: '0123456789ab' },
  {
    name: 'tool.called',
    requestId: 'r-1',
    principal: ALICE,
    tool: 'get_metric_data',
    outcome: 'ok',
    durationMs: 12.34,
  },
  { name: 'tool.denied', requestId: 'r-1', principal: ALICE, tool: 'get_metric_data', reason: 'region' },
  { name: 'credentials.exchanged', requestId: 'r-1', principal: ALICE, kind: 'assume-role', expiresAt: new Date(0) },
  { name: 'credentials.refused', requestId: 'r-1', principal: ALICE, kind: 'assume-role', code: 'credentials_refused' },
  {
    name: 'aws.called',
    requestId: 'r-1',
    principal: ALICE,
    service: 'cloudwatch',
    operation: 'GetMetricData',
    region: 'eu-west-1',
    account: '111122223333',
    outcome: 'ok',
    durationMs: 5,
  },
  { name: 'issuer.keys', issuer: 'https://idp.example.com', outcome: 'failed', detail: 'timeout' },
];

let log: RecordedLog;
let metrics: SecurityMetricsService;
let events: SecurityEventsService;

beforeEach(() => {
  log = new RecordedLog();
  metrics = new SecurityMetricsService();
  events = new SecurityEventsService(createLog('info', log), metrics);
});

describe('SecurityEventsService', () => {
  it.each(EVERY_EVENT.map((event) => [event.name, event] as const))(
    'writes one line for %s [D1][D2]',
    (name, event) => {
      events.record(event);
      expect(log.lines).toMatchObject([{ msg: name, event: { name }, level: expect.any(String) as string }]);
      expect(log.lines[0]?.request_id).toBe(name === 'issuer.keys' ? undefined : 'r-1');
      expect(JSON.stringify(log.lines)).not.toContain('canary');
    },
  );

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
    expect(text.match(/^mcp_tool_calls_total\{/gm)).toHaveLength(101);
    expect(text).toContain('mcp_tool_calls_total{tool="other",outcome="ok"} 900');
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
