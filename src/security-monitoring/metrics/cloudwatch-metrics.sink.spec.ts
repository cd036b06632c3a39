import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MINIMAL_ENV, RecordedLog } from '../../../test/support/border-app.js';
import { BUSY_MS } from '../../../test/support/busy.js';
import { loadAppConfig } from '../../config/app-config.js';
import { type AwsEmulator, startAwsEmulator } from '../../demo/aws-emulator/emulator.js';
import { SERVER_ROLE_ARN } from '../../demo/aws-emulator/identities.js';
import { createLog } from '../audit/log.factory.js';
import { SecurityEventsService } from '../security-events.service.js';
import { CloudWatchMetricsSink } from './cloudwatch-metrics.sink.js';
import type { MetricPoint } from './cloudwatch-metrics.js';
import { SecurityMetricsService } from './security-metrics.service.js';

const MINUTE = 60_000;
const OPERATION = 'cloudwatch:PutMetricData';
const now = Math.floor(Date.now() / MINUTE) * MINUTE;

let aws: AwsEmulator;
let sink: CloudWatchMetricsSink;
let metrics: SecurityMetricsService;
let log: RecordedLog;

beforeAll(async () => {
  aws = await startAwsEmulator();
});
afterAll(() => aws.close());

beforeEach(() => {
  log = new RecordedLog();
  metrics = new SecurityMetricsService();
  const config = loadAppConfig({
    ...MINIMAL_ENV,
    METRICS_CLOUDWATCH: 'true',
    AWS_ENDPOINT_URL: aws.url,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
  });
  sink = new CloudWatchMetricsSink(config, new SecurityEventsService(createLog('info', log), metrics));
});
afterEach(() => {
  sink.close();
  aws.faults.clear();
  aws.calls.clear();
});

const point = (count: number, minuteMs = now, dimensions = {}): MetricPoint => ({
  metric: 'SuspiciousAuthenticationFailures',
  dimensions,
  minuteMs,
  count,
});

const write = (points: readonly MetricPoint[], atMs = now): Promise<void> =>
  sink.write(points, atMs, new AbortController().signal);

/** The data CloudWatch has taken. */
function taken(): readonly MetricDatum[] {
  return aws.calls
    .of('PutMetricData')
    .filter(({ errorCode }) => errorCode === undefined)
    .flatMap(({ input }) => (input as { MetricData: MetricDatum[] }).MetricData);
}

async function counted(name: string): Promise<string | undefined> {
  return new RegExp(`^${name} (\\d+)$`, 'm').exec(await metrics.registry.metrics())?.[1];
}

describe('CloudWatchMetricsSink', () => {
  it("puts points under the server's own role, each with its minute and dimensions [D3]", async () => {
    await write([point(3, now, { Reason: 'bad_signature' })]);
    const [call] = aws.calls.of('PutMetricData');
    expect(call).toMatchObject({ principalArn: SERVER_ROLE_ARN, verified: true, region: 'us-east-1' });
    expect(call?.userAgent).toContain('cloudwatch-mcp-server');
    expect(call?.input).toEqual({
      Namespace: 'CloudWatchMcp',
      MetricData: [
        {
          MetricName: 'SuspiciousAuthenticationFailures',
          Dimensions: [{ Name: 'Reason', Value: 'bad_signature' }],
          Timestamp: new Date(now),
          Value: 3,
          Unit: 'Count',
        },
      ],
    });
  });

  it('asks CloudWatch nothing when there is nothing to put', async () => {
    await write([]);
    expect(aws.calls.all()).toEqual([]);
  });

  it('puts 1,000 at a time', async () => {
    await write(Array.from({ length: 2_500 }, () => point(1)));
    const sizes = aws.calls
      .of('PutMetricData')
      .map(({ input }) => (input as { MetricData: object[] }).MetricData.length);
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });

  it.each(['access-denied', 'throttle', 'server-error', 'expired-credentials', 'reset'] as const)(
    'keeps what CloudWatch refuses with %s, says so once, and puts all of it once it can',
    async (kind) => {
      aws.faults.add({ operation: OPERATION, kind });
      await write([point(1)]);
      await write([point(2)]);
      expect(taken()).toEqual([]);
      expect(log.events('metrics.export')).toHaveLength(2);
      expect(log.events('metrics.export')[1]).toMatchObject({
        level: 'warn',
        metrics: { outcome: 'failed', waiting: 2, dropped: 0 },
      });
      expect(await counted('mcp_metrics_export_failures_total')).toBe('2');
      aws.faults.clear();
      await write([point(4)]);
      expect(taken().map(({ Value: value }) => value)).toEqual([1, 2, 4]);
      expect(log.events('metrics.export')[2]).toMatchObject({ level: 'info', metrics: { outcome: 'restored' } });
      await write([point(8)]);
      expect(log.events('metrics.export')).toHaveLength(3);
    },
  );

  it('gives up after three hours what CloudWatch never took, and counts it', async () => {
    aws.faults.add({ operation: OPERATION, kind: 'access-denied' });
    await write([point(1)]);
    await write([point(2, now + 2 * 60 * MINUTE)], now + 3 * 60 * MINUTE);
    expect(await counted('mcp_metrics_export_dropped_total')).toBe('1');
    expect(log.events('metrics.export')[1]).toMatchObject({ metrics: { waiting: 1, dropped: 1 } });
  });

  it('holds 20,000 points at most', async () => {
    aws.faults.add({ operation: OPERATION, kind: 'access-denied' });
    await write(Array.from({ length: 20_001 }, () => point(1)));
    expect(await counted('mcp_metrics_export_dropped_total')).toBe('1');
  });

  it('ends at once when it is told to', async () => {
    aws.faults.add({ operation: OPERATION, kind: 'latency', latencyMs: 60_000 });
    const end = new AbortController();
    const writing = sink.write([point(1)], now, end.signal);
    setTimeout(() => end.abort(), 100);
    const started = performance.now();
    await writing;
    expect(performance.now() - started).toBeLessThan(100 + BUSY_MS);
    expect(log.events('metrics.export')[0]).toMatchObject({ metrics: { outcome: 'failed', waiting: 1 } });
  });
});
