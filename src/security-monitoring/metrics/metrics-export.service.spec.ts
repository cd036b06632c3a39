import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINIMAL_ENV, RecordedLog } from '../../../test/support/border-app.js';
import { BUSY_MS } from '../../../test/support/busy.js';
import { loadAppConfig } from '../../config/app-config.js';
import { createLog } from '../audit/log.factory.js';
import type { SecurityEvent } from '../security-event.js';
import type { CloudWatchMetricsSink } from './cloudwatch-metrics.sink.js';
import type { MetricPoint } from './cloudwatch-metrics.js';
import { EmbeddedMetricsSink } from './embedded-metrics.sink.js';
import { MetricsExportService } from './metrics-export.service.js';
import { SecurityMetricsService } from './security-metrics.service.js';

const request = { requestId: 'r', correlationId: 'c', clientIp: '203.0.113.9', method: 'POST', path: '/mcp' };
const FAILURE: SecurityEvent = { name: 'auth.failure', request, reason: 'bad_signature', method: 'jwt' };

let written: (readonly MetricPoint[])[];
let log: RecordedLog;
let metrics: SecurityMetricsService;
let exporting: MetricsExportService;
let answer: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  log = new RecordedLog();
  metrics = new SecurityMetricsService();
  answer = async () => undefined;
});
afterEach(async () => {
  answer = async () => undefined;
  await exporting.onApplicationShutdown();
  vi.useRealTimers();
});

function start(env: Record<string, string>): void {
  const write = (points: readonly MetricPoint[]): Promise<void> => {
    written.push(points);
    return answer();
  };
  const cloudWatch = { write, close: () => undefined } as unknown as CloudWatchMetricsSink;
  const embedded = new EmbeddedMetricsSink(createLog('fatal', log));
  exporting = new MetricsExportService(loadAppConfig({ ...MINIMAL_ENV, ...env }), metrics, embedded, cloudWatch);
  exporting.onApplicationBootstrap();
}

const suspicious = (points: readonly MetricPoint[] = []): number | undefined =>
  points.find(({ metric }) => metric === 'SuspiciousAuthenticationFailures')?.count;

describe('MetricsExportService', () => {
  it('sends nothing anywhere unless it is switched on', async () => {
    start({});
    metrics.count(FAILURE);
    await vi.advanceTimersByTimeAsync(180_000);
    expect([written, log.lines]).toEqual([[], []]);
  });

  it('puts the counts of each minute into CloudWatch, and what is left at the end [D3]', async () => {
    start({ METRICS_CLOUDWATCH: 'true' });
    for (const _ of [1, 2, 3]) metrics.count(FAILURE);
    metrics.count({ name: 'credentials.sought', outcome: 'hit' });
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    metrics.count(FAILURE);
    await exporting.onApplicationShutdown();
    expect(written.map(suspicious)).toEqual([3, 1]);
    expect(log.lines).toEqual([]);
  });

  it('writes them into the log instead, whatever its level, one object a line [D3]', async () => {
    start({ METRICS_EMF: 'true' });
    metrics.count(FAILURE);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(written).toEqual([]);
    expect(log.lines).toHaveLength(3);
    expect(log.lines.every((line) => '_aws' in line)).toBe(true);
    expect(log.lines).toContainEqual(expect.objectContaining({ SuspiciousAuthenticationFailures: 1 }));
  });

  it('does not let a slow CloudWatch lose or mix up what comes meanwhile', async () => {
    start({ METRICS_CLOUDWATCH: 'true' });
    const slow = Promise.withResolvers<void>();
    answer = () => slow.promise;
    metrics.count(FAILURE);
    await vi.advanceTimersByTimeAsync(60_000);
    metrics.count(FAILURE);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(written).toHaveLength(1);
    slow.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(written.map(suspicious)).toEqual([1, 1, undefined]);
  });

  it('waits two seconds at the end and no longer', async () => {
    vi.useRealTimers();
    start({ METRICS_CLOUDWATCH: 'true' });
    answer = () => new Promise(() => undefined);
    const started = performance.now();
    await exporting.onApplicationShutdown();
    expect(performance.now() - started).toBeGreaterThan(1_900);
    expect(performance.now() - started).toBeLessThan(2_000 + BUSY_MS);
  });

  it('shares the addresses it may name among the replicas', async () => {
    start({ METRICS_CLOUDWATCH: 'true', EXPECTED_REPLICAS: '5' });
    for (let n = 0; n < 100; n++) metrics.count({ ...FAILURE, request: { ...request, clientIp: `203.0.113.${n}` } });
    await exporting.export();
    expect(written[0]?.filter(({ dimensions }) => 'ClientIp' in dimensions)).toHaveLength(11);
  });
});
