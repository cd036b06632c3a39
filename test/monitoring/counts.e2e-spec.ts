import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelProblems, type Series, seriesIn } from '../../src/demo/soak/metric-labels.js';
import { rows } from '../support/rows.js';
import { ALICE_ROLE, type Stack, startStack } from '../support/stack.js';

const STRANGERS = rows(1_000, 400);

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ env: { AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE, LOG_LEVEL: 'DEBUG' } });
});
afterAll(() => stack.close());

const text = async (): Promise<string> => (await fetch(stack.app.metricsUrl)).text();

/** The value of one series, 0 when it is not there. */
async function value(series: string): Promise<number> {
  const line = (await text()).split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

async function send(token: string, message: object): Promise<void> {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
  await response.text();
}

describe('the metrics of the running server', () => {
  it('count what queries scanned, once each, as AWS says it', async () => {
    const before = await value('mcp_insights_bytes_scanned_total');
    const { body } = await stack.call(await stack.token('alice'), 'execute_log_insights_query', {
      log_group_names: ['/shop/checkout'],
      start_time: 'now-1h',
      end_time: 'now',
      query_string: 'fields @message | limit 1',
    });
    const { statistics } = body.result as { statistics?: { bytesScanned?: number } };
    expect(statistics?.bytesScanned).toBeGreaterThan(0);
    expect((await value('mcp_insights_bytes_scanned_total')) - before).toBe(statistics?.bytesScanned);
    const audited = stack.log
      .lines()
      .map((line) => (line['aws'] as { bytes_scanned?: number } | undefined)?.bytes_scanned);
    expect(audited.filter((bytes) => bytes !== undefined)).toEqual([statistics?.bytesScanned]);
  });

  it('count whether credentials were at hand', async () => {
    const token = await stack.token('bob');
    await stack.call(token, 'get_active_alarms');
    const [hits, misses] = ['hit', 'miss'].map((outcome) => `mcp_credentials_cache_total{outcome="${outcome}"}`);
    const before = await Promise.all([value(hits ?? ''), value(misses ?? '')]);
    await stack.call(token, 'get_active_alarms');
    await stack.call(await stack.token('carol'), 'get_active_alarms');
    const after = await Promise.all([value(hits ?? ''), value(misses ?? '')]);
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1]);
  });

  it('tell how long messages took, by method alone', async () => {
    const token = await stack.token('alice');
    await send(token, { id: 1, method: 'tools/list' });
    await send(token, { id: 2, method: 'tools/call', params: { name: 'get_active_alarms', arguments: {} } });
    await send(token, { id: 3, method: 'nobody/knows{}"' });
    await send(token, { method: 'notifications/initialized' });
    const counted = seriesIn(await text()).filter(({ name }) => name === 'mcp_request_duration_seconds_count');
    expect(counted.map(({ labels }) => labels).sort((a, b) => (a['method']! < b['method']! ? -1 : 1))).toEqual([
      { method: 'other' },
      { method: 'tools/call' },
      { method: 'tools/list' },
    ]);
  });

  it(`stay at 500 series, and name nobody, when ${STRANGERS} strangers knock [D3] [ISO-14]`, async () => {
    for (let stranger = 0; stranger < STRANGERS; stranger += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => knock(stranger + n)));
    }
    const series: readonly Series[] = seriesIn(await text());
    console.log(`metrics: ${series.length} series after ${STRANGERS} hostile requests`);
    expect(series.length).toBeLessThanOrEqual(500);
    // A method of the protocol has a slash, as paths and log groups do.
    expect(labelProblems(series.filter(({ name }) => !name.startsWith('mcp_request_duration')))).toEqual([]);
  });
});

async function knock(n: number): Promise<void> {
  const hostile = `user-${n}@example.com`;
  const token = await stack.issuer.mintToken(
    { sub: hostile },
    n % 2 === 0 ? { header: { kid: `kid-${hostile}` } } : {},
  );
  await send(n % 5 === 0 ? `${hostile}-${'x'.repeat(20)}` : token, {
    id: n,
    method: n % 3 === 0 ? `tools/${hostile}` : 'tools/call',
    params: { name: `tool-${hostile}`, arguments: { [hostile]: hostile } },
  });
}
