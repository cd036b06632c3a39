import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SERVER_ROLE_ARN } from '../../src/demo/aws-emulator/identities.js';
import { MetricsExportService } from '../../src/security-monitoring/metrics/metrics-export.service.js';
import { seriesIn } from '../../src/demo/soak/metric-labels.js';
import { BUSY_MS } from '../support/busy.js';
import { type Stack, startStack } from '../support/stack.js';
import { AlarmWorld } from './alarm-world.js';

const SUSPICIOUS = 'suspicious-authentication-failures';
const TROUBLE = 'sign-in-trouble';
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

let stack: Stack;
let logged = 0;

beforeAll(async () => {
  stack = await startStack({ env: { METRICS_CLOUDWATCH: 'true' } });
});
afterAll(() => stack.close());
beforeEach(async () => {
  await exportMetrics(stack);
  stack.aws.calls.clear();
  logged = stack.log.text.length;
});
afterEach(() => stack.aws.faults.clear());

const exportMetrics = ({ app }: Stack): Promise<void> => app.app.get(MetricsExportService).export();
const newLines = (): string[] =>
  stack.log.text
    .slice(logged)
    .split('\n')
    .filter((line) => line !== '');

async function post(credential?: string, endpoint = stack.endpoint): Promise<number> {
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: LIST,
  });
  await response.text();
  return response.status;
}

/** What a client does that knows nothing yet: it is sent away, looks for the way, signs its user in, and comes back. */
async function signsIn(user: string): Promise<void> {
  for (const path of ['', '', '/tools/call']) expect(await post(undefined, `${stack.endpoint}${path}`)).toBe(401);
  const { accessToken } = await stack.issuer.signIn(user);
  expect(await post(accessToken)).toBe(200);
  expect(await post(await stack.issuer.mintToken({ sub: user }, { expiresInSeconds: -60 }))).toBe(401);
}

/** Twice what the alarm stands above, so that either half of it is enough where it falls on two periods. */
async function attack(times = 22): Promise<void> {
  const token = await stack.token('alice');
  const forged = (): Promise<string> => stack.issuer.mintToken({ sub: 'alice' }, { header: { kid: 'guessed' } });
  const guesses = [() => `${token.slice(0, -8)}AAAAAAAA`, forged, () => 'cwmcp_guessed-guessed-guessed-guessed'];
  for (let attempt = 0; attempt < times; attempt += 1) {
    const guess = await guesses[attempt % guesses.length]?.();
    expect(await post(guess)).toBe(401);
  }
}

/** What the alarms make of the server's own metrics, and of its log. */
async function alarms(minutes = 10): Promise<{ metrics: readonly string[]; log: readonly string[]; matched: object }> {
  await exportMetrics(stack);
  const own = new AlarmWorld();
  for (const { input } of stack.aws.calls.of('PutMetricData')) own.put(input);
  const filtered = new AlarmWorld({ LogGroupName: '/mcp/server' });
  const matched = filtered.log(newLines());
  return { metrics: own.firedWithin(minutes), log: filtered.firedWithin(minutes), matched };
}

async function suspiciousCounted(): Promise<number> {
  const everyday = /^(missing|expired|scope_insufficient|rate_limited|idp_unavailable|introspection_unavailable)$/;
  const text = await (await fetch(stack.app.metricsUrl)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('mcp_auth_failures_total{'))
    .filter((line) => !everyday.test(seriesIn(line)[0]?.labels['reason'] ?? ''))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('the alarm on suspicious failures', () => {
  it('stays quiet on 50 sign-ins in 5 minutes, each with three requests without credentials and an expired token [D4]', async () => {
    const before = await suspiciousCounted();
    const users = Array.from({ length: 50 }, (_, index) => ['alice', 'bob', 'carol'][index % 3] ?? 'alice');
    for (let first = 0; first < users.length; first += 5) await Promise.all(users.slice(first, first + 5).map(signsIn));
    const quiet = await alarms();
    expect(quiet.metrics).toEqual([]);
    expect(quiet.log).toEqual([]);
    expect(quiet.matched).toEqual({ AuthenticationFailures: 200 });
    expect(await suspiciousCounted()).toBe(before);
  });

  it('goes off on an attack, told by the metrics of the server and by its log alike [D4]', async () => {
    const before = await suspiciousCounted();
    await attack();
    const raised = await alarms();
    expect(raised.metrics).toEqual([SUSPICIOUS]);
    expect(raised.log).toEqual([SUSPICIOUS]);
    expect(raised.matched).toEqual({ AuthenticationFailures: 22, SuspiciousAuthenticationFailures: 22 });
    expect((await suspiciousCounted()) - before).toBe(22);
  });

  it('does not go off on ten failures', async () => {
    await attack(10);
    expect(await alarms()).toMatchObject({ metrics: [], log: [], matched: { SuspiciousAuthenticationFailures: 10 } });
  });

  it('sees an attack that the failure budget cuts off', async () => {
    const limited = await startStack({ env: { METRICS_CLOUDWATCH: 'true', RATE_LIMIT_FAILED_AUTH: '20' } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 40; attempt += 1) statuses.push(await post('x'.repeat(40), limited.endpoint));
    await exportMetrics(limited);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    expect(countsOf(limited)['SuspiciousAuthenticationFailures']).toBe(20);
    await limited.close();
  });
});

describe('the alarm on sign-in trouble', () => {
  it('goes off when clients come with tokens for another audience for 15 minutes, and not on a short while', async () => {
    const other = await stack.issuer.mintToken({ sub: 'alice' }, { audience: 'https://other.example.com' });
    for (let request = 0; request < 8; request += 1) expect(await post(other)).toBe(401);
    const { metrics, log, matched } = await alarms(20);
    expect([metrics, log]).toEqual([[], []]);
    expect(matched).toMatchObject({ WrongAudience: 8 });
    const lasting = new AlarmWorld();
    const filtered = new AlarmWorld({ LogGroupName: '/mcp/server' });
    const [{ input } = { input: undefined }] = stack.aws.calls.of('PutMetricData');
    for (let later = 0; later < 30; later += 5) {
      lasting.put(movedBy(input, later));
      filtered.log(newLines().map((line) => line.replace(/"time":"[^"]+"/, `"time":"${minutesFromNow(later)}"`)));
    }
    expect(lasting.firedWithin(40)).toContain(TROUBLE);
    expect(filtered.firedWithin(40)).toContain(TROUBLE);
  });
});

describe('the metrics in CloudWatch', () => {
  it("are put by the server's own role, by endpoint and address, and by reason [D3]", async () => {
    await post('x'.repeat(40));
    await post('x'.repeat(40), `${stack.endpoint}/tools/call`);
    await post(undefined, `${stack.endpoint}/../unknown/${'x'.repeat(300)}`);
    await exportMetrics(stack);
    const signers = new Set(stack.aws.calls.of('PutMetricData').map(({ principalArn }) => principalArn));
    expect(signers).toEqual(new Set([SERVER_ROLE_ARN]));
    expect(countsOf(stack)).toEqual({
      'AuthenticationFailures Endpoint=/mcp ClientIp=127.0.0.1': 1,
      'AuthenticationFailures Endpoint=/mcp/tools/call ClientIp=127.0.0.1': 1,
      'AuthenticationFailures Endpoint=other ClientIp=127.0.0.1': 1,
      'AuthenticationFailures Reason=key_unknown': 2,
      'AuthenticationFailures Reason=missing': 1,
      SuspiciousAuthenticationFailures: 2,
    });
  });

  it('are kept while CloudWatch refuses them, and nobody notices', async () => {
    stack.aws.faults.add({ operation: 'cloudwatch:PutMetricData', kind: 'access-denied' });
    await post('x'.repeat(40));
    await exportMetrics(stack);
    expect(await post(await stack.token('alice'))).toBe(200);
    expect((await fetch(`${new URL(stack.endpoint).origin}/health/ready`)).status).toBe(200);
    const said = newLines().filter((line) => line.includes('"metrics.export"'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('AccessDenied');
    expect(said[0]).not.toContain('arn:');
    stack.aws.faults.clear();
    stack.aws.calls.clear();
    await exportMetrics(stack);
    expect(countsOf(stack)['SuspiciousAuthenticationFailures']).toBe(1);
  });

  it('come once more when the server ends, and do not hold it up when CloudWatch hangs', async () => {
    const ending = await startStack({ env: { METRICS_CLOUDWATCH: 'true' } });
    await post('x'.repeat(40), ending.endpoint);
    await ending.app.close();
    expect(countsOf(ending)['SuspiciousAuthenticationFailures']).toBe(1);
    await ending.close();
    const hanging = await startStack({ env: { METRICS_CLOUDWATCH: 'true' } });
    await post('x'.repeat(40), hanging.endpoint);
    hanging.aws.faults.add({ operation: 'cloudwatch:PutMetricData', kind: 'latency', latencyMs: 30_000 });
    const started = performance.now();
    await hanging.app.close();
    expect(performance.now() - started).toBeLessThan(2_000 + BUSY_MS);
    await hanging.close();
  });

  it('are lines of the log instead with METRICS_EMF, and those match no metric filter [D3]', async () => {
    const embedded = await startStack({ env: { METRICS_EMF: 'true', LOG_LEVEL: 'ERROR' } });
    await post('x'.repeat(40), embedded.endpoint);
    await exportMetrics(embedded);
    const lines = embedded.log.lines().filter((line) => '_aws' in line);
    expect(lines).toHaveLength(3);
    expect(lines).toContainEqual(expect.objectContaining({ SuspiciousAuthenticationFailures: 1 }));
    expect(embedded.aws.calls.of('PutMetricData')).toEqual([]);
    const filters = new AlarmWorld({ LogGroupName: '/mcp/server' });
    expect(filters.log(lines.map((line) => JSON.stringify(line)))).toEqual({});
    await embedded.close();
  });
});

interface Put {
  readonly Namespace: string;
  readonly MetricData: readonly {
    readonly MetricName: string;
    readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    readonly Timestamp: Date;
    readonly Value: number;
  }[];
}

/** What CloudWatch was given, added up, by metric and dimensions. */
function countsOf({ aws }: Stack): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { input } of aws.calls.of('PutMetricData')) {
    for (const { MetricName: name, Dimensions: dimensions = [], Value: value } of (input as Put).MetricData) {
      const key = [name, ...dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(' ');
      counts[key] = (counts[key] ?? 0) + value;
    }
  }
  return counts;
}

const minutesFromNow = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

function movedBy(input: unknown, minutes: number): Put {
  const { Namespace, MetricData } = input as Put;
  const moved = MetricData.map((datum) => ({ ...datum, Timestamp: new Date(+datum.Timestamp + minutes * 60_000) }));
  return { Namespace, MetricData: moved };
}
