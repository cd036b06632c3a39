import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectV2Modern } from '../support/clients.js';
import { ALICE_ROLE, BOB_ROLE, type Stack, startStack } from '../support/stack.js';

/** `npm run test:audit` makes it 10,000. */
const REQUESTS = Number(process.env['AUDIT_REQUESTS'] ?? 600);
const AT_ONCE = 16;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

interface AuditLine {
  readonly time: string;
  readonly event: { readonly name: string };
  readonly request_id: string;
  readonly correlation_id: string;
  readonly client: { readonly ip: string };
  readonly auth?: { readonly method: string; readonly reason: string; readonly fingerprint?: string };
  readonly principal?: { readonly issuer: string; readonly subject: string; readonly method: string };
  readonly tool?: {
    readonly name: string | null;
    readonly outcome: string;
    readonly reason?: string;
    readonly code?: string;
    readonly duration_ms: number;
  };
  readonly aws?: {
    readonly operation?: string;
    readonly region: string | null;
    readonly account: string | null;
    readonly session: string | null;
    readonly request_id?: string;
  };
}

type Credential = 'good' | 'unsigned' | 'expired' | 'none';

/** A way to ask, and what its one record must say. */
interface Way {
  readonly tool: string;
  readonly args?: object;
  readonly by?: 'json' | 'stream' | 'script';
  readonly credential?: Credential;
  readonly outcome: string;
  readonly reason?: string;
  /** Absent: refused before that was known. */
  readonly region?: string;
}

const WINDOW = { start_time: 'now-1h', end_time: 'now' };
const HOME = { region: 'us-east-1' };
const GOOD: readonly Way[] = [
  { tool: 'describe_log_groups', by: 'json', outcome: 'ok', ...HOME },
  { tool: 'describe_log_groups', by: 'stream', outcome: 'ok', ...HOME },
  { tool: 'describe_log_groups', by: 'script', args: { region: 'eu-west-1' }, outcome: 'ok', region: 'eu-west-1' },
  { tool: 'list_accounts', by: 'script', outcome: 'ok' },
  {
    tool: 'get_metric_data',
    args: { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', ...WINDOW },
    outcome: 'ok',
    ...HOME,
  },
];
/** Slow enough to be answered as a stream from its start. */
const QUERY: Way = {
  tool: 'execute_log_insights_query',
  by: 'stream',
  args: { ...WINDOW, log_group_names: ['/shop/checkout'], query_string: 'fields @message | limit 1' },
  outcome: 'ok',
  ...HOME,
};
const DENIED: readonly Way[] = [
  { tool: 'describe_log_groups', credential: 'unsigned', outcome: 'refused', reason: 'bad_signature' },
  { tool: 'describe_log_groups', credential: 'expired', outcome: 'refused', reason: 'expired' },
  { tool: 'describe_log_groups', credential: 'none', outcome: 'refused', reason: 'missing' },
  { tool: 'no_such_tool', outcome: 'denied', reason: 'unknown_tool' },
  { tool: 'describe_log_groups', args: { no_such: 'argument' }, outcome: 'denied', reason: 'invalid_args' },
  { tool: 'get_active_alarms', by: 'stream', args: { region: 'mars-1' }, outcome: 'denied', reason: 'region' },
  { tool: 'get_active_alarms', by: 'script', args: { account: 'not-mine' }, outcome: 'denied', reason: 'account' },
  { tool: 'get_logs_insight_query_results', args: { query_id: 'x.y' }, outcome: 'denied', reason: 'unknown_query' },
];

/** Seven of ten are good; every hundredth is a query. */
function wayOf(index: number): Way {
  if (index % 100 === 50) return QUERY;
  const turn = Math.floor(index / 10);
  return index % 10 < 7 ? GOOD[(turn + index) % GOOD.length]! : DENIED[(turn + index) % DENIED.length]!;
}

const USERS = ['alice', 'bob', 'alice-2', 'alice-3', 'alice-4'] as const;
const addressOf = (index: number): string => `198.51.100.${(index % 250) + 1}`;

describe(`${REQUESTS} requests, seven of ten good, ${AT_ONCE} at a time`, () => {
  let folder: string;
  let stack: Stack;
  const tokens = new Map<string, string>();
  const asked = new Map<string, { readonly index: number; readonly way: Way; readonly user: string }>();
  let lines: AuditLine[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'audit-trail-'));
    const file = join(folder, 'audit.jsonl');
    // The audit log holds every event, however little the log is to tell.
    const env = { AUDIT_LOG: file, LOG_LEVEL: 'ERROR', TRUSTED_PROXIES: '127.0.0.1', AWS_REGION: 'us-east-1' };
    stack = await startStack({ env });
    for (const user of USERS) {
      const role = user === 'bob' ? BOB_ROLE : ALICE_ROLE;
      const token = await stack.token(user, { 'custom:role_arn': role });
      tokens.set(`${user} good`, token);
      tokens.set(`${user} unsigned`, `${token.slice(0, -20)}${'A'.repeat(20)}`);
      tokens.set(`${user} expired`, await stack.token(user, { exp: Math.floor(Date.now() / 1000) - 600 }));
    }
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < REQUESTS) await ask((next += 1) - 1);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await stack.close();
    lines = readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditLine);
  }, 600_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  async function ask(index: number): Promise<void> {
    const way = wayOf(index);
    const user = USERS[index % USERS.length] ?? 'alice';
    const { tool: name, args = {}, by = 'json', credential = 'good' } = way;
    const token = tokens.get(`${user} ${credential}`);
    const accept = by === 'stream' ? 'application/json, text/event-stream' : 'application/json';
    const rpc = { jsonrpc: '2.0', id: index, method: 'tools/call', params: { name, arguments: args } };
    const response = await fetch(`${stack.endpoint}${by === 'script' ? '/tools/call' : ''}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        'x-forwarded-for': addressOf(index),
        'x-correlation-id': `request-${index}`,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(by === 'script' ? rpc.params : rpc),
    });
    await response.text();
    asked.set(response.headers.get('x-request-id') ?? '', { index, way, user });
  }

  /** What tells how a request ended. */
  const ends = (): AuditLine[] =>
    lines.filter(({ event }) => /^tool\.|^auth\.failure$/.test(event.name) && asked.size > 0);

  it('leave one record each, none twice, none too many [LOG-04][D1]', () => {
    expect(asked.size).toBe(REQUESTS);
    expect(ends()).toHaveLength(REQUESTS);
    expect(new Set(ends().map((line) => line.request_id))).toEqual(new Set(asked.keys()));
  });

  it('each with time, request, person, tool, place, outcome, duration and address [LOG-04]', () => {
    for (const line of ends()) {
      const { index, way, user } = asked.get(line.request_id)!;
      expect(line.time).toMatch(ISO_TIME);
      expect(line.request_id).toMatch(UUID);
      expect(line.correlation_id).toBe(`request-${index}`);
      expect(line.client).toEqual({ ip: addressOf(index) });
      if (way.outcome === 'refused') {
        const method = way.credential === 'none' ? 'unknown' : 'jwt';
        expect(line).toMatchObject({ event: { name: 'auth.failure' }, auth: { method, reason: way.reason } });
        continue;
      }
      expect(line.principal).toMatchObject({ issuer: stack.issuer.issuer, subject: user, method: 'jwt' });
      const { name, outcome, reason, duration_ms } = line.tool!;
      expect([name, outcome, reason]).toEqual([
        way.reason === 'unknown_tool' ? null : way.tool,
        way.outcome,
        way.reason,
      ]);
      expect(duration_ms).toBeGreaterThanOrEqual(0);
      expect(line.aws).toEqual({
        region: way.region ?? null,
        account: way.region === undefined ? null : /::(\d+):/.exec(user === 'bob' ? BOB_ROLE : ALICE_ROLE)?.[1],
        session: way.region === undefined ? null : (expect.stringMatching(new RegExp(`^${user}-`)) as string),
      });
    }
  });

  it("names for every AWS call the user, the role session and AWS's request id, as AWS itself has them [LOG-04][D2]", () => {
    const calls = lines.filter(({ event, aws }) => event.name === 'aws.called' && aws?.request_id !== undefined);
    const signed = new Map(stack.aws.calls.all().map((call) => [call.requestId, call]));
    expect(calls.length).toBeGreaterThan(REQUESTS / 2);
    for (const { aws, principal, request_id } of calls) {
      const seen = signed.get(aws?.request_id ?? '');
      expect(seen?.operation).toBe(aws?.operation);
      expect(seen?.principalArn).toContain(`/${aws?.session}`);
      expect(seen?.region).toBe(aws?.region);
      expect(asked.get(request_id)?.user).toBe(principal?.subject);
    }
  });

  it('with nothing of what was asked but what the columns are for [LOG-04]', () => {
    const text = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
    for (const argument of ['no_such', 'not-mine', 'mars-1', 'OrdersPlaced', '/shop/checkout', 'fields @message']) {
      expect(text).not.toContain(argument);
    }
    expect(stack.log.lines()).toEqual([]);
  });
});

describe('what reaches AWS and is no tool', () => {
  it('is recorded once too, with its person and place: resources and completions [LOG-04][D2]', async () => {
    const stack = await startStack({ env: { AWS_REGION: 'us-east-1' } });
    const token = await stack.token('alice');
    const client = await connectV2Modern(stack.endpoint, token);
    await client.read('cloudwatch://111111111111/us-east-1/log-groups/%2Fshop%2Fcheckout');
    const { uriTemplate } = (await client.templates()).find((template) => template.name === 'log-groups')!;
    await client.complete({ type: 'ref/resource', uri: uriTemplate }, { name: 'name', value: '/shop' });
    await client.close();
    await stack.close();
    const calls = (stack.log.lines() as unknown as AuditLine[]).filter(({ event }) => event?.name === 'tool.called');
    const place = { region: 'us-east-1', account: '111111111111', session: expect.stringMatching(/^alice-/) as string };
    expect(calls).toMatchObject(
      ['resources/read log-groups', expect.stringMatching(/^completion\/complete /) as string].map((name) => ({
        tool: { name, outcome: 'ok' },
        principal: { subject: 'alice' },
        client: { ip: '127.0.0.1' },
        aws: place,
      })),
    );
  });
});
