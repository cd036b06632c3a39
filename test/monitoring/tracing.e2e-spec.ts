import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EndedSpan, MemoryTracing } from '../support/memory-tracing.js';
import { ALICE_ROLE, eventually, type Stack, startStack } from '../support/stack.js';

const OF_MESSAGE = { trace: 'a'.repeat(32), span: '1'.repeat(16) };
const OF_HTTP = { trace: 'b'.repeat(32), span: '2'.repeat(16) };
const header = ({ trace: traceId, span }: typeof OF_HTTP): string => `00-${traceId}-${span}-01`;

let stack: Stack;
let token: string;
let tracing: MemoryTracing;

beforeAll(async () => {
  tracing = new MemoryTracing().register();
  stack = await startStack();
  token = await stack.token('alice', { 'custom:role_arn': ALICE_ROLE });
});

afterAll(async () => {
  await stack.close();
  tracing.unregister();
});

beforeEach(() => {
  tracing.ended.length = 0;
});

interface Sent {
  readonly name?: string;
  readonly args?: object;
  readonly meta?: object;
  readonly headers?: Record<string, string>;
  readonly as?: string;
}

async function call({ name = 'get_active_alarms', args = {}, meta, headers, as = token }: Sent = {}): Promise<string> {
  const params = { name, arguments: args, ...(meta && { _meta: meta }) };
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  return response.text();
}

async function ended(kind: SpanKind): Promise<EndedSpan> {
  let found: EndedSpan | undefined;
  await eventually(() => expect((found = tracing.ended.find((span) => span.kind === kind))).toBeDefined());
  return found as unknown as EndedSpan;
}

describe('the trace of a call', () => {
  it('has a span for the message, the exchange and each AWS call, by the names of the conventions', async () => {
    const fresh = await stack.token('tracey', { 'custom:role_arn': ALICE_ROLE });
    await call({ as: fresh, headers: { 'mcp-protocol-version': '2025-06-18' } });
    const request = await ended(SpanKind.SERVER);
    expect(request).toMatchObject({
      name: 'tools/call get_active_alarms',
      parent: undefined,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(request.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'get_active_alarms',
      'gen_ai.operation.name': 'execute_tool',
      'mcp.protocol.version': '2025-06-18',
    });
    const calls = tracing.ended.filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(calls.slice(0, 2).map(({ name }) => name)).toEqual(['exchange assume-role', 'cloudwatch/DescribeAlarms']);
    expect(calls.map(({ parent }) => parent?.spanId)).toEqual(calls.map(() => request.spanContext.spanId));
    expect(calls[1]?.attributes).toEqual({
      'rpc.system': 'aws-api',
      'rpc.service': 'cloudwatch',
      'rpc.method': 'DescribeAlarms',
      'cloud.region': 'us-east-1',
    });
  });

  it('continues the trace that the message names, and links the HTTP request that carried it', async () => {
    await call({ meta: { traceparent: header(OF_MESSAGE) }, headers: { traceparent: header(OF_HTTP) } });
    const { parent, spanContext, links } = await ended(SpanKind.SERVER);
    expect(parent).toMatchObject({ traceId: OF_MESSAGE.trace, spanId: OF_MESSAGE.span });
    expect(spanContext.traceId).toBe(OF_MESSAGE.trace);
    expect(links.map((link) => link.context.spanId)).toEqual([OF_HTTP.span]);
  });

  it('is a trace of its own when only the HTTP request names one, and links it', async () => {
    await call({ headers: { traceparent: header(OF_HTTP) } });
    const { parent, spanContext, links } = await ended(SpanKind.SERVER);
    expect(parent).toBeUndefined();
    expect(spanContext.traceId).not.toBe(OF_HTTP.trace);
    expect(links.map((link) => link.context.spanId)).toEqual([OF_HTTP.span]);
  });

  it.each([{ traceparent: 4711 }, { traceparent: 'x'.repeat(200) }, { traceparent: null }, 'traceparent', null, 7])(
    'is a trace of its own when the message names %j',
    async (meta) => {
      await call({ meta: meta as unknown as object });
      expect((await ended(SpanKind.SERVER)).parent).toBeUndefined();
    },
  );

  it('says on every level that AWS refused, and by which code', async () => {
    stack.aws.faults.add({ operation: 'cloudwatch:DescribeAlarms', kind: 'error', code: 'AccessDenied' });
    await call();
    stack.aws.faults.clear();
    const request = await ended(SpanKind.SERVER);
    const attempt = await ended(SpanKind.CLIENT);
    expect(attempt.attributes['error.type']).toBe('AccessDenied');
    expect(request.attributes).toMatchObject({
      'error.type': 'tool_error',
      'cloudwatch_mcp.error.code': 'aws_access_denied',
    });
    for (const { status } of [request, attempt]) expect(status).toEqual({ code: SpanStatusCode.ERROR });
  });

  it.each([
    [
      'a tool that refuses its arguments',
      { args: { max_items: 'many' } },
      'tools/call get_active_alarms',
      'tool_error',
    ],
    ['a tool that does not exist', { name: 'drop_all_tables_canary' }, 'tools/call', 'unknown_tool'],
  ])('tells of %s', async (_, sent, name, type) => {
    await call(sent);
    const { attributes, ...span } = await ended(SpanKind.SERVER);
    expect(span).toMatchObject({ name, status: { code: SpanStatusCode.ERROR } });
    expect(span.status.message).toBeUndefined();
    expect(attributes['error.type']).toBe(type);
  });

  it('holds no argument, no row, no caller, no account and no credential', async () => {
    await call({ args: { region: 'us-east-1', max_items: 3 } });
    const rows = await call({
      name: 'execute_log_insights_query',
      args: {
        log_group_names: ['/shop/checkout'],
        start_time: 'now-1h',
        end_time: 'now',
        query_string: 'fields @message | limit 3 # canary-argument',
      },
    });
    expect(rows).toContain('order placed');
    await eventually(() => expect(tracing.ended.filter(({ kind }) => kind === SpanKind.SERVER)).toHaveLength(2));
    expect(tracing.ended.length).toBeGreaterThan(4);
    const text = JSON.stringify(tracing.ended);
    expect(text).not.toMatch(/canary|order placed|checkout|alice|arn:|111111111111|@message|ASIA|AKIA|max_items/);
    expect(text).not.toContain(token.slice(-20));
    expect(tracing.ended.flatMap(({ events }) => events)).toEqual([]);
  });
});
