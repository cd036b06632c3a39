import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { eventRecord } from './audit/event-record.js';
import { AUDIT } from './audit/log.module.js';
import { SecurityMetricsService } from './metrics/security-metrics.service.js';
import type { SecurityEvent } from './security-event.js';

/** Records what happened: one structured log line and the counters. Never throws and never waits. */
@Injectable()
export class SecurityEventsService {
  constructor(
    @Inject(AUDIT) private readonly audit: Logger,
    private readonly metrics: SecurityMetricsService,
  ) {}

  record(event: SecurityEvent): void {
    try {
      this.metrics.count(event);
      const { level, fields } = eventRecord(event);
      this.audit[level](fields, event.name);
    } catch {
      this.metrics.countDropped();
    }
  }
}
