import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordedLog } from '../../../test/support/border-app.js';
import { SecurityMetricsService } from '../metrics/security-metrics.service.js';
import { SecurityEventsService } from '../security-events.service.js';
import { createLog } from './log.factory.js';
import { LogLossService } from './log-loss.service.js';
import { LogSink, type SinkObserver } from './log.sink.js';

let log: RecordedLog;
let audit: RecordedLog;
let metrics: SecurityMetricsService;
let sink: LogSink;
let told: SinkObserver;

beforeEach(() => {
  log = new RecordedLog();
  audit = new RecordedLog();
  metrics = new SecurityMetricsService();
  sink = new LogSink('/dev/null');
  const streams = { application: log, audit, sinks: [['audit', sink]] as const, close: () => sink.close() };
  const events = new SecurityEventsService(createLog('info', audit), metrics);
  new LogLossService(streams, createLog('info', log), metrics, events).onModuleInit();
  if (sink.observer === undefined) throw new Error('nobody observes the sink');
  told = sink.observer;
});

afterEach(async () => {
  vi.restoreAllMocks();
  await sink.close();
});

describe('LogLossService', () => {
  it('counts every lost line', async () => {
    told.lost(3);
    told.lost(2);
    expect(await metrics.registry.metrics()).toContain('mcp_audit_dropped_total 5\n');
    expect(await metrics.registry.metrics()).toContain('mcp_log_dropped_total 0\n');
  });

  it('says in the other log why, once a minute and not more', () => {
    const started = Math.ceil(performance.now());
    const now = vi.spyOn(performance, 'now');
    for (let seconds = 0; seconds < 150; seconds += 1) {
      now.mockReturnValue(started + seconds * 1_000);
      told.failing('ENOSPC');
      told.lost(1);
    }
    expect(log.lines).toMatchObject([
      { level: 'error', event: { name: 'log.failing' }, log: { stream: 'audit', fault: 'ENOSPC', lost_lines: 0 } },
      { log: { lost_lines: 60 } },
      { log: { lost_lines: 120 } },
    ]);
  });

  it('leaves in the log that had failed what is missing there', () => {
    told.failing('ENOSPC');
    told.lost(7);
    told.restored();
    expect(audit.lines).toMatchObject([
      { event: { name: 'log.restored' }, log: { stream: 'audit', fault: 'ENOSPC', lost_lines: 7 } },
    ]);
    told.restored();
    expect(audit.lines[1]).toMatchObject({ log: { lost_lines: 0 } });
  });
});
