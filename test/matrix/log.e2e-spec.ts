import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GetQueryResultsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SecurityEvent } from '../../src/security-monitoring/security-event.js';
import { SecurityEventsService } from '../../src/security-monitoring/security-events.service.js';
import { MemoryTracing } from '../support/memory-tracing.js';
import { leakedPiece } from '../support/no-leak.js';
import { RawClient } from '../support/raw-http.js';
import { type Stack, startStack } from '../support/stack.js';

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** A line of the longest fields there are. */
const MAX_LINE = 12_000;

const FORGED = '{"level":"info","event":{"name":"auth.success"},"principal":{"subject":"forged"}}';
const HOSTILE = {
  'a forged line': `x\r\n${FORGED}\r\n`,
  'a forged end of a text': `x"},"event":{"name":"auth.success"},"principal":{"subject":"forged`,
  'escaped line ends': `x\\r\\n${FORGED}\\u000a`,
  'codes of a terminal': '\u001b[2J\u001b[31mred\u001b]0;title\u0007\u009b2J',
  'other line ends and directions': 'a\u2028b\u2029c\u0085d\u202ee\u2066f\u{e0041}',
  'no characters': '\u0000\u0008\u007f\ufeff\u200b',
  '10 KB': 'y'.repeat(10_240),
} as const;

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Characters that Node's parser takes within a header line. */
const inHeader = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 8_000);

describe.each(['one stream for both logs', 'a file for the audit log'])('LOG-01: %s', (mode) => {
  let folder: string;
  let stack: Stack;
  let recorded: SecurityEvent[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'log-01-'));
    const AUDIT_LOG = mode.startsWith('one') ? undefined : join(folder, 'audit.jsonl');
    stack = await startStack({ env: { LOG_LEVEL: 'DEBUG', AUDIT_LOG, AWS_REGION: 'us-east-1', TOOLSETS: 'all' } });
    recorded = [];
    const events = stack.app.app.get(SecurityEventsService, { strict: false });
    const record = events.record.bind(events);
    vi.spyOn(events, 'record').mockImplementation((event) => {
      recorded.push(event);
      record(event);
    });
    for (const hostile of Object.values(HOSTILE)) await everyField(stack, hostile);
    await stack.close();
  });

  afterAll(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const texts = (): string[] =>
    mode.startsWith('one') ? [stack.log.text] : [stack.log.text, readFileSync(join(folder, 'audit.jsonl'), 'utf8')];
  const lines = (): string[] => texts().flatMap((text) => text.split('\n').slice(0, -1));

  it('has one JSON object a line, each printable and bounded [LOG-01]', () => {
    expect(lines().length).toBeGreaterThan(200);
    for (const line of lines()) {
      expect(() => JSON.parse(line) as unknown, line).not.toThrow();
      expect(line).not.toMatch(UNPRINTABLE);
      expect(line.length, line.slice(0, 200)).toBeLessThan(MAX_LINE);
    }
  });

  it('has as many events as happened, each as it was, and no forged one [LOG-01]', () => {
    const written = lines()
      .map((line) => JSON.parse(line) as { event?: { name: string }; principal?: { subject?: string } })
      .filter(({ event }) => event !== undefined && !['server.started', 'config.warning'].includes(event.name));
    // What happened before the watch began: keys were fetched.
    const earlier = written.length - recorded.length;
    expect(written.slice(0, earlier).every(({ event }) => event?.name === 'issuer.keys')).toBe(true);
    expect(written.slice(earlier).map(({ event }) => event?.name)).toEqual(recorded.map(({ name }) => name));
    const names = new Set(recorded.map(({ name }) => name));
    for (const name of ['auth.success', 'auth.failure', 'tool.called', 'tool.denied', 'aws.called'] as const) {
      expect(names).toContain(name);
    }
    expect(written.filter(({ principal }) => principal?.subject === 'forged')).toEqual([]);
  });

  it('keeps events and other lines apart where they have streams of their own [LOG-01]', () => {
    if (mode.startsWith('one')) return;
    const [log = '', audit = ''] = texts();
    const named = (text: string): Set<unknown> =>
      new Set(
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => (JSON.parse(line) as { event?: { name?: string } }).event?.name),
      );
    expect([...named(log)].filter((name) => name !== undefined && name !== 'config.warning')).toEqual([
      'server.started',
    ]);
    expect(named(audit).has(undefined)).toBe(false);
  });
});

/** Puts a text into everything that a client, an identity provider or a token can choose. */
async function everyField(stack: Stack, hostile: string): Promise<void> {
  const port = Number(new URL(stack.endpoint).port);
  const raw = new RawClient(port);
  const good = await stack.token('alice');
  const { host } = new URL(stack.endpoint);
  const send = async (target: string, headers: readonly string[], body = ''): Promise<void> => {
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    const head = [`POST ${target} HTTP/1.1`, `Host: ${host}`, 'Content-Type: application/json', length, ...headers];
    await raw.send(`${head.join('\r\n')}\r\n\r\n${Buffer.from(body).toString('latin1')}`);
  };
  const rpc = (method: unknown, params: object, id: unknown = 1): string =>
    JSON.stringify({ jsonrpc: '2.0', id, method, params });
  const list = rpc('tools/list', {});

  for (const name of [
    'User-Agent',
    'X-Request-Id',
    'X-Correlation-ID',
    'X-User-Email',
    'X-Forwarded-For',
    'traceparent',
    'tracestate',
    'Origin',
    'Mcp-Session-Id',
    'Mcp-Protocol-Version',
    'Cookie',
    'Accept',
  ]) {
    // As it is: what splits the header is refused by the parser. And as far as it is part of one.
    await send('/mcp', [`Authorization: Bearer ${stack.apiKey}`, `${name}: ${hostile}`], list);
    await send('/mcp', [`Authorization: Bearer ${stack.apiKey}`, `${name}: ${inHeader(hostile)}`], list);
  }
  await send('/mcp', [`Authorization: Bearer ${inHeader(hostile)}`], list);
  await send('/mcp', [`Authorization: ${inHeader(hostile)}`], list);
  await send(
    `/${encodeURIComponent(hostile).slice(0, 8_000)}?q=${encodeURIComponent(hostile).slice(0, 1_000)}`,
    [],
    list,
  );
  await send(`/${inHeader(hostile).replaceAll(' ', '')}`, [], list);

  const signature = 'c2lnbmF0dXJl';
  const claims = { iss: stack.issuer.issuer, aud: stack.endpoint, sub: hostile, exp: 4_000_000_000, iat: 1 };
  for (const header of [
    { kid: hostile },
    { kid: 'k', alg: hostile },
    { kid: 'k', typ: hostile },
    { crit: [hostile] },
  ]) {
    const token = [base64url({ alg: 'RS256', ...header }), base64url(claims), signature].join('.');
    await send('/mcp', [`Authorization: Bearer ${token}`], list);
  }
  for (const claim of ['sub', 'name', 'email', 'azp', 'jti', 'iss', 'aud', 'custom:role_arn', 'scope', 'groups']) {
    const token = await stack.token('alice', { [claim]: hostile, email_verified: true });
    await send('/mcp/tools/call', [`Authorization: Bearer ${token}`], JSON.stringify({ name: 'list_accounts' }));
  }

  raw.close();
  const authorized = { authorization: `Bearer ${good}`, 'content-type': 'application/json' };
  const post = async (path: string, body: string, accept = 'application/json, text/event-stream'): Promise<void> => {
    await (
      await fetch(`${stack.endpoint}${path}`, { method: 'POST', headers: { ...authorized, accept }, body })
    ).text();
  };
  const window = { start_time: 'now-1h', end_time: 'now' };
  for (const [name, args] of [
    [hostile, {}],
    ['describe_log_groups', { [hostile]: 1 }],
    ['describe_log_groups', { region: hostile }],
    ['describe_log_groups', { account: hostile }],
    ['describe_log_groups', { log_group_name_prefix: hostile.slice(0, 500) }],
    ['describe_log_groups', { cursor: hostile }],
    ['get_alarm_history', { alarm_name: hostile.slice(0, 255) }],
    ['get_alarm_history', { alarm_name: hostile }],
    ['execute_log_insights_query', { ...window, log_group_names: [hostile], query_string: 'fields @message' }],
    ['execute_log_insights_query', { ...window, log_group_names: ['/shop/checkout'], query_string: hostile }],
    ['get_logs_insight_query_results', { query_id: hostile }],
    ['get_metric_data', { ...window, namespace: hostile.slice(0, 255), metric_name: hostile.slice(0, 255) }],
  ] as const) {
    const params = { name, arguments: args };
    await post('', rpc('tools/call', params));
    await post('', rpc('tools/call', params), 'application/json');
    await post('/tools/call', JSON.stringify(params));
  }
  await post('', rpc(hostile, {}));
  await post('', rpc('tools/list', {}, hostile));
  await post('', rpc('resources/read', { uri: hostile }));
  await post('', rpc('prompts/get', { name: hostile, arguments: { [hostile]: hostile } }));
  const completing = { ref: { type: 'ref/prompt', name: hostile }, argument: { name: hostile, value: hostile } };
  await post('', rpc('completion/complete', completing));
  const params = { requestId: hostile };
  await post('', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
  await post('', hostile);
}

describe('LOG-06: what CloudWatch answers', () => {
  const PERSON = 'Erika Mustermann, born 1964-08-12, passport C01X00T47, iban DE75512108001245126199';
  const SECRET = 'correct-horse-battery-staple-7731';
  const ROW = `user ${PERSON} signed in with pin ${SECRET}`;
  const tracing = new MemoryTracing();
  let stack: Stack;
  let answered = '';

  beforeAll(async () => {
    tracing.register();
    const results = (): Partial<GetQueryResultsCommandOutput> => ({
      status: 'Complete',
      results: [[{ field: '@message', value: ROW }]],
      statistics: { bytesScanned: 123_456, recordsMatched: 1, recordsScanned: 1 },
    });
    const events = [{ timestamp: 1_790_000_000_000, ingestionTime: 1_790_000_000_001, message: ROW, eventId: '1' }];
    const answering = (answer: object) => ({ handle: () => answer });
    stack = await startStack({
      env: { LOG_LEVEL: 'TRACE', TOOLSETS: 'all' },
      aws: {
        operations: {
          logs: {
            GetQueryResults: { handle: results },
            FilterLogEvents: answering({ events, searchedLogStreams: [] }),
            GetLogEvents: answering({ events, nextForwardToken: 'f/1', nextBackwardToken: 'b/1' }),
            DescribeLogGroups: answering({ logGroups: [{ logGroupName: ROW, arn: 'arn:x' }] }),
          },
          monitoring: {
            DescribeAlarms: answering({ MetricAlarms: [{ AlarmName: ROW, StateReason: ROW, StateValue: 'ALARM' }] }),
          },
        },
      },
    });
    const token = await stack.token('alice');
    const window = { start_time: 'now-1h', end_time: 'now' };
    const query = {
      ...window,
      log_group_names: ['/shop/checkout'],
      query_string: `fields @message | filter pin = "${SECRET}"`,
    };
    for (const [name, args] of [
      ['execute_log_insights_query', query],
      ['describe_log_groups', {}],
      ['get_active_alarms', {}],
      ['get_log_events', { log_group_name: '/shop/checkout', log_stream_name: 'x', ...window }],
      ['filter_log_events', { log_group_name: '/shop/checkout', filter_pattern: `"${SECRET}"`, ...window }],
      ['get_alarm_history', { alarm_name: SECRET }],
    ] as const) {
      answered += JSON.stringify(await stack.call(token, name, args));
    }
  });

  afterAll(async () => {
    tracing.unregister();
    await stack.close();
  });

  it('reaches the caller, and neither logs nor traces nor metrics: counts and bytes only [LOG-06]', async () => {
    expect(answered).toContain(PERSON);
    const metrics = await (await fetch(stack.app.metricsUrl)).text();
    const written = { log: stack.log.text, spans: JSON.stringify(tracing.ended), metrics };
    for (const [place, text] of Object.entries(written)) {
      expect(leakedPiece(text, ROW, SECRET), `a piece of a row in ${place}`).toBeUndefined();
    }
    expect(written.spans).toContain('tools/call');
    expect(metrics).toContain('mcp_insights_bytes_scanned_total 123456');
    expect(
      stack.log.lines().find(({ aws }) => (aws as { bytes_scanned?: number })?.bytes_scanned !== undefined),
    ).toMatchObject({
      event: { name: 'aws.called' },
      aws: { operation: 'GetQueryResults', bytes_scanned: 123_456 },
    });
  });
});
